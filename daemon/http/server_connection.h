// One accepted connection: requests in turn until somebody ends it. Private to this folder.
#pragma once

#include "daemon/http/gate.h"
#include "daemon/http/server.h"
#include "daemon/http/stream.h"

namespace satchel::http {

/// What the connections of one server share. Outlives them.
struct ServerShared {
    ServerSettings settings;
    Handler handler;
    OnFailure on_failure;
    std::size_t body_bytes_now = 0;  ///< held by bodies that are being read
};

/// Serves requests on `stream_`, one at a time.
class ServerConnection {
  public:
    ServerConnection(ServerShared& shared, Stream& stream, PeerInfo peer)
        : shared_(shared), stream_(stream), peer_(std::move(peer)) {}

    /// Returns when the connection has ended, for whatever reason.
    asio::awaitable<void> run();

  private:
    asio::awaitable<bool> serve_one();
    asio::awaitable<std::optional<std::size_t>> read_head();
    asio::awaitable<std::optional<Refusal>> read_body(std::size_t size, Bytes& body);
    asio::awaitable<Response> answer(Request request);
    asio::awaitable<bool> reply(Response response, bool keep_alive);
    asio::awaitable<bool> refuse(Refusal refusal);

    ServerShared& shared_;
    Stream& stream_;
    PeerInfo peer_;
    Bytes buffer_{};  ///< bytes read and not used yet: head, then the start of the body
};

}  // namespace satchel::http
