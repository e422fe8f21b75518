// One connection, plain or TLS, behind one face, so that the code above it exists once. Every wait
// has a deadline. Private to this folder; stream.cpp is the one user of Beast's streams.
#pragma once

#include "daemon/http/tls.h"
#include "shared/async/asio.h"
#include "shared/base/result.h"

#include <chrono>
#include <memory>

#include <boost/asio/ip/tcp.hpp>

namespace satchel::http {

using SteadyTime = std::chrono::steady_clock::time_point;
using tcp = asio::ip::tcp;

/// A connection. Once a call failed or its deadline passed, only close() is of use.
class Stream {
  public:
    virtual ~Stream() = default;
    /// Reads what is there, at least one byte. Zero bytes: the peer ended the connection.
    virtual asio::awaitable<Result<std::size_t>> read_some(std::span<Byte> into,
                                                           SteadyTime until) = 0;
    /// Writes both parts, one after the other.
    virtual asio::awaitable<Status> write(ByteView head, ByteView body, SteadyTime until) = 0;
    /// TLS handshake as server or client; nothing to do on a plain connection.
    virtual asio::awaitable<Status> handshake(SteadyTime until) = 0;
    /// Ends the connection at once; pending calls fail.
    virtual void close() = 0;
};

/// The server's side of an accepted socket; `tls` may be null for a plain connection.
std::unique_ptr<Stream> accepted_stream(tcp::socket socket, const std::shared_ptr<TlsContext>& tls);
/// Connects to the first of `endpoints` that answers. Error: offline. The handshake is still to do.
asio::awaitable<Result<std::unique_ptr<Stream>>> connect_stream(
    asio::any_io_executor executor,
    std::vector<tcp::endpoint> endpoints,
    std::shared_ptr<TlsContext> tls,
    SteadyTime until);

}  // namespace satchel::http
