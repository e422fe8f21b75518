#include "daemon/app/join.h"

#include "daemon/crypto/join.h"
#include "daemon/crypto/membership.h"
#include "daemon/crypto/words.h"
#include "daemon/transport/hub/setup.h"

#include <memory>

namespace satchel::app {

namespace {

/// How long a new device waits for its inviter to answer before it says so.
constexpr seconds kAdmissionWait{50};
constexpr int kAdmissionTurns = 6;
/// The same for a person who has to compare words.
constexpr int kConsentTurns = 72;

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

/// Lives as long as somebody waits for it.
class Join : public std::enable_shared_from_this<Join> {
  public:
    Join(DeviceApp& app, JoinWish wish) : app_(app), wish_(std::move(wish)) {
        hub_.url = wish_.ticket.hub_url;
        hub_.tls_pin = wish_.ticket.tls_pin;
        hub_.allow_plaintext = wish_.allow_plaintext;
        hub_.hub_id = wish_.ticket.hub_id;
    }

    asio::awaitable<Result<JoinOutcome>> run() {
        const Status open = co_await check_hub();
        if (!open) co_return open.error();
        JoinOutcome outcome;
        if (wish_.is_dry_run) co_return outcome;
        SATCHEL_CO_TRY(candidate, make_candidate(app_.random()));
        candidate_.emplace(std::move(candidate));
        hub_.device = candidate_->keys.device();
        signer_ = [this](ByteView canonical) {
            return crypto::sign_request(candidate_->keys, canonical);
        };
        if (wish_.ticket.invite) {
            SATCHEL_CO_TRY(joined, co_await accept_invite());
            SATCHEL_CO_TRY(enrolment, co_await save(std::move(joined)));
            outcome.enrolment = std::move(enrolment);
            co_return outcome;
        }
        auto founded = co_await found();
        if (founded) {
            SATCHEL_CO_TRY(enrolment, co_await save(std::move(*founded)));
            outcome.enrolment = std::move(enrolment);
            co_return outcome;
        }
        if (founded.error().code != ErrorCode::refused) co_return founded.error();
        // The code may be for the workspace that the hub has already.
        SATCHEL_CO_TRY(words, co_await ask());
        outcome.words = std::move(words);
        outcome.finish = [self = shared_from_this()] { return self->finish(); };
        co_return outcome;
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

    asio::awaitable<Result<wire::EnrollReply>> enroll(wire::EnrollRequest request) {
        request.code = wish_.ticket.admission_code;
        request.ed_public = candidate_->keys.ed_public();
        request.x_public = candidate_->keys.x_public();
        co_return co_await transport::enroll(app_.executor(), hub_, std::move(request), signer_);
    }

    /// The first device makes the workspace.
    asio::awaitable<Result<Joined>> found() {
        SATCHEL_CO_TRY(keyring, crypto::Keyring::create(app_.random()));
        SATCHEL_CO_TRY(
            genesis,
            crypto::make_genesis(keyring, candidate_->keys, wish_.device_name, app_.random()));
        wire::EnrollRequest request;
        request.workspace = keyring.workspace();
        request.genesis = genesis;
        SATCHEL_CO_TRY(reply, co_await enroll(std::move(request)));
        if (!reply.is_member)
            co_return Error{ErrorCode::refused, "the hub did not make this device a member"};
        std::vector<Bytes> entries;
        entries.push_back(std::move(genesis));
        co_return assemble(std::move(keyring), std::move(entries));
    }

    /// A later one proves that it holds the invitation's secret and waits for the inviter to add
    /// it.
    asio::awaitable<Result<Joined>> accept_invite() {
        const wire::Invite& invite = *wish_.ticket.invite;
        hub_.workspace = invite.workspace;
        SATCHEL_CO_TRY(asked,
                       crypto::make_join_request(
                           invite.secret, candidate_->keys, wish_.device_name, app_.random()));
        wire::EnrollRequest request;
        request.workspace = invite.workspace;
        request.sealed_name = asked.sealed_name;
        request.proof = to_bytes(asked.proof);
        SATCHEL_CO_TRY(reply, co_await enroll(std::move(request)));
        (void)reply;
        genesis_hash_ = invite.genesis_hash;
        SATCHEL_CO_TRY(entries, co_await wait_for_entry(kAdmissionTurns));
        co_return open_log(std::move(entries));
    }

    /// Asks to be let into the workspace that the hub has; the words that tell it and us apart from
    /// what a hub that lies would show.
    asio::awaitable<Result<std::string>> ask() {
        wire::EnrollRequest request;
        SATCHEL_CO_TRY(reply, co_await enroll(std::move(request)));
        hub_.workspace = reply.workspace;
        transport::HubTransport transport(app_.executor(), hub_, signer_);
        SATCHEL_CO_TRY(entries, co_await transport.members(0, seconds(0)));
        SATCHEL_CO_TRY(members, crypto::Members::verify(entries, std::nullopt));
        genesis_hash_ = members.genesis_hash();
        co_return co_await app_.worker().run([&] {
            return crypto::comparison_words(
                candidate_->keys.ed_public(), candidate_->keys.x_public(), genesis_hash_);
        });
    }

    asio::awaitable<Result<Enrolment>> finish() {
        SATCHEL_CO_TRY(entries, co_await wait_for_entry(kConsentTurns));
        SATCHEL_CO_TRY(joined, open_log(std::move(entries)));
        co_return co_await save(std::move(joined));
    }

    /// The log of members as the hub gives it, checked as it comes, until it names this device.
    asio::awaitable<Result<std::vector<Bytes>>> wait_for_entry(int turns) {
        const DeviceId device = candidate_->keys.device();
        transport::HubTransport transport(app_.executor(), hub_, signer_);
        std::vector<Bytes> entries;
        std::optional<crypto::Members> members;
        for (int turn = 0; turn < turns; ++turn) {
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
                        "no device of the workspace let this one in",
                        "see that one is running and connected, then make a new join string"};
    }

    Status add_entry(std::optional<crypto::Members>& members, const Bytes& entry) const {
        if (members) return members->append(entry);
        const std::span<const Bytes> first(&entry, 1);
        SATCHEL_TRY(begun, crypto::Members::verify(first, genesis_hash_));
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

    /// What the log gives this device, when it is the log it was told of.
    Result<Joined> open_log(std::vector<Bytes> entries) {
        SATCHEL_TRY(members, crypto::Members::verify(entries, genesis_hash_));
        const DeviceId device = candidate_->keys.device();
        const crypto::Member* own = members.find_active(device);
        if (own == nullptr)
            return Error{ErrorCode::refused, "the membership log does not name this device"};
        SATCHEL_TRY(keyring, crypto::unwrap_keyring(members, candidate_->keys));
        SATCHEL_TRY(name, crypto::name_of(keyring, *own));
        wish_.device_name = std::move(name);
        return assemble(std::move(keyring), std::move(entries));
    }

    Result<Joined> assemble(crypto::Keyring keyring, std::vector<Bytes> entries) const {
        SATCHEL_TRY(members, crypto::Members::verify(entries, std::nullopt));
        engine::Identity identity{wish_.device_name,
                                  candidate_->keys.device(),
                                  crypto::DeviceKeys(candidate_->api_key),
                                  std::move(keyring),
                                  std::move(members)};
        return Joined{std::move(identity), std::move(entries)};
    }

    asio::awaitable<Result<Enrolment>> save(Joined joined) {
        HubAddress address{wish_.ticket.hub_url, wish_.ticket.hub_id, wish_.ticket.tls_pin};
        // One that was revoked ends now, and not before.
        co_await app_.end_membership();
        const Status saved = co_await app_.worker().run([&] {
            const NewEnrolment enrolment{
                candidate_->api_key, joined.identity, address, joined.entries};
            return save_enrolment(app_.database(), app_.places(), enrolment, app_.random());
        });
        if (!saved) {
            const Status resumed = co_await app_.resume_membership();
            (void)resumed;  // it is told by every command
            co_return saved.error();
        }
        app_.forget_disconnection();
        co_return Enrolment{std::move(joined.identity), std::move(address)};
    }

    DeviceApp& app_;
    JoinWish wish_;
    transport::HubSettings hub_;
    transport::Signer signer_;
    std::optional<Candidate> candidate_;
    Hash256 genesis_hash_{};
};

}  // namespace

asio::awaitable<Result<JoinOutcome>> join_workspace(DeviceApp& app, JoinWish wish) {
    const auto join = std::make_shared<Join>(app, std::move(wish));
    co_return co_await join->run();
}

}  // namespace satchel::app
