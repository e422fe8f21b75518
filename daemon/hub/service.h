// The hub's answers: who asks, for what, may they. Every request goes through answer(), which
// checks session, counter and signature before any endpoint sees it.
#pragma once

#include "daemon/crypto/random.h"
#include "daemon/http/message.h"
#include "daemon/hub/metrics.h"
#include "daemon/hub/rate_limiter.h"
#include "daemon/hub/refusal_counter.h"
#include "daemon/hub/sessions.h"
#include "daemon/hub/settings.h"
#include "daemon/hub/store.h"
#include "daemon/hub/workspace.h"

#include <optional>
#include <string_view>
#include <unordered_map>

namespace satchel::hub {

/// Who asks for what, as far as is known yet; for the audit log.
struct Asker {
    std::string address;
    std::string device{};  ///< once a signature proved it
    std::string operation = "call";
};

/// A request that may be answered.
struct Call {
    const http::Request& request;
    std::string_view name;   ///< what follows the workspace: "heads", "d/…/head"
    std::string_view query;  ///< without its question mark
    WorkspaceId workspace_id;
    Workspace& workspace;
    DeviceId device;
    wire::PublicKey ed_public;
    Asker& asker;
};

using Reply = asio::awaitable<http::Response>;

/// Answers requests on one loop.
class Service {
  public:
    Service(asio::any_io_executor executor,
            const HubSettings& settings,
            HubStore& store,
            const Clock& clock);

    /// Called after each request; may be left out.
    void on_served(OnServed on_served) { on_served_ = std::move(on_served); }

    /// The reply to any request that passed the gate.
    Reply answer(http::Request request, http::PeerInfo peer);
    /// Writes the refusals counted so far into the audit log.
    asio::awaitable<void> write_refusals();
    [[nodiscard]] wire::HubInfo info() const;

    /// Requests that came since the start, refused ones too.
    [[nodiscard]] std::uint64_t request_count() const { return request_count_; }

    [[nodiscard]] const Metrics& metrics() const { return metrics_; }

    /// What came from a device since the start.
    struct Seen {
        UnixMs last_ms = 0;
        std::uint64_t requests = 0;
    };

    [[nodiscard]] Seen seen(const std::string& device) const;

    /// Requests that wait for news, and sessions.
    [[nodiscard]] std::size_t held_polls() const { return held_polls_; }

    [[nodiscard]] std::size_t session_count() const { return sessions_.size(); }

    /// Looked at once a second at most, however often it is asked.
    asio::awaitable<bool> is_healthy();
    /// "ok" or status 503, for whoever watches.
    Reply healthz();

  private:
    /// One request that waits for news, while it does.
    class HeldPoll {
      public:
        explicit HeldPoll(std::size_t& count) : count_(count) { ++count_; }

        HeldPoll(const HeldPoll&) = delete;
        HeldPoll& operator=(const HeldPoll&) = delete;

        ~HeldPoll() { --count_; }

      private:
        std::size_t& count_;
    };

    Reply route(http::Request request, Asker& asker);

    // Without a session: endpoints_open.cpp.
    [[nodiscard]] http::Response health() const;
    Reply open_session(const http::Request& request);
    Reply enroll(const http::Request& request, Asker& asker);
    /// Enrolment without a code: which workspace the device, a member, belongs to.
    Reply recognize(DeviceId device, Asker& asker);

    // With one.
    Reply answer_signed(http::Request request, std::string_view path, Asker& asker);
    std::optional<wire::HubRefusal> check_signature(const http::Request& request,
                                                    Session& session,
                                                    const wire::PublicKey& ed_public) const;
    Reply dispatch(Call call);

    // endpoints_objects.cpp
    Reply heads(Call call);
    Reply push(Call call);
    Reply pull(Call call);
    Reply object(Call call);
    Reply usage(Call call);

    // endpoints_members.cpp
    Reply members(Call call);
    Reply add_member(Call call);
    Reply joins(Call call);
    Reply invite(Call call);

    asio::any_io_executor executor_;
    const HubSettings& settings_;
    HubStore& store_;
    const Clock& clock_;
    crypto::KernelRandom random_;
    Sessions sessions_;
    Workspaces workspaces_;
    RateLimiter by_device_;
    RateLimiter by_address_;
    RefusalCounter refusals_{};
    std::uint64_t request_count_ = 0;
    Metrics metrics_{};
    std::unordered_map<std::string, Seen> seen_{};  ///< of devices that proved who they are
    OnServed on_served_{};
    std::size_t held_polls_ = 0;
    milliseconds looked_at_{-1'000'000};
    bool was_healthy_ = true;
};

/// Fixed words for a refusal.
http::Response refuse(wire::HubRefusal refusal);
/// Status 200 with a body.
http::Response reply_with(Bytes body);
/// The seconds that "wait=" in the query asks for, within bounds; zero when it is not there.
std::chrono::seconds wait_of(std::string_view query);
/// Value of `name` in a query such as "from=3&wait=60"; empty when it is not there.
std::string_view query_value(std::string_view query, std::string_view name);

}  // namespace satchel::hub
