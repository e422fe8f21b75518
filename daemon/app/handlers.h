// What the control socket's methods do on a device, one function per noun.
#pragma once

#include "daemon/app/device_app.h"

namespace satchel::app {

/// Each adds the methods of its noun to the server of `app`, which outlives them.
void add_status_handlers(DeviceApp& app);
void add_check_handler(DeviceApp& app);
void add_verify_handler(DeviceApp& app);
void add_cycle_handlers(DeviceApp& app);
void add_source_handlers(DeviceApp& app);
void add_resolve_handlers(DeviceApp& app);
void add_approve_handlers(DeviceApp& app);
void add_conflict_handlers(DeviceApp& app);
void add_history_handlers(DeviceApp& app);
void add_policy_handlers(DeviceApp& app);
void add_workspace_handlers(DeviceApp& app);
void add_device_handlers(DeviceApp& app);
void add_recovery_handlers(DeviceApp& app);
void add_backup_handlers(DeviceApp& app);
void add_daemon_handlers(DeviceApp& app);

/// A wire counter or item count as the protocol's signed number.
inline std::int64_t count_of(std::uint64_t number) {
    return static_cast<std::int64_t>(number);
}

}  // namespace satchel::app
