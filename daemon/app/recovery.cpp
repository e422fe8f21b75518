// Two entries make a paper device: a member adds it, it signs its role. One more lets a new device
// in; the words are needed no longer than that.
#include "daemon/app/recovery.h"

#include "daemon/engine/membership.h"
#include "daemon/transport/hub/setup.h"
#include "shared/base/base32.h"

#include <functional>

namespace satchel::app {

namespace {

using crypto::Member;
using crypto::MemberRole;
using MakeEntry = std::function<Result<Bytes>()>;

/// Other devices may extend the log at the same time, but not for ever.
constexpr int kAttempts = 8;

std::vector<DeviceId> find_paper(const crypto::Members& members) {
    std::vector<DeviceId> found;
    for (const Member& member : members.all())
        if (member.is_active() && member.role == MemberRole::paper) found.push_back(member.device);
    return found;
}

asio::awaitable<Status> revoke(engine::MembershipParts parts, DeviceId device) {
    MakeEntry make = [&parts, device] {
        const engine::Identity& identity = parts.replica.identity();
        return crypto::make_revoke(
            identity.keys, identity.members, device, {}, parts.replica.random());
    };
    co_return co_await engine::extend_members(parts, std::move(make));
}

/// Both entries. When the second fails, the first is taken back if that is possible.
asio::awaitable<Status> add_paper(engine::MembershipParts parts, const crypto::DeviceKeys& paper) {
    engine::Replica& replica = parts.replica;
    MakeEntry make_add = [&] {
        const engine::Identity& identity = replica.identity();
        return crypto::make_paper_add(
            identity.keyring, identity.keys, identity.members, paper, replica.random());
    };
    const Status added = co_await engine::extend_members(parts, std::move(make_add));
    if (!added) co_return added;
    MakeEntry make_role = [&] {
        return crypto::make_paper_role(paper, replica.identity().members);
    };
    Status proven = co_await engine::extend_members(parts, std::move(make_role));
    if (proven) co_return proven;
    const Status taken_back = co_await revoke(parts, paper.device());
    if (taken_back) co_return proven;
    co_return std::move(proven).error().with_hint(
        "satchelctl device list shows a device that was not finished: revoke it and try again");
}

/// A device that has nothing but words, before anything is saved.
class Recovery {
  public:
    Recovery(DeviceApp& app, crypto::RecoveryKey key, RecoveryWish wish)
        : app_(app), paper_(key.keys()), wish_(std::move(wish)) {
        hub_.url = wish_.hub_url;
        hub_.tls_pin = wish_.tls_pin;
        hub_.allow_plaintext = app.options().settings.allow_plaintext;
        hub_.device = paper_.device();
    }

    asio::awaitable<Result<RecoveryOutcome>> run() {
        const Status located = co_await locate();
        if (!located) co_return located.error();
        transport::HubTransport transport(app_.executor(), hub_, signer_);
        for (int attempt = 0; attempt < kAttempts; ++attempt) {
            SATCHEL_CO_TRY(entries, co_await transport.members(0, seconds(0)));
            SATCHEL_CO_TRY(log, open(std::move(entries)));
            RecoveryOutcome outcome = describe(log);
            if (wish_.is_dry_run) co_return outcome;
            SATCHEL_CO_TRY(api_key, crypto::ApiKey::create(app_.random()));
            SATCHEL_CO_TRY(entry, make_entry(log, crypto::DeviceKeys(api_key)));
            const Status added = co_await transport.add_member(entry);
            const bool is_taken = !added && added.error().code == ErrorCode::conflict;
            if (is_taken) continue;
            if (!added) co_return added.error();
            log.entries.push_back(std::move(entry));
            SATCHEL_CO_TRY(enrolment, co_await save(std::move(api_key), std::move(log)));
            outcome.enrolment = std::move(enrolment);
            co_return outcome;
        }
        co_return Error{ErrorCode::busy, "extend the list of devices: others keep changing it"};
    }

  private:
    /// The log as the hub gives it, proven by the words, and what it holds for them.
    struct Log {
        std::vector<Bytes> entries;
        crypto::Members members;
        crypto::Keyring keyring;
    };

    /// Which hub it is, and in which of its workspaces the words signed something.
    asio::awaitable<Status> locate() {
        auto info = co_await transport::probe_health(app_.executor(), hub_);
        if (!info && info.error().code == ErrorCode::refused && !hub_.tls_pin) {
            const auto key = co_await transport::look_at_key(app_.executor(), hub_);
            if (key) co_return name_key(std::move(info).error(), *key);
        }
        if (!info) co_return info.error();
        hub_.hub_id = info->hub_id;
        wire::EnrollRequest request;
        request.ed_public = paper_.ed_public();
        request.x_public = paper_.x_public();
        auto found = co_await transport::enroll(app_.executor(), hub_, std::move(request), signer_);
        if (!found && found.error().code == ErrorCode::refused)
            co_return Error{ErrorCode::refused,
                            "the hub has no workspace of these recovery words",
                            "see that the address is that of the hub they were made with"};
        if (!found) co_return found.error();
        hub_.workspace = found->workspace;
        co_return ok();
    }

