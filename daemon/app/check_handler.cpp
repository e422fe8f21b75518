// daemon.check: store, databases and copies, read through for doctor.
#include "daemon/app/handlers.h"
#include "shared/base/time_text.h"
#include "shared/protocol/control/check.h"

#include <algorithm>

namespace satchel::app {

namespace {

control::DaemonCheck told(std::string code, const Status& status, std::string good) {
    if (status) return {"pass", std::move(code), std::move(good), ""};
    const Error& error = status.error();
    return {"fail",
            std::move(code),
            error.message,
            error.hint.empty() ? "satchelctl backup list shows the copies there are" : error.hint};
}

control::DaemonCheck check_backups(DeviceApp& app) {
    const auto copies = app.backups().list();
    UnixMs newest = 0;
    for (const auto& copy : copies) newest = std::max(newest, copy.time_ms);
    if (newest == 0)
        return {
            "pass", "backups", "no copies yet; they are made before anything is overwritten", ""};
    return {"pass",
            "backups",
            std::to_string(copies.size()) + " copies, the newest of " + to_rfc3339(newest),
            ""};
}

Result<control::DaemonCheckResponse> look(DeviceApp& app) {
    control::DaemonCheckResponse response;
    response.checks.push_back(
        told("store", app.database().check_quickly(), "the store is in order"));
    response.checks.push_back(check_backups(app));
    Membership* membership = app.membership();
    if (membership == nullptr) return response;
    for (engine::SourceSlot& slot : membership->replica.slots()) {
        if (!slot.is_open) continue;
        const std::string& name = slot.declaration.name;
        response.checks.push_back(told("source_integrity",
                                       slot.source->check_integrity(),
                                       "'" + name + "' can be read and is in order"));
    }
    return response;
}

}  // namespace

void add_check_handler(DeviceApp& app) {
    app.server().on<control::DaemonCheckRequest>(
        [&app](const control::DaemonCheckRequest&)
            -> asio::awaitable<Result<control::DaemonCheckResponse>> {
            return app.worker().run([&app] { return look(app); });
        });
}

}  // namespace satchel::app
