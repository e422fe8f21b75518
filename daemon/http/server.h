// HTTP/1.1 server for our own clients: the gate, a bounded body, one handler. What is refused is
// answered with fixed words and the connection ends; nothing after it is read.
#pragma once

#include "daemon/http/message.h"
#include "daemon/http/tls.h"
#include "shared/async/asio.h"
#include "shared/base/result.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace satchel::http {

/// Where to listen and how long to be patient.
struct ServerSettings {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  ///< 0: any free one
    std::optional<TlsFiles> tls{};
    std::size_t connections_max = 16'000;      ///< above it, accepting pauses
    std::size_t connections_per_address = 64;  ///< above it, new ones are closed; 0: no limit
    std::function<bool(const std::string&)> is_unlimited{};  ///< addresses without that limit
    std::size_t body_bytes_total = 256u << 20;      ///< of all bodies being read; above it: 503
    std::chrono::milliseconds head_limit{10'000};   ///< from a head's first byte to its last
    std::chrono::milliseconds body_grace{5'000};    ///< then a body must come at 1 KiB/s
    std::chrono::milliseconds idle_limit{75'000};   ///< between requests
    std::chrono::milliseconds write_limit{60'000};  ///< for a reply
};

/// Answers one request. An exception becomes status 500 and a call of OnFailure.
using Handler = std::function<asio::awaitable<Response>(Request, PeerInfo)>;
/// Told what went wrong inside, for the log.
using OnFailure = std::function<void(const std::string& where, const std::string& what)>;

/// Listens from start() to stop(), on one loop.
class Server {
  public:
    Server(asio::any_io_executor executor,
           ServerSettings settings,
           Handler handler,
           OnFailure on_failure);
    ~Server();

    /// Binds and begins to accept. Errors: bad_config (TLS files, address), busy (port in use).
    Status start();
    /// Stops accepting, ends connections and handlers, and waits for them. Call before destruction.
    asio::awaitable<void> stop();
    /// The port it listens on, once started.
    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] std::size_t connection_count() const;
    /// Reads the TLS files again, for connections that come from now on. On an error (bad_config:
    /// a file cannot be used, the certificate has expired) what is in use stays.
    Status reload_tls();
    /// The certificate in use; nothing without TLS.
    [[nodiscard]] Result<std::optional<CertificateFacts>> certificate() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace satchel::http
