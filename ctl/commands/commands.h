// The functions behind the command table, one row each.
#pragma once

#include "ctl/commands/context.h"

#include <span>
#include <string_view>

namespace satchel::ctl {

/// Each runs one command: it prints the answer and returns the exit status.
Outcome run_overview(Context& context);
Outcome run_status(Context& context);
Outcome run_sync_status(Context& context);
Outcome run_sync_push(Context& context);
Outcome run_sync_pull(Context& context);
Outcome run_sync_stamp(Context& context);
Outcome run_sync_resolve(Context& context);
Outcome run_sync_enable(Context& context);
Outcome run_sync_disable(Context& context);
Outcome run_sync_connect(Context& context);
Outcome run_sync_disconnect(Context& context);
Outcome run_sync_setup(Context& context);
Outcome run_sync_register(Context& context);
Outcome run_daemon_start(Context& context);
Outcome run_daemon_stop(Context& context);
Outcome run_daemon_restart(Context& context);
Outcome run_daemon_status(Context& context);
Outcome run_daemon_reload(Context& context);
Outcome run_daemon_log_level(Context& context);
Outcome run_logs(Context& context);
Outcome run_daemon_install(Context& context);
Outcome run_daemon_uninstall(Context& context);
Outcome run_source_add(Context& context);
Outcome run_source_list(Context& context);
Outcome run_source_show(Context& context);
Outcome run_source_remove(Context& context);
Outcome run_source_resume(Context& context);
Outcome run_source_set(Context& context);
Outcome run_source_restore(Context& context);
Outcome run_backup_list(Context& context);
Outcome run_backup_create(Context& context);
Outcome run_backup_restore(Context& context);
Outcome run_backup_verify(Context& context);
Outcome run_device_list(Context& context);
Outcome run_device_approve(Context& context);
Outcome run_device_rename(Context& context);
Outcome run_device_revoke(Context& context);
Outcome run_device_role(Context& context);
Outcome run_device_rotate(Context& context);
Outcome run_recovery_create(Context& context);
Outcome run_recovery_use(Context& context);
Outcome run_approve_list(Context& context);
Outcome run_approve_show(Context& context);
Outcome run_approve_apply(Context& context);
Outcome run_conflict_list(Context& context);
Outcome run_conflict_show(Context& context);
Outcome run_conflict_diff(Context& context);
Outcome run_conflict_resolve(Context& context);
Outcome run_link(Context& context);
Outcome run_why(Context& context);
Outcome run_undo(Context& context);
Outcome run_plan(Context& context);
Outcome run_doctor(Context& context);
Outcome run_verify(Context& context);
Outcome run_logout(Context& context);
Outcome run_events(Context& context);
Outcome run_init_config(Context& context);
Outcome run_completion(Context& context);
Outcome run_hub_audit(Context& context);
Outcome run_hub_devices(Context& context);
Outcome run_hub_init(Context& context);
Outcome run_hub_backup(Context& context);
Outcome run_hub_restore(Context& context);
Outcome run_hub_serve(Context& context);
Outcome run_hub_status(Context& context);

/// A command's name in the argument table and what runs it.
struct CommandFunction {
    std::string_view name;
    Outcome (*run)(Context&);
};

/// Every command; the names are those of command_rows().
std::span<const CommandFunction> command_functions();

}  // namespace satchel::ctl
