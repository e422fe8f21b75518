#include "daemon/http/server.h"

#include "daemon/http/server_connection.h"
#include "shared/async/task_group.h"
#include "shared/async/trigger.h"

#include <map>
#include <set>

#include <boost/asio/as_tuple.hpp>

namespace satchel::http {

namespace {

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
/// Pause after a failed accept (no descriptors left, most often), so that it does not spin.
constexpr std::chrono::milliseconds kAcceptPause{100};

Error listen_error(const ServerSettings& settings, const boost::system::error_code& failed) {
    const bool is_taken = failed == asio::error::address_in_use;
    return {is_taken ? ErrorCode::busy : ErrorCode::bad_config,
            "listen on " + settings.address + " port " + std::to_string(settings.port) + ": " +
                failed.message(),
            is_taken ? "stop the other program or choose another port" : ""};
}

}  // namespace

class Server::Impl {
  public:
    Impl(const asio::any_io_executor& executor,
         ServerSettings settings,
         Handler handler,
         OnFailure on_failure)
        : shared_{std::move(settings), std::move(handler), std::move(on_failure)},
          acceptor_(executor),
          has_room_(executor),
          tasks_(executor, shared_.on_failure) {}

    Status start() {
        if (shared_.settings.tls) {
            SATCHEL_TRY(tls, make_server_tls(*shared_.settings.tls));
            tls_ = tls;
        }
        boost::system::error_code failed;
        const auto address = asio::ip::make_address(shared_.settings.address, failed);
        if (failed) return listen_error(shared_.settings, failed);
        const tcp::endpoint endpoint(address, shared_.settings.port);
        acceptor_.open(endpoint.protocol(), failed);
        if (!failed) acceptor_.set_option(tcp::acceptor::reuse_address(true), failed);
        if (!failed) acceptor_.bind(endpoint, failed);
        if (!failed) acceptor_.listen(tcp::acceptor::max_listen_connections, failed);
        if (failed) return listen_error(shared_.settings, failed);
        port_ = acceptor_.local_endpoint().port();
        tasks_.spawn("accept", accept_all());
        return ok();
    }

    asio::awaitable<void> stop() {
        boost::system::error_code ignored;
        acceptor_.close(ignored);
        for (Stream* stream : streams_) stream->close();
        tasks_.cancel();
        co_await tasks_.join();
    }

    [[nodiscard]] std::uint16_t port() const { return port_; }

    [[nodiscard]] std::size_t connection_count() const { return streams_.size(); }

    Status reload_tls() {
        if (!shared_.settings.tls) return ok();
        SATCHEL_TRY(tls, make_server_tls(*shared_.settings.tls));
        SATCHEL_TRY(facts, certificate_facts(*tls));
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        if (facts.expires_ms <= std::chrono::duration_cast<std::chrono::milliseconds>(now).count())
            return Error{ErrorCode::bad_config,
                         "use TLS file '" + shared_.settings.tls->certificate_chain.string() +
                             "': the certificate has expired"};
        tls_ = std::move(tls);
        return ok();
    }

    [[nodiscard]] Result<std::optional<CertificateFacts>> certificate() const {
        if (!tls_) return std::optional<CertificateFacts>();
        SATCHEL_TRY(facts, certificate_facts(*tls_));
        return std::optional<CertificateFacts>(facts);
    }

  private:
    asio::awaitable<void> accept_all() {
        // Ends when stop() closes the acceptor.
        while (acceptor_.is_open()) {
            if (streams_.size() >= shared_.settings.connections_max) {
                co_await has_room_.wait_for(kAcceptPause * 10);
                continue;
            }
            auto [failed, socket] = co_await acceptor_.async_accept(kNoThrow);
            if (failed == asio::error::operation_aborted) break;
            if (failed) {
                co_await has_room_.wait_for(kAcceptPause);
                continue;
            }
            admit(std::move(socket));
        }
    }

    /// A connection over its address's share is closed by letting go of its socket.
    void admit(tcp::socket socket) {
        boost::system::error_code failed;
        const auto endpoint = socket.remote_endpoint(failed);
        if (failed) return;
        PeerInfo peer{endpoint.address().to_string(), endpoint.address().is_loopback()};
        const std::size_t limit = shared_.settings.connections_per_address;
        const auto held = by_address_.find(peer.address);
        const auto& is_unlimited = shared_.settings.is_unlimited;
        const bool is_full = limit > 0 && held != by_address_.end() && held->second >= limit;
        if (is_full && !(is_unlimited && is_unlimited(peer.address))) return;
        ++by_address_[peer.address];
        auto stream = accepted_stream(std::move(socket), tls_);
        streams_.insert(stream.get());
        tasks_.spawn("connection", serve(std::move(stream), std::move(peer)));
    }

    asio::awaitable<void> serve(std::unique_ptr<Stream> stream, PeerInfo peer) {
        const Leave leave{*this, stream.get(), peer.address};
        ServerConnection connection(shared_, *stream, std::move(peer));
        co_await connection.run();
    }

    /// Signs a connection off however it ends.
    struct Leave {
        Impl& server;
        Stream* stream;
        std::string address;

        Leave(Impl& server_of, Stream* stream_of, std::string address_of)
            : server(server_of), stream(stream_of), address(std::move(address_of)) {}

        Leave(const Leave&) = delete;
        Leave& operator=(const Leave&) = delete;

        ~Leave() {
            server.streams_.erase(stream);
            const auto held = server.by_address_.find(address);
            if (--held->second == 0) server.by_address_.erase(held);
            server.has_room_.set();
        }
    };

    ServerShared shared_;
    std::shared_ptr<TlsContext> tls_{};
    std::uint16_t port_ = 0;
    tcp::acceptor acceptor_;
    async::Trigger has_room_;
    std::set<Stream*> streams_{};
    std::map<std::string, std::size_t> by_address_{};
    async::TaskGroup tasks_;
};

Server::Server(asio::any_io_executor executor,
               ServerSettings settings,
               Handler handler,
               OnFailure on_failure)
    : impl_(std::make_unique<Impl>(
          executor, std::move(settings), std::move(handler), std::move(on_failure))) {}

Server::~Server() = default;

Status Server::start() {
    return impl_->start();
}

asio::awaitable<void> Server::stop() {
    return impl_->stop();
}

std::uint16_t Server::port() const {
    return impl_->port();
}

std::size_t Server::connection_count() const {
    return impl_->connection_count();
}

Status Server::reload_tls() {
    return impl_->reload_tls();
}

Result<std::optional<CertificateFacts>> Server::certificate() const {
    return impl_->certificate();
}

}  // namespace satchel::http
