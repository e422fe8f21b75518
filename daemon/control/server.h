// The control socket's server: who may connect, what they may call, and what happens to their
// words. It knows methods by the table only; what they do is handed in with on().
//
// Order of life: on() for every method, listen(), serve() as a task, stop(), destruction.
#pragma once

#include "daemon/control/handler.h"
#include "shared/async/asio.h"
#include "shared/async/task_group.h"
#include "shared/base/assert.h"
#include "shared/base/clock.h"
#include "shared/base/limits.h"
#include "shared/platform/file_lock.h"
#include "shared/platform/unique_fd.h"
#include "shared/protocol/control/methods.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include <boost/asio/local/stream_protocol.hpp>
#include <sys/types.h>

namespace satchel::control {

class Session;

/// What a server is told at the start.
struct ServerOptions {
    std::filesystem::path socket{};
    std::string role = "device";  ///< "device" or "hub", told in the hello
    std::string version{};        ///< of the program
    std::size_t connections_max = limits::kControlConnectionsMax;
    std::size_t frame_bytes_max = limits::kControlFrameBytesMax;
    /// A client that has not sent a whole line for this long is closed; subscribers are not.
    milliseconds idle_limit = seconds(30);
    /// A subscriber hears a "ping" when nothing else was told for this long.
    milliseconds ping_interval = seconds(30);
    /// Told how every call that may change something ended; on the loop.
    std::function<void(
        const MethodRow& row, const json::Value& params, const Result<json::Value>& result)>
        on_write{};
    /// Who is at the other end; tests put other users in.
    std::function<Result<uid_t>(int fd)> peer_user{};
};

/// Serves one local socket on one loop. Not for use from other threads.
class Server {
  public:
    Server(asio::any_io_executor executor, const Clock& clock, ServerOptions options);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    /// stop() must have been awaited, or the loop stopped for good.
    ~Server();

    /// Answers `Request::kMethod` with `function(const Request&)` or
    /// `function(const Request&, CallContext&)`, which returns Result<Request::Response> or an
    /// awaitable of it. The request lives until the function has ended.
    template <class Request, class Function>
    void on(Function function) {
        SATCHEL_ASSERT(find_method(Request::kMethod) != nullptr);
        handlers_[std::string(Request::kMethod)] = [function = std::move(function)](
                                                       json::Value params, CallContext& call) {
            return detail::run_handler<Request>(function, std::move(params), call);
        };
    }

    /// Makes the socket's directory private and listens. The lock is the proof that nobody else
    /// serves: what lies at the socket's path is a leftover.
    Status listen(const platform::FileLock& instance_lock);
    /// Takes over a socket on which the service manager listens already.
    Status listen_on(platform::UniqueFd activated);
    /// Accepts until stop() or cancellation.
    asio::awaitable<void> serve();
    /// Stops accepting, ends the sessions (calls in hand are cancelled, written replies still go
    /// out), removes the socket. Await it outside of any handler.
    asio::awaitable<void> stop();

    /// Tells every subscriber of the event's kind. Never waits; a subscriber that does not read is
    /// cut off.
    void publish(const Event& event);

    /// Calls answered since the start.
    [[nodiscard]] std::uint64_t call_count() const { return call_count_; }

    [[nodiscard]] std::size_t connection_count() const { return sessions_.size(); }

  private:
    friend class Session;

    void admit(asio::local::stream_protocol::socket socket);
    /// Decides whether the call may run, runs it, and turns its failure into a reply.
    asio::awaitable<Result<json::Value>> dispatch(const Call& call, Session& session);
    [[nodiscard]] Status check_call(const MethodRow& row, const Session& session) const;
    [[nodiscard]] json::Value describe() const;

    asio::any_io_executor executor_;
    const Clock& clock_;
    ServerOptions options_;
    Handlers handlers_;

    asio::local::stream_protocol::acceptor acceptor_;
    bool owns_path_ = false;
    std::list<std::shared_ptr<Session>> sessions_;
    async::TaskGroup readers_;
    async::TaskGroup writers_;
    std::string write_in_hand_;  // method of the one write call that may run
    std::uint64_t call_count_ = 0;
};

}  // namespace satchel::control
