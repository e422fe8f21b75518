#include "daemon/engine/membership.h"

#include "daemon/crypto/membership.h"
#include "daemon/engine/explain.h"
#include "daemon/engine/rotation.h"

namespace satchel::engine {

namespace {

/// Others may extend the log at the same time, but not for ever.
constexpr int kAttempts = 8;

asio::awaitable<std::uint64_t> count_members(MembershipParts parts) {
    co_return co_await parts.worker.run(
        [&parts] { return parts.replica.identity().members.next_number(); });
}

/// A log of members that does not hold is the hub's doing: nobody else can put anything there.
Error name_member_trouble(Error trouble) {
    // A newer program wrote it, or it is our own store that fails.
    if (trouble.code == ErrorCode::version_mismatch || trouble.is_own_store) return trouble;
    trouble.code = ErrorCode::halted;
    return std::move(trouble)
        .at("the hub shows another list of devices than this device knows; nothing was taken from "
            "it")
        .with_hint(
            "see who runs the hub and whether it was changed; compare 'satchelctl device list' on "
            "two devices; if this goes on, move to another hub");
}

/// The heads as they are now: what an entry says of a log has to agree with them.
asio::awaitable<Status> refresh_heads(MembershipParts parts) {
    std::string any;
    SATCHEL_CO_TRY(heads, co_await parts.transport.heads(std::move(any), std::chrono::seconds(0)));
    SATCHEL_CO_TRY(
        alarms, co_await parts.worker.run([&] { return parts.replica.absorb_heads(heads.heads); }));
    (void)alarms;
    co_return ok();
}

/// Why this device is no member any more; nothing while it is one.
std::optional<Error> revocation_of(Replica& replica) {
    const crypto::Member& own = replica.own_member();
    if (own.is_active()) return std::nullopt;
    const std::string by = own.revoked_by == own.device
                               ? "by itself"
                               : "by '" + device_name(replica, *own.revoked_by) + "'";
    return Error{ErrorCode::refused,
                 "this device was revoked " + by +
                     ": it sends and gets nothing any more; its files stay as they are",
                 "to let it in again, get a join string from another device and run: "
                 "satchelctl sync setup"};
}

/// Whether this device may write entries at all.
Status check_own(Replica& replica) {
    if (const std::optional<Error> revoked = revocation_of(replica)) return *revoked;
    if (replica.own_member().role != crypto::MemberRole::reader) return ok();
    return Error{
        ErrorCode::refused, "this device may only read", "do it on a device that may write"};
}

/// Appends an entry, made again when another device was first.
asio::awaitable<Status> extend(MembershipParts parts, std::function<Result<Bytes>()> make) {
    Status last = ok();
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        SATCHEL_CO_TRY(entry, co_await parts.worker.run(make));
        last = co_await parts.transport.add_member(entry);
        if (last)
            co_return co_await parts.worker.run(
                [&] { return parts.replica.learn_members(std::span<const Bytes>(&entry, 1)); });
        const bool is_taken = last.error().code == ErrorCode::conflict;
        const bool is_outdated = last.error().code == ErrorCode::busy;
        if (!is_taken && !is_outdated) co_return last;
        Status caught_up = ok();
        if (is_taken)
            caught_up = co_await learn_members(parts);
        else
            caught_up = co_await refresh_heads(parts);
        if (!caught_up) co_return caught_up;
    }
    co_return last;
}

}  // namespace

asio::awaitable<Status> learn_members(MembershipParts parts) {
    const std::uint64_t known = co_await count_members(parts);
    SATCHEL_CO_TRY(entries, co_await parts.transport.members(known, std::chrono::seconds(0)));
    if (entries.empty()) co_return ok();
    Status learned =
        co_await parts.worker.run([&] { return parts.replica.learn_members(entries); });
    if (!learned) co_return name_member_trouble(std::move(learned).error());
    co_return ok();
}

asio::awaitable<Result<std::optional<std::string>>> compare_members(MembershipParts parts,
                                                                    std::uint32_t announced) {
    const std::uint64_t known = co_await count_members(parts);
    if (announced > known) {
        const Status learned = co_await learn_members(parts);
        if (!learned) co_return learned.error();
        const std::uint64_t now = co_await count_members(parts);
        if (now < announced)
            co_return std::optional<std::string>(
                "the hub announces " + std::to_string(announced - now) +
                " new entries of the list of devices and does not give them: a new device stays "
                "unknown here until it does");
    }
    if (announced >= known) co_return std::optional<std::string>{};
    SATCHEL_CO_TRY(entries, co_await parts.worker.run([&] {
        return parts.replica.member_entries(announced);
    }));
    for (const Bytes& entry : entries) {
        const Status sent = co_await parts.transport.add_member(entry);
        if (!sent) co_return sent.error();
    }
    co_return std::optional<std::string>(
        "the hub has less of the list of devices than it had: it was rolled back or restored from "
        "a backup; what it lacks is sent again");
}

asio::awaitable<Status> extend_members(MembershipParts parts, std::function<Result<Bytes>()> make) {
    const Status may = co_await parts.worker.run([&] { return check_own(parts.replica); });
    if (!may) co_return may;
    co_return co_await extend(parts, std::move(make));
}

asio::awaitable<Status> leave_workspace(MembershipParts parts) {
    const Status learned = co_await learn_members(parts);
    if (!learned) co_return learned;
    const Status refreshed = co_await refresh_heads(parts);
    if (!refreshed) co_return refreshed;
    std::function<Result<Bytes>()> make = [&]() -> Result<Bytes> {
        const Identity& identity = parts.replica.identity();
        const DeviceId& own = identity.device;
        return crypto::make_revoke(identity.keys,
                                   identity.members,
                                   own,
                                   parts.replica.told_ends(own),
                                   parts.replica.random());
    };
    co_return co_await extend(parts, std::move(make));
}

asio::awaitable<Status> rotate_if_needed(MembershipParts parts) {
    SATCHEL_CO_TRY(is_needed, co_await parts.worker.run([&parts]() -> Result<bool> {
        const crypto::Member& own = parts.replica.own_member();
        if (!own.is_active() || own.role != crypto::MemberRole::normal) return false;
        SATCHEL_TRY(age, look_at_epoch(parts.replica));
        return parts.replica.identity().members.needs_rotation() || is_rotation_due(age);
    }));
    if (!is_needed) co_return ok();
    const std::uint32_t epoch =
        co_await parts.worker.run([&] { return parts.replica.identity().members.epoch(); });
    std::function<Result<Bytes>()> make = [&]() -> Result<Bytes> {
        const Identity& identity = parts.replica.identity();
        if (identity.members.epoch() != epoch)
            return Error{ErrorCode::already_exists, "begin an epoch: another device has"};
        return crypto::make_rotation(identity.keys, identity.members, parts.replica.random());
    };
    const Status begun = co_await extend_members(parts, std::move(make));
    if (!begun && begun.error().code == ErrorCode::already_exists) co_return ok();
    co_return begun;
}

asio::awaitable<std::optional<Error>> find_revocation(MembershipParts parts) {
    const Status learned = co_await learn_members(parts);
    (void)learned;  // what we know already may say it
    co_return co_await parts.worker.run([&] { return revocation_of(parts.replica); });
}

}  // namespace satchel::engine
