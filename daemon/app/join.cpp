#include "daemon/app/join.h"

#include "daemon/crypto/join.h"
#include "daemon/crypto/membership.h"
#include "daemon/transport/hub/setup.h"

namespace satchel::app {

namespace {

/// How long a new device waits for its inviter to answer before it says so.
constexpr seconds kAdmissionWait{50};
constexpr int kAdmissionTurns = 6;

/// A device's keys while it joins, before anything is saved.
struct Candidate {
    crypto::ApiKey api_key;
    crypto::DeviceKeys keys;
};

Result<Candidate> make_candidate(crypto::RandomSource& random) {
    SATCHEL_TRY(api_key, crypto::ApiKey::create(random));
    crypto::DeviceKeys keys(api_key);
    return Candidate{std::move(api_key), std::move(keys)};
}

/// What a join brought, still in memory only.
struct Joined {
    engine::Identity identity;
    std::vector<Bytes> entries;
};

class Join {
  public:
    Join(DeviceApp& app, JoinWish wish) : app_(app), wish_(std::move(wish)) {
        hub_.url = wish_.ticket.hub_url;
        hub_.tls_pin = wish_.ticket.tls_pin;
        hub_.allow_plaintext = wish_.allow_plaintext;
        hub_.hub_id = wish_.ticket.hub_id;
    }

    asio::awaitable<Result<std::optional<Enrolment>>> run() {
        const Status open = co_await check_hub();
        if (!open) co_return open.error();
        if (wish_.is_dry_run) co_return std::optional<Enrolment>{};
        SATCHEL_CO_TRY(candidate, make_candidate(app_.random()));
        hub_.device = candidate.keys.device();
        signer_ = [&candidate](ByteView canonical) {
            return crypto::sign_request(candidate.keys, canonical);
        };
        if (wish_.ticket.invite) {
            SATCHEL_CO_TRY(joined, co_await accept_invite(candidate));
            co_return co_await save(candidate, std::move(joined));
        }
        SATCHEL_CO_TRY(founded, co_await found(candidate));
        co_return co_await save(candidate, std::move(founded));
    }

  private:
    asio::awaitable<Status> check_hub() {
        if (wish_.ticket.expires_ms < app_.clock().now_ms())
            co_return Error{ErrorCode::refused,
                            "the join string has expired",
                            "make a new one with 'satchelctl sync register --name NAME'"};
        // Whether it is the hub of the join string is part of it.
        SATCHEL_CO_TRY(info, co_await transport::probe_health(app_.executor(), hub_));
        (void)info;
        co_return ok();
    }

    asio::awaitable<Result<wire::EnrollReply>> enroll(wire::EnrollRequest request,
                                                      const Candidate& candidate) {
        request.code = wish_.ticket.admission_code;
        request.ed_public = candidate.keys.ed_public();
        request.x_public = candidate.keys.x_public();
        co_return co_await transport::enroll(app_.executor(), hub_, std::move(request), signer_);
    }

    /// The first device makes the workspace.
    asio::awaitable<Result<Joined>> found(Candidate& candidate) {
        SATCHEL_CO_TRY(keyring, crypto::Keyring::create(app_.random()));
        SATCHEL_CO_TRY(
            genesis,
            crypto::make_genesis(keyring, candidate.keys, wish_.device_name, app_.random()));
        wire::EnrollRequest request;
        request.workspace = keyring.workspace();
        request.genesis = genesis;
        SATCHEL_CO_TRY(reply, co_await enroll(std::move(request), candidate));
        if (!reply.is_member)
            co_return Error{ErrorCode::refused, "the hub did not make this device a member"};
        std::vector<Bytes> entries;
        entries.push_back(std::move(genesis));
        co_return assemble(candidate, std::move(keyring), std::move(entries));
    }

