#include "daemon/app/leave.h"

#include "daemon/engine/membership.h"
#include "shared/log/keys.h"
#include "shared/log/log.h"

namespace satchel::app {

namespace {

Result<std::uint64_t> count_unsent(store::Database& database) {
    SATCHEL_TRY(outgoing, store::count_unpushed(database));
    std::uint64_t items = 0;
    for (const auto& [lane, waiting] : outgoing) items += waiting.items;
    return items;
}

/// Sends what waits and writes the entry that says that this device goes.
asio::awaitable<Status> tell_others(DeviceApp& app, Membership& membership) {
    const bool is_member =
        co_await app.worker().run([&] { return membership.replica.own_member().is_active(); });
    if (!is_member) co_return ok();
    engine::CycleRequest everything;
    everything.reason = "asked";
    everything.pull = false;
    const auto sent = co_await membership.engine.run_now(std::move(everything));
    if (!sent) co_return sent.error();
    const engine::MembershipParts parts{membership.replica, app.worker(), membership.transport};
    co_return co_await engine::leave_workspace(parts);
}

Error name_trouble(Error trouble) {
    trouble.message = "nobody can be told that this device leaves: " + trouble.message;
    // Of a copy of another device the error names the way out itself.
    if (trouble.code == ErrorCode::halted) return trouble;
    trouble.hint =
        "try again later, or leave with --force: then the hub and the other devices still count "
        "this device until one of them runs 'satchelctl device revoke'";
    return trouble;
}

/// What sources put into the databases of others is taken out again.
void uninstall_sources(engine::Replica& replica) {
    for (engine::SourceSlot& slot : replica.slots()) {
        const Status uninstalled = slot.source->uninstall();
        if (!uninstalled)
            SATCHEL_LOG("app",
                        warn,
                        "a source keeps what was put into it",
                        {"source", slot.declaration.name},
                        {log::key::kError, uninstalled.error().message});
    }
}

}  // namespace

asio::awaitable<Result<LeaveOutcome>> leave_workspace(DeviceApp& app, LeaveWish wish) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    LeaveOutcome outcome;
    outcome.device = membership->identity.device_name;
    if (!wish.is_dry_run && !wish.keeps_device) {
        const Status told = co_await tell_others(app, *membership);
        if (!told && !wish.is_forced) co_return name_trouble(told.error());
        outcome.is_revoked = told.has_value();
    }
    SATCHEL_CO_TRY(unsent,
                   co_await app.worker().run([&app] { return count_unsent(app.database()); }));
    outcome.unsent = unsent;
    if (wish.is_dry_run) co_return outcome;
    std::function<void(engine::Replica&)> last = uninstall_sources;
    co_await app.end_membership(std::move(last));
    const Status forgotten = co_await app.worker().run(
        [&app] { return forget_enrolment(app.database(), app.places()); });
    app.forget_disconnection();
    const Status resumed = co_await app.resume_membership();
    if (!forgotten) co_return forgotten.error();
    if (!resumed) co_return resumed.error();
    SATCHEL_LOG("app", info, "left the workspace");
    co_return outcome;
}

}  // namespace satchel::app
