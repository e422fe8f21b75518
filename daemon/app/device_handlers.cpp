// The methods of noun device.
#include "daemon/app/handlers.h"
#include "daemon/crypto/membership.h"
#include "daemon/crypto/words.h"
#include "daemon/engine/explain.h"
#include "daemon/engine/membership.h"
#include "shared/protocol/control/device.h"

#include <algorithm>

namespace satchel::app {

namespace {

using crypto::Member;
using crypto::MemberRole;

/// A device that has not been heard of for this long may be gone for good.
constexpr UnixMs kInactiveMs = 30ll * 24 * 3600 * 1000;

std::string_view role_name(MemberRole role) {
    switch (role) {
        case MemberRole::normal:
            return "normal";
        case MemberRole::reader:
            return "read-only";
        case MemberRole::paper:
            return "paper";
    }
    return "";
}

/// What its newest head says.
void describe_peer(engine::Replica& replica,
                   const engine::Peer& peer,
                   const Member& member,
                   control::DeviceSummary& summary) {
    summary.version = peer.state.version;
    summary.last_seen = json::Time{peer.state.time_ms};
    for (const auto& [lane, end] : peer.log_ends) {
        const auto known = replica.ledger().lanes().find(lane);
        if (known == replica.ledger().lanes().end()) continue;
        const std::uint64_t applied = known->second.end_of(member.device).seq;
        const bool counts = member.may_have_written(lane, applied + 1);
        summary.pending_in += end > applied && counts ? count_of(end - applied) : 0;
    }
    const bool is_silent = replica.clock().now_ms() - peer.state.time_ms > kInactiveMs;
    if (is_silent) summary.state = "inactive";
}

Result<control::DeviceListResponse> describe(engine::Replica& replica, std::string_view version) {
    control::DeviceListResponse response;
    const engine::Identity& identity = replica.identity();
    response.epoch = identity.keyring.epoch();
    for (const Member& member : identity.members.all()) {
        control::DeviceSummary summary;
        summary.id = member.device.text();
        summary.name = engine::device_name(replica, member.device);
        summary.self = member.device == identity.device;
        summary.state = "healthy";
        summary.role = role_name(member.role);
        summary.added_by = engine::device_name(replica, member.added_by);
        if (summary.self) summary.version = version;
        const auto peer = replica.peers().find(member.device);
        if (peer != replica.peers().end()) describe_peer(replica, peer->second, member, summary);
        if (!member.is_active()) summary.state = "revoked";
        response.devices.push_back(std::move(summary));
    }
    return response;
}

asio::awaitable<Result<control::DeviceListResponse>> list(DeviceApp& app) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    co_return co_await app.worker().run(
        [&] { return describe(membership->replica, app.options().version); });
}

/// The member of this name, or whose id begins so.
Result<DeviceId> find_member(engine::Replica& replica, const std::string& wanted) {
    std::optional<DeviceId> found;
    for (const Member& member : replica.identity().members.all()) {
        if (!member.is_active()) continue;
        const bool is_meant = engine::device_name(replica, member.device) == wanted ||
                              (wanted.size() >= 4 && member.device.text().starts_with(wanted));
        if (!is_meant) continue;
        if (found)
            return Error{ErrorCode::invalid_argument,
                         "several devices are called '" + wanted + "'",
                         "give the start of an id: satchelctl device list shows them"};
        found = member.device;
    }
    if (!found)
        return Error{ErrorCode::not_found,
                     "no device of this workspace is called '" + wanted + "'",
                     "satchelctl device list shows them"};
    return *found;
}

/// Makes the entry that says what a person asked for. On the worker.
using MakeEntry = std::function<Result<Bytes>(engine::Replica&, const DeviceId&)>;

/// Extends the membership log by an entry about `wanted`, the name of a device.
asio::awaitable<Result<control::DeviceChangeResponse>> change(DeviceApp& app,
                                                              std::string wanted,
                                                              MakeEntry make) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    engine::Replica& replica = membership->replica;
    const engine::MembershipParts parts{replica, app.worker(), membership->transport};
    // Others may have let somebody in, or called it otherwise.
    const Status learned = co_await engine::learn_members(parts);
    if (!learned && learned.error().code != ErrorCode::refused) co_return learned.error();
    DeviceId device;
    if (!wanted.empty()) {
        SATCHEL_CO_TRY(found,
                       co_await app.worker().run([&] { return find_member(replica, wanted); }));
        device = found;
    }
    std::function<Result<Bytes>()> make_entry = [&] { return make(replica, device); };
    const Status extended = co_await engine::extend_members(parts, std::move(make_entry));
    if (!extended) co_return extended.error();
    membership->engine.wake("devices");
    co_return co_await app.worker().run([&]() -> Result<control::DeviceChangeResponse> {
        control::DeviceChangeResponse response;
        response.epoch = replica.identity().keyring.epoch();
        if (wanted.empty()) return response;
        response.device = engine::device_name(replica, device);
        response.id = device.text();
        return response;
    });
}

Result<Bytes> make_revoke(engine::Replica& replica, const DeviceId& device) {
    const engine::Identity& identity = replica.identity();
    if (device == identity.device)
        return Error{ErrorCode::invalid_argument,
                     "revoke a device: it is the one you are on",
                     "do it on another device of the workspace"};
    return crypto::make_revoke(
        identity.keys, identity.members, device, replica.told_ends(device), replica.random());
}

