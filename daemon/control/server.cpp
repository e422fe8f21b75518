// Accepting, admitting and dispatching.
#include "daemon/control/server.h"

#include "daemon/control/session.h"
#include "shared/log/keys.h"
#include "shared/log/log.h"
#include "shared/platform/files.h"
#include "shared/platform/local_socket.h"

#include <boost/asio/redirect_error.hpp>
#include <sys/socket.h>
#include <unistd.h>

namespace satchel::control {
namespace {

/// How long stop() lets the last replies leave.
constexpr auto kLastWords = std::chrono::seconds(1);
/// Between tries when the process has no descriptor left to accept with.
constexpr auto kAcceptPause = std::chrono::milliseconds(100);

void report_task(const std::string& name, const std::string& what) {
    SATCHEL_LOG("control", error, "a connection failed", {"task", name}, {log::key::kError, what});
}

}  // namespace

Server::Server(asio::any_io_executor executor, const Clock& clock, ServerOptions options)
    : executor_(executor),
      clock_(clock),
      options_(std::move(options)),
      acceptor_(executor),
      readers_(executor, report_task),
      writers_(executor, report_task) {
    if (!options_.peer_user) options_.peer_user = platform::peer_user;
}

Server::~Server() = default;

Status Server::listen(const platform::FileLock&) {
    if (auto made = platform::ensure_private_directory(options_.socket.parent_path()); !made)
        return made;
    SATCHEL_TRY(listening, platform::listen_local(options_.socket));
    owns_path_ = true;
    return listen_on(std::move(listening));
}

Status Server::listen_on(platform::UniqueFd activated) {
    boost::system::error_code failure;
    acceptor_.assign(asio::local::stream_protocol(), activated.release(), failure);
    if (failure) return Error{ErrorCode::io, "serve the control socket: " + failure.message()};
    SATCHEL_LOG("control", debug, "listening", {log::key::kPath, options_.socket.string()});
    return ok();
}

asio::awaitable<void> Server::serve() {
    asio::steady_timer pause(executor_);
    // Until stop() closes the acceptor or the task is cancelled.
    while (acceptor_.is_open()) {
        boost::system::error_code failure;
        auto socket =
            co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, failure));
        if (failure == asio::error::operation_aborted) co_return;
        if (failure) {
            pause.expires_after(kAcceptPause);
            co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, failure));
            continue;
        }
        admit(std::move(socket));
    }
}

void Server::admit(asio::local::stream_protocol::socket socket) {
    const auto user = options_.peer_user(socket.native_handle());
    if (!user || (*user != ::geteuid() && *user != 0)) {
        SATCHEL_LOG("control",
                    warn,
                    "another user was turned away from the control socket",
                    {log::key::kUser, user ? std::to_string(*user) : "unknown"});
        return;
    }
    if (sessions_.size() >= options_.connections_max) {
        Reply reply;
        reply.result = Error{ErrorCode::busy,
                             "the daemon serves " + std::to_string(options_.connections_max) +
                                 " connections already"};
        const std::string line = print_message(reply);
        boost::system::error_code ignored;
        socket.non_blocking(true, ignored);
        socket.write_some(asio::buffer(line), ignored);
        return;
    }
    auto session = std::make_shared<Session>(*this, std::move(socket), *user);
    sessions_.push_back(session);
    // The list keeps the session until its writer, which ends last, takes it out.
    readers_.spawn("reader", session->read_calls());
    writers_.spawn("writer", session->write_lines());
}

asio::awaitable<void> Server::stop() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    if (owns_path_) ::unlink(options_.socket.c_str());
    owns_path_ = false;
    readers_.cancel();
    co_await readers_.join();
    asio::steady_timer deadline(executor_, kLastWords);
    deadline.async_wait([this](const boost::system::error_code& stopped) {
        if (stopped) return;
        const auto sessions = sessions_;
        for (const auto& session : sessions) session->cut();
    });
    co_await writers_.join();
    deadline.cancel();
}

void Server::publish(const Event& event) {
    const std::string line = print_message(Notification{"event", json::to_json(event)});
    for (const auto& session : sessions_) session->tell(event, line);
}

Status Server::check_call(const MethodRow& row, const Session& session) const {
    if (row.access == Access::read) return ok();
    if (session.user() != ::geteuid())
        return Error{ErrorCode::refused,
                     "'" + std::string(row.name) + "' is for the daemon's owner only",
                     "run satchelctl as the user the daemon runs as"};
    if (row.access == Access::write && !write_in_hand_.empty())
        return Error{ErrorCode::busy,
                     "'" + write_in_hand_ + "' is running",
                     "try again when it is done; satchelctl events shows when"};
    return ok();
}

asio::awaitable<Result<json::Value>> Server::dispatch(const Call& call, Session& session) {
    ++call_count_;
    const MethodRow* row = find_method(call.method);
    if (row == nullptr) co_return unknown_method(call.method);
    if (auto allowed = check_call(*row, session); !allowed) co_return allowed.error();
    if (row->name == RpcDescribeRequest::kMethod) co_return describe();
    if (row->name == EventsSubscribeRequest::kMethod) {
        SATCHEL_CO_TRY(request,
                       json::from_json<EventsSubscribeRequest>(call.params, json::Unknown::refuse));
        session.subscribe(std::move(request.kinds));
        co_return json::to_json(EventsSubscribeResponse{true});
    }
    const auto handler = handlers_.find(row->name);
    if (handler == handlers_.end())
        co_return Error{ErrorCode::invalid_argument,
                        "method '" + call.method + "' is not served by a " + options_.role,
                        "rpc.describe lists the methods"};

    const bool exclusive = row->access == Access::write;
    if (exclusive) write_in_hand_ = row->name;
    const std::shared_ptr<void> at_end(nullptr, [this, exclusive](void*) {
        if (exclusive) write_in_hand_.clear();
    });
    CallContext context([&session](const Progress& progress) { session.send_progress(progress); });
    try {
        auto running = handler->second(call.params, context);
        Result<json::Value> result = co_await std::move(running);
        if (row->access != Access::read && options_.on_write)
            options_.on_write(*row, call.params, result);
        co_return result;
    } catch (const boost::system::system_error& thrown) {
        if (thrown.code() == asio::error::operation_aborted) throw;
        SATCHEL_LOG("control",
                    error,
                    "a handler threw",
                    {log::key::kMethod, call.method},
                    {log::key::kError, thrown.what()});
    } catch (const std::exception& thrown) {
        SATCHEL_LOG("control",
                    error,
                    "a handler threw",
                    {log::key::kMethod, call.method},
                    {log::key::kError, thrown.what()});
    }
    co_return Error{ErrorCode::internal,
                    "'" + call.method + "' failed by a defect in the daemon",
                    "satchelctl daemon logs shows the details"};
}

json::Value Server::describe() const {
    RpcDescribeResponse response;
    response.protocol = kProtocolVersion;
    for (const auto& row : kMethods) {
        const bool own =
            row.name == RpcDescribeRequest::kMethod || row.name == EventsSubscribeRequest::kMethod;
        if (!own && !handlers_.contains(row.name)) continue;
        response.methods.push_back({std::string(row.name),
                                    std::string(access_name(row.access)),
                                    std::string(row.summary)});
    }
    return json::to_json(response);
}

}  // namespace satchel::control
