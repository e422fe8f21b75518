// Frames in, frames out. Nothing is believed about a line before parse_message() has accepted it.
#include "daemon/control/session.h"

#include "daemon/control/server.h"
#include "shared/log/keys.h"
#include "shared/log/log.h"

#include <algorithm>
#include <array>

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <unistd.h>

namespace satchel::control {
namespace {

/// Progress and events queued for a client that does not read; above it the client is cut off.
constexpr std::size_t kOutboxBytesMax = 4 * limits::kControlFrameBytesMax;

}  // namespace

Session::Session(Server& server, asio::local::stream_protocol::socket socket, uid_t user)
    : server_(server),
      socket_(std::move(socket)),
      user_(user),
      idle_(socket_.get_executor()),
      to_write_(socket_.get_executor()),
      drained_(socket_.get_executor()) {}

asio::awaitable<void> Session::read_calls() {
    const auto self = shared_from_this();
    // The end of reading, however it comes, lets the writer finish and go.
    const std::shared_ptr<void> at_end(nullptr, [this](void*) {
        reading_ = false;
        to_write_.set();
    });
    while (socket_.is_open() && !refused_) {
        auto line = co_await read_line();
        if (!line) co_return;
        co_await answer(std::move(*line));
        const bool drained = co_await outbox_drained();
        if (!drained) cut();
    }
}

asio::awaitable<std::optional<std::string>> Session::read_line() {
    // The whole line has to come within the limit: a client that sends a byte now and then is idle.
    if (!subscribed_) {
        idle_.expires_after(server_.options_.idle_limit);
        idle_.async_wait([self = weak_from_this()](const boost::system::error_code& stopped) {
            if (const auto session = self.lock(); session && !stopped) session->cut();
        });
    }
    std::array<char, 16384> piece{};
    std::size_t searched = 0;
    while (true) {
        const std::size_t end = inbox_.find('\n', searched);
        const std::size_t length = end == std::string::npos ? inbox_.size() : end;
        if (length > server_.options_.frame_bytes_max) {
            Reply reply;
            reply.result = Error{ErrorCode::too_large,
                                 "read message: a line is longer than " +
                                     std::to_string(server_.options_.frame_bytes_max) + " bytes"};
            send(print_message(reply));
            co_return std::nullopt;
        }
        if (end != std::string::npos) break;
        searched = inbox_.size();
        boost::system::error_code failure;
        const auto room = asio::buffer(piece);
        const std::size_t count = co_await socket_.async_read_some(
            room, asio::redirect_error(asio::use_awaitable, failure));
        if (failure) co_return std::nullopt;
        inbox_.append(piece.data(), count);
    }
    idle_.cancel();
    const std::size_t end = inbox_.find('\n');
    std::string line = inbox_.substr(0, end);
    inbox_.erase(0, end + 1);
    co_return line;
}

asio::awaitable<void> Session::answer(std::string line) {
    auto message = parse_message(line);
    Reply reply;
    if (!message) {
        reply.result = std::move(message).error();
        reply.number = reply.result.error().code == ErrorCode::corrupt ? 0 : kRpcInvalidRequest;
    } else if (auto* call = std::get_if<Call>(&*message)) {
        reply = co_await answer_call(std::move(*call));
    } else {
        co_return;  // notifications and replies from a client mean nothing
    }
    send(print_message(reply));
}

asio::awaitable<Reply> Session::answer_call(Call call) {
    Reply reply;
    reply.id = call.id;
    if (!greeted_) {
        reply.result = greet(call);
        refused_ = !reply.result;
    } else {
        if (find_method(call.method) == nullptr) reply.number = kRpcUnknownMethod;
        reply.result = co_await server_.dispatch(call, *this);
    }
    co_return reply;
}

Result<json::Value> Session::greet(const Call& call) {
    if (call.method != kHelloMethod)
        return Error{ErrorCode::invalid_argument, "the first message must be hello"};
    SATCHEL_TRY(hello, json::from_json<HelloRequest>(call.params));
    if (hello.protocol != kProtocolVersion)
        return Error{ErrorCode::version_mismatch,
                     "the daemon (" + server_.options_.version + ") speaks control protocol " +
                         std::to_string(kProtocolVersion) + ", the client asked for " +
                         std::to_string(hello.protocol),
                     "restart the daemon after an upgrade: satchelctl daemon restart"};
    greeted_ = true;
    return json::to_json(HelloResponse{
        "satcheld", server_.options_.role, server_.options_.version, kProtocolVersion, ::getpid()});
}

asio::awaitable<bool> Session::outbox_drained() {
    while (!outbox_.empty() && socket_.is_open()) {
        const bool in_time = co_await drained_.wait_for(server_.options_.idle_limit);
        if (!in_time) co_return false;
    }
    co_return socket_.is_open();
}

asio::awaitable<void> Session::write_lines() {
    const auto self = shared_from_this();
    std::string writing;
    while (reading_ || !outbox_.empty()) {
        if (outbox_.empty()) {
            const bool woken = co_await to_write_.wait_for(server_.options_.ping_interval);
            if (!woken && subscribed_) {
                Event ping;
                ping.kind = "ping";
                ping.time = {server_.clock_.now_ms()};
                send(print_message(Notification{"event", json::to_json(ping)}));
            }
            continue;
        }
        writing.clear();
        writing.swap(outbox_);
        boost::system::error_code failure;
        const auto bytes = asio::buffer(writing);
        co_await asio::async_write(
            socket_, bytes, asio::redirect_error(asio::use_awaitable, failure));
        if (outbox_.empty()) drained_.set();
        if (failure) break;
    }
    cut();
    server_.sessions_.remove(self);
}

void Session::tell(const Event& event, const std::string& line) {
    const bool wanted =
        kinds_.empty() || std::find(kinds_.begin(), kinds_.end(), event.kind) != kinds_.end();
    if (subscribed_ && wanted) send(line);
}

void Session::subscribe(std::vector<std::string> kinds) {
    subscribed_ = true;
    kinds_ = std::move(kinds);
}

void Session::send(std::string line) {
    if (!socket_.is_open()) return;
    if (outbox_.size() + line.size() > kOutboxBytesMax) {
        SATCHEL_LOG("control", warn, "a client does not read; cut off");
        cut();
        return;
    }
    outbox_ += line;
    to_write_.set();
}

void Session::send_progress(const Progress& progress) {
    send(print_message(Notification{"progress", json::to_json(progress)}));
}

void Session::cut() {
    boost::system::error_code ignored;
    socket_.close(ignored);
    idle_.cancel();
    outbox_.clear();
    drained_.set();
    to_write_.set();
}

}  // namespace satchel::control