Result<Bytes> make_rename(engine::Replica& replica,
                          const DeviceId& device,
                          const std::string& name) {
    const engine::Identity& identity = replica.identity();
    crypto::Newcomer renamed;
    renamed.device = device;
    renamed.name = name;
    return crypto::make_rename(
        identity.keyring, identity.keys, identity.members, renamed, replica.random());
}

Result<Bytes> make_role(engine::Replica& replica, const DeviceId& device, const std::string& role) {
    const engine::Identity& identity = replica.identity();
    if (role != "normal" && role != "read-only")
        return Error{ErrorCode::invalid_argument,
                     "'" + role + "' is not a role",
                     "a device is normal or read-only"};
    const crypto::Member* member = identity.members.find(device);
    if (member != nullptr && member->role == MemberRole::paper)
        return Error{ErrorCode::refused, "change a role: recovery words stay on paper"};
    const bool may_write = role == "normal";
    return crypto::make_role(
        identity.keys,
        identity.members,
        device,
        may_write ? MemberRole::normal : MemberRole::reader,
        may_write ? std::vector<wire::MemberLogEnd>{} : replica.told_ends(device));
}

using Waiting = std::vector<std::pair<crypto::Newcomer, std::string>>;

/// Those that ask, each with the words its screen should show.
asio::awaitable<Result<Waiting>> find_waiting(DeviceApp& app, Membership& membership) {
    SATCHEL_CO_TRY(requests, co_await membership.transport.joins());
    const Hash256 genesis =
        co_await app.worker().run([&] { return membership.identity.members.genesis_hash(); });
    co_return co_await app.worker().run([&]() -> Result<Waiting> {
        Waiting waiting;
        for (const transport::JoinRequest& request : requests) {
            crypto::Newcomer newcomer;
            const bool has_sizes = request.ed_public.size() == newcomer.ed_public.size() &&
                                   request.x_public.size() == newcomer.x_public.size();
            if (!has_sizes) continue;
            newcomer.device = request.device;
            std::ranges::copy(request.ed_public, newcomer.ed_public.begin());
            std::ranges::copy(request.x_public, newcomer.x_public.begin());
            std::string words =
                crypto::comparison_words(newcomer.ed_public, newcomer.x_public, genesis);
            waiting.emplace_back(std::move(newcomer), std::move(words));
        }
        return waiting;
    });
}

asio::awaitable<Result<control::DeviceWaitingResponse>> list_waiting(DeviceApp& app) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    SATCHEL_CO_TRY(waiting, co_await find_waiting(app, *membership));
    control::DeviceWaitingResponse response;
    for (const auto& [newcomer, words] : waiting)
        response.devices.push_back({newcomer.device.text(), words});
    co_return response;
}

asio::awaitable<Result<control::DeviceChangeResponse>> approve(
    DeviceApp& app, control::DeviceApproveRequest request) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    SATCHEL_CO_TRY(waiting, co_await find_waiting(app, *membership));
    const auto found = std::ranges::find(
        waiting, request.words, &std::pair<crypto::Newcomer, std::string>::second);
    if (found == waiting.end())
        co_return Error{ErrorCode::not_found,
                        "no device that asks to be let in has these words",
                        "compare them again: satchelctl device approve NAME; if they never match, "
                        "the hub is not to be trusted"};
    crypto::Newcomer newcomer = found->first;
    newcomer.name = request.name;
    MakeEntry make = [&newcomer](engine::Replica& replica, const DeviceId&) {
        const engine::Identity& identity = replica.identity();
        return crypto::make_add(
            identity.keyring, identity.keys, identity.members, newcomer, replica.random());
    };
    std::string of_nobody;
    auto approved = co_await change(app, std::move(of_nobody), std::move(make));
    if (!approved) co_return approved;
    approved->device = request.name;
    approved->id = newcomer.device.text();
    co_return approved;
}

}  // namespace

void add_device_handlers(DeviceApp& app) {
    app.server().on<control::DeviceListRequest>(
        [&app](const control::DeviceListRequest&) { return list(app); });
    app.server().on<control::DeviceWaitingRequest>(
        [&app](const control::DeviceWaitingRequest&) { return list_waiting(app); });
    app.server().on<control::DeviceApproveRequest>(
        [&app](const control::DeviceApproveRequest& request) { return approve(app, request); });
    app.server().on<control::DeviceRevokeRequest>(
        [&app](const control::DeviceRevokeRequest& request) {
            return change(app, request.device, make_revoke);
        });
    app.server().on<control::DeviceRenameRequest>(
        [&app](const control::DeviceRenameRequest& request) {
            return change(app,
                          request.device,
                          [name = request.name](engine::Replica& replica, const DeviceId& device) {
                              return make_rename(replica, device, name);
                          });
        });
    app.server().on<control::DeviceRoleRequest>([&app](const control::DeviceRoleRequest& request) {
        return change(app,
                      request.device,
                      [role = request.role](engine::Replica& replica, const DeviceId& device) {
                          return make_role(replica, device, role);
                      });
    });
    app.server().on<control::DeviceRotateRequest>([&app](const control::DeviceRotateRequest&) {
        return change(app, {}, [](engine::Replica& replica, const DeviceId&) {
            const engine::Identity& identity = replica.identity();
            return crypto::make_rotation(identity.keys, identity.members, replica.random());
        });
    });
}

}  // namespace satchel::app
