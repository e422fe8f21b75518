#include "daemon/app/move.h"

#include "daemon/crypto/membership.h"
#include "daemon/engine/membership.h"
#include "daemon/engine/relay.h"
#include "daemon/transport/hub/setup.h"

namespace satchel::app {

namespace {

std::string logs_words(std::uint64_t count) {
    return std::to_string(count) + (count == 1 ? " log" : " logs");
}

/// Lives as long as somebody waits for it.
class Move {
  public:
    Move(DeviceApp& app, MoveWish wish)
        : app_(app),
          wish_(std::move(wish)),
          replica_(app.membership()->replica),
          old_hub_(app.membership()->transport) {
        const engine::Identity& identity = app.membership()->identity;
        settings_.url = wish_.hub.url;
        settings_.tls_pin = wish_.hub.tls_pin;
        settings_.hub_id = wish_.hub.hub_id;
        settings_.allow_plaintext = app.options().settings.allow_plaintext;
        settings_.workspace = identity.keyring.workspace();
        settings_.device = identity.device;
        signer_ = [&identity](ByteView canonical) {
            return crypto::sign_request(identity.keys, canonical);
        };
    }

    asio::awaitable<Result<MoveOutcome>> run() {
        const HubAddress so_far = app_.membership()->hub;
        SATCHEL_CO_TRY(info, co_await transport::probe_health(app_.executor(), settings_));
        settings_.hub_id = info.hub_id;
        outcome_.hub = {wish_.hub.url, info.hub_id, wish_.hub.tls_pin};
        const bool is_same_hub = info.hub_id == so_far.hub_id;
        if (is_same_hub && so_far.url == wish_.hub.url && so_far.tls_pin == wish_.hub.tls_pin)
            co_return Error{ErrorCode::already_exists,
                            "this device belongs to a workspace already, as '" +
                                app_.membership()->identity.device_name + "', and uses this hub",
                            "satchelctl sync shows its state"};
        new_hub_.emplace(app_.executor(), settings_, signer_);
        const Status found = co_await look();
        if (!found) co_return found.error();
        if (is_same_hub) outcome_.lines.emplace_back("it is the same hub at another address");
        if (wish_.is_dry_run) co_return outcome_;
        if (!is_same_hub) {
            const Status carried = co_await carry();
            if (!carried) co_return carried.error();
        }
        const Status saved = co_await save();
        if (!saved) co_return saved.error();
        co_return outcome_;
    }

  private:
    engine::MembershipParts parts(transport::Transport& hub) {
        return {replica_, app_.worker(), hub};
    }

    /// What the new hub knows of this workspace.
    asio::awaitable<Status> look() {
        std::string any;
        auto heads = co_await new_hub_->heads(std::move(any), seconds(0));
        if (heads) {
            member_count_ = heads->member_count;
            outcome_.lines.emplace_back("the hub has this workspace");
            co_return ok();
        }
        if (heads.error().code != ErrorCode::refused) co_return heads.error();
        if (wish_.code.empty())
            co_return Error{ErrorCode::refused,
                            "the hub does not have this workspace, or does not know this device",
                            "run 'satchelctl sync register --name NAME' on the hub's machine for "
                            "the first device that moves; a device that was added since needs one "
                            "to move before it that added or knows it"};
        outcome_.is_founding = true;
        outcome_.lines.emplace_back("the hub does not have this workspace; it gets it as it is");
        co_return ok();
    }