    /// A person has to say that it is the hub's own.
    static Error name_key(Error refused, const Hash256& key) {
        const std::string text = to_base32(ByteView(key));
        return {
            refused.code,
            refused.message + "; the key shown there is " + text,
            "if it is the one beside the words on paper, or whoever runs the hub says that it is "
            "the hub's: give --hub-key " +
                text};
    }

    [[nodiscard]] Result<Log> open(std::vector<Bytes> entries) const {
        auto members = crypto::Members::verify(entries, std::nullopt);
        if (!members)
            return std::move(members).error().at(
                "the hub shows a list of devices that does not hold");
        if (Status proven = crypto::check_paper(*members, paper_); !proven) return proven.error();
        SATCHEL_TRY(keyring, crypto::unwrap_keyring(*members, paper_));
        return Log{std::move(entries), std::move(*members), std::move(keyring)};
    }

    static RecoveryOutcome describe(const Log& log) {
        RecoveryOutcome outcome;
        outcome.workspace = log.members.workspace();
        outcome.epoch = log.members.epoch();
        for (const Member& member : log.members.all()) {
            if (!member.is_active() || member.role == MemberRole::paper) continue;
            const auto name = crypto::name_of(log.keyring, member);
            outcome.devices.push_back(name ? *name : member.device.text());
        }
        return outcome;
    }

    Result<Bytes> make_entry(const Log& log, const crypto::DeviceKeys& keys) {
        const crypto::Newcomer newcomer{
            keys.device(), keys.ed_public(), keys.x_public(), wish_.device_name};
        return crypto::make_add(log.keyring, paper_, log.members, newcomer, app_.random());
    }

    asio::awaitable<Result<Enrolment>> save(crypto::ApiKey api_key, Log log) {
        SATCHEL_CO_TRY(members, crypto::Members::verify(log.entries, std::nullopt));
        crypto::DeviceKeys keys(api_key);
        const DeviceId device = keys.device();
        Enrolment enrolment{
            engine::Identity{wish_.device_name,
                             device,
                             std::move(keys),
                             std::move(log.keyring),
                             std::move(members)},
            HubAddress{hub_.url, hub_.hub_id, hub_.tls_pin},
        };
        const Status saved = co_await app_.worker().run([&] {
            const NewEnrolment fresh{api_key, enrolment.identity, enrolment.hub, log.entries};
            return save_enrolment(app_.database(), app_.places(), fresh, app_.random());
        });
        if (!saved) co_return saved.error();
        co_return enrolment;
    }

    DeviceApp& app_;
    crypto::DeviceKeys paper_;
    RecoveryWish wish_;
    transport::HubSettings hub_;
    transport::Signer signer_ = [this](ByteView canonical) {
        return crypto::sign_request(paper_, canonical);
    };
};

}  // namespace

asio::awaitable<Result<std::size_t>> count_paper_devices(DeviceApp& app) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    const engine::MembershipParts parts{membership->replica, app.worker(), membership->transport};
    const Status learned = co_await engine::learn_members(parts);
    if (!learned) co_return learned.error();
    co_return co_await app.worker().run([&]() -> Result<std::size_t> {
        return find_paper(parts.replica.identity().members).size();
    });
}

asio::awaitable<Result<crypto::RecoveryKey>> add_recovery_key(DeviceApp& app, bool replaces) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    const engine::MembershipParts parts{membership->replica, app.worker(), membership->transport};
    const std::vector<DeviceId> old =
        co_await app.worker().run([&] { return find_paper(parts.replica.identity().members); });
    if (!old.empty() && !replaces)
        co_return Error{ErrorCode::already_exists,
                        "the workspace has recovery words already",
                        "satchelctl recovery create --replace makes new ones and those void"};
    for (const DeviceId device : old) {
        const Status revoked = co_await revoke(parts, device);
        if (!revoked) co_return revoked.error();
    }
    SATCHEL_CO_TRY(key, crypto::RecoveryKey::create(app.random()));
    const crypto::DeviceKeys paper = key.keys();
    Status added = co_await add_paper(parts, paper);
    if (!added && !old.empty())
        co_return std::move(added).error().at("the old words are void, and no new ones were made");
    if (!added) co_return added.error();
    membership->engine.wake("devices");
    co_return key;
}

asio::awaitable<Result<RecoveryOutcome>> recover(DeviceApp& app,
                                                 crypto::RecoveryKey key,
                                                 RecoveryWish wish) {
    Recovery recovery(app, std::move(key), std::move(wish));
    co_return co_await recovery.run();
}

}  // namespace satchel::app
