// HTTP client for our hub: one connection that is kept, deadlines, replies held to the same strict
// rules as requests. Follows no redirect, asks no proxy, sends nothing in clear beyond this machine
// unless told to.
#pragma once

#include "daemon/http/message.h"
#include "shared/async/asio.h"
#include "shared/base/result.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace satchel::http {

/// Where the hub is and what to expect of it.
struct ClientSettings {
    std::string url;                   ///< "https://host[:port]"
    std::optional<Hash256> tls_pin{};  ///< SHA-256 of the hub's SubjectPublicKeyInfo
    bool allow_plaintext = false;      ///< http to other machines
    std::size_t body_bytes_max = 16u << 20;
    std::chrono::milliseconds connect_limit{10'000};
};

/// Bytes and requests since the client was made, heads included, TLS framing not.
struct ClientCounters {
    std::uint64_t requests = 0;
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;
};

/// One connection to one hub. One request at a time: the caller waits for a reply before the next.
class Client {
  public:
    Client(asio::any_io_executor executor, ClientSettings settings);
    ~Client();
    Client(Client&&) noexcept;

    /// Sends a request and waits for its reply, at most `limit` plus the time to connect, and a
    /// second more for every 16 KiB that arrive. A kept connection that turns out to be closed is
    /// opened again once. Errors: bad_config (url), offline (no connection, timed out), refused
    /// (TLS does not verify, plaintext), corrupt (not our kind of HTTP, a redirect), too_large.
    asio::awaitable<Result<Response>> send(Request request, std::chrono::milliseconds limit);
    /// Ends the connection; the next send() opens a new one.
    void close();
    [[nodiscard]] const ClientCounters& counters() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// Which TLS key answers at `url` (SHA-256 of its SubjectPublicKeyInfo), for a person to compare:
/// nothing is verified and nothing is sent. Errors: bad_config, offline, refused (no TLS).
asio::awaitable<Result<Hash256>> look_at_key(asio::any_io_executor executor, std::string url);

}  // namespace satchel::http