    asio::awaitable<Status> carry() {
        engine::MembershipParts old_parts = parts(old_hub_);
        const Status learned = co_await engine::learn_members(old_parts);
        const bool is_old_there = learned.has_value();
        if (!is_old_there)
            outcome_.lines.emplace_back(
                "the hub so far cannot be reached: what other devices sent to it comes from those "
                "that have it, each when it moves");
        if (outcome_.is_founding) {
            const Status founded = co_await found();
            if (!founded) co_return founded;
        }
        // Of devices that the hub does not know it takes nothing.
        if (!outcome_.is_founding) {
            engine::MembershipParts new_parts = parts(*new_hub_);
            SATCHEL_CO_TRY(lacked, co_await engine::compare_members(new_parts, member_count_));
            (void)lacked;
        }
        engine::KeptLogs kept(replica_, app_.worker());
        SATCHEL_CO_TRY(report, co_await relay(kept));
        if (is_old_there) {
            engine::HubLogs so_far(old_hub_);
            SATCHEL_CO_TRY(rest, co_await relay(so_far));
            report = {report.logs + rest.logs,
                      report.segments + rest.segments,
                      report.bytes + rest.bytes,
                      rest.incomplete};
        }
        tell(report);
        co_return ok();
    }

    void tell(const engine::RelayReport& report) {
        if (report.segments > 0)
            outcome_.lines.push_back(
                "it was given what other devices had sent: " + std::to_string(report.segments) +
                (report.segments == 1 ? " segment" : " segments"));
        if (report.incomplete > 0)
            outcome_.lines.push_back(logs_words(report.incomplete) +
                                     " of other devices could not be given whole; devices that "
                                     "have more of them give it when they move");
    }

    /// Brings the workspace: the whole list of devices, with the leave to do so.
    asio::awaitable<Status> found() {
        SATCHEL_CO_TRY(entries,
                       co_await app_.worker().run([this] { return replica_.member_entries(0); }));
        const engine::Identity& identity = replica_.identity();
        wire::EnrollRequest request;
        request.code = wish_.code;
        request.workspace = settings_.workspace;
        request.ed_public = identity.keys.ed_public();
        request.x_public = identity.keys.x_public();
        request.genesis = std::move(entries.front());
        entries.erase(entries.begin());
        request.later_entries = std::move(entries);
        auto reply =
            co_await transport::enroll(app_.executor(), settings_, std::move(request), signer_);
        if (!reply) co_return reply.error();
        if (!reply->is_member)
            co_return Error{ErrorCode::refused, "the hub does not take this device for a member"};
        co_return ok();
    }

    /// Gives the new hub what it lacks of the logs of others.
    asio::awaitable<Result<engine::RelayReport>> relay(engine::LogSource& source) {
        SATCHEL_CO_TRY(entries, co_await new_hub_->members(0, seconds(0)));
        const Hash256 genesis = co_await app_.worker().run(
            [this] { return replica_.identity().members.genesis_hash(); });
        auto members = crypto::Members::verify(entries, genesis);
        if (!members)
            co_return std::move(members).error().at("the hub has another list of devices");
        const DeviceId own = settings_.device;
        co_return co_await engine::relay_logs(source, *new_hub_, *members, own);
    }

    /// From here on the new hub is the hub.
    asio::awaitable<Status> save() {
        std::string any;
        SATCHEL_CO_TRY(heads, co_await new_hub_->heads(std::move(any), seconds(0)));
        engine::Replica& replica = replica_;
        co_await app_.end_membership();
        const HubAddress& hub = outcome_.hub;
        const Status saved = co_await app_.worker().run([&] {
            return replica.change_hub(heads.heads, [&hub](store::Transaction& transaction) {
                return save_hub(transaction, hub);
            });
        });
        const Status resumed = co_await app_.resume_membership();
        if (!saved) co_return saved;
        co_return resumed;
    }

    DeviceApp& app_;
    MoveWish wish_;
    engine::Replica& replica_;
    transport::Transport& old_hub_;
    transport::HubSettings settings_;
    transport::Signer signer_;
    std::optional<transport::HubTransport> new_hub_;
    std::uint32_t member_count_ = 0;
    MoveOutcome outcome_;
};

}  // namespace

asio::awaitable<Result<MoveOutcome>> move_workspace(DeviceApp& app, MoveWish wish) {
    Move move(app, std::move(wish));
    co_return co_await move.run();
}

}  // namespace satchel::app