    /// A later one proves that it holds the invitation's secret and waits for the inviter to add
    /// it.
    asio::awaitable<Result<Joined>> accept_invite(Candidate& candidate) {
        const wire::Invite& invite = *wish_.ticket.invite;
        hub_.workspace = invite.workspace;
        SATCHEL_CO_TRY(asked,
                       crypto::make_join_request(
                           invite.secret, candidate.keys, wish_.device_name, app_.random()));
        wire::EnrollRequest request;
        request.workspace = invite.workspace;
        request.sealed_name = asked.sealed_name;
        request.proof = to_bytes(asked.proof);
        SATCHEL_CO_TRY(reply, co_await enroll(std::move(request), candidate));
        (void)reply;
        SATCHEL_CO_TRY(entries, co_await wait_for_entry(candidate.keys.device()));
        SATCHEL_CO_TRY(members, crypto::Members::verify(entries, invite.genesis_hash));
        const crypto::Member* own = members.find(candidate.keys.device());
        if (own == nullptr)
            co_return Error{ErrorCode::refused, "the membership log does not name this device"};
        SATCHEL_CO_TRY(keyring, crypto::unwrap_keyring(members, candidate.keys));
        co_return assemble(candidate, std::move(keyring), std::move(entries));
    }

    /// The log of members as the hub gives it, checked as it comes, until it names this device.
    asio::awaitable<Result<std::vector<Bytes>>> wait_for_entry(DeviceId device) {
        transport::HubTransport transport(app_.executor(), hub_, signer_);
        std::vector<Bytes> entries;
        std::optional<crypto::Members> members;
        for (int turn = 0; turn < kAdmissionTurns; ++turn) {
            const seconds wait = entries.empty() ? seconds(0) : kAdmissionWait;
            SATCHEL_CO_TRY(more, co_await transport.members(entries.size(), wait));
            for (Bytes& entry : more) {
                Status sound = add_entry(members, entry);
                if (!sound) co_return name_member_trouble(std::move(sound).error());
                entries.push_back(std::move(entry));
                if (members->find(device) != nullptr) co_return entries;
            }
        }
        co_return Error{ErrorCode::offline,
                        "the device that made the join string did not answer",
                        "see that it is running and connected, then make a new join string there"};
    }

    Status add_entry(std::optional<crypto::Members>& members, const Bytes& entry) const {
        if (members) return members->append(entry);
        const std::span<const Bytes> first(&entry, 1);
        SATCHEL_TRY(begun, crypto::Members::verify(first, wish_.ticket.invite->genesis_hash));
        members = std::move(begun);
        return ok();
    }

    static Error name_member_trouble(Error trouble) {
        return std::move(trouble)
            .at("the hub shows a list of devices that does not hold, and nothing was saved")
            .with_hint(
                "make a new join string on a device of the workspace; if this goes on, have "
                "a look at the hub");
    }

    Result<Joined> assemble(Candidate& candidate,
                            crypto::Keyring keyring,
                            std::vector<Bytes> entries) const {
        SATCHEL_TRY(members, crypto::Members::verify(entries, std::nullopt));
        const DeviceId device = candidate.keys.device();
        engine::Identity identity{wish_.device_name,
                                  device,
                                  crypto::DeviceKeys(candidate.api_key),
                                  std::move(keyring),
                                  std::move(members)};
        return Joined{std::move(identity), std::move(entries)};
    }

    asio::awaitable<Result<std::optional<Enrolment>>> save(const Candidate& candidate,
                                                           Joined joined) {
        HubAddress address{wish_.ticket.hub_url, wish_.ticket.hub_id, wish_.ticket.tls_pin};
        const Status saved = co_await app_.worker().run([&] {
            const NewEnrolment enrolment{
                candidate.api_key, joined.identity, address, joined.entries};
            return save_enrolment(app_.database(), app_.places(), enrolment, app_.random());
        });
        if (!saved) co_return saved.error();
        co_return std::optional<Enrolment>(
            Enrolment{std::move(joined.identity), std::move(address)});
    }

    DeviceApp& app_;
    JoinWish wish_;
    transport::HubSettings hub_;
    transport::Signer signer_;
};

}  // namespace

asio::awaitable<Result<std::optional<Enrolment>>> join_workspace(DeviceApp& app, JoinWish wish) {
    Join join(app, std::move(wish));
    co_return co_await join.run();
}

}  // namespace satchel::app
