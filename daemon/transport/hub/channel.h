// One connection to a hub with its session: signs each request, counts, and opens a new session
// when the hub has forgotten the old one. Private to this folder.
#pragma once

#include "daemon/http/client.h"
#include "daemon/transport/hub/settings.h"
#include "shared/async/asio.h"
#include "shared/protocol/wire/hub_api.h"

#include <functional>
#include <optional>
#include <string>

namespace satchel::transport {

/// A request yet to be signed.
struct HubCall {
    std::string method;
    std::string target;
    Bytes body{};
    std::string etag{};
    std::chrono::milliseconds limit{30'000};
};

/// Calls go out one after another, in the order they were made.
class Channel {
  public:
    Channel(asio::any_io_executor executor, const HubSettings& settings, Signer signer);

    /// The reply when its status is 200 or 304, else the refusal as an Error.
    asio::awaitable<Result<http::Response>> call(HubCall call);

    [[nodiscard]] const http::ClientCounters& counters() const { return client_.counters(); }

  private:
    struct Session {
        std::string hub_id;
        wire::SessionNonce nonce{};
        std::uint64_t counter = 0;
    };

    asio::awaitable<Status> open_session();
    /// What answers says that it is a hub, and not the one this device belongs to.
    asio::awaitable<bool> is_another_hub();
    [[nodiscard]] http::Request signed_request(const HubCall& call);

    const HubSettings& settings_;
    Signer signer_;
    http::Client client_;
    std::optional<Session> session_{};
    bool is_busy_ = false;
    asio::steady_timer freed_;
};

/// The client settings for a hub.
http::ClientSettings client_settings(const HubSettings& settings);
/// The error of a reply that no hub of this version gives.
Error strange_reply(Error error, const HubSettings& settings);
/// Why a hub said no, from its reply.
Error refusal_error(const http::Response& response);

}  // namespace satchel::transport
