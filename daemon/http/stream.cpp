#include "daemon/http/stream.h"

#include "daemon/http/tls_context.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

namespace satchel::http {

namespace {

namespace beast = boost::beast;
namespace ssl = asio::ssl;
using boost::system::error_code;

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);

/// An ended connection in words; `offline` because trying again may help.
Error connection_error(const error_code& reason) {
    if (reason == beast::error::timeout) return {ErrorCode::offline, "timed out"};
    return {ErrorCode::offline, reason.message()};
}

/// Both kinds of stream differ in the handshake only; `Layer` is the one bytes go through.
template <class Layer>
class LayeredStream : public Stream {
  public:
    template <class... Args>
    explicit LayeredStream(Args&&... args) : layer_(std::forward<Args>(args)...) {}

    asio::awaitable<Result<std::size_t>> read_some(std::span<Byte> into,
                                                   SteadyTime until) override {
        tcp_layer().expires_at(until);
        const auto buffer = asio::buffer(into.data(), into.size());
        const auto [failed, count] = co_await layer_.async_read_some(buffer, kNoThrow);
        const bool has_ended =
            failed == asio::error::eof || failed == asio::ssl::error::stream_truncated;
        if (has_ended) co_return std::size_t{0};
        if (failed) co_return connection_error(failed);
        co_return count;
    }

    asio::awaitable<Status> write(ByteView head, ByteView body, SteadyTime until) override {
        tcp_layer().expires_at(until);
        const std::array<asio::const_buffer, 2> parts = {asio::buffer(head.data(), head.size()),
                                                         asio::buffer(body.data(), body.size())};
        const auto [failed, count] = co_await asio::async_write(layer_, parts, kNoThrow);
        if (failed) co_return connection_error(failed);
        co_return ok();
    }

    void close() override { tcp_layer().close(); }

  protected:
    beast::tcp_stream& tcp_layer() { return beast::get_lowest_layer(layer_); }

    Layer layer_;
};

class PlainStream final : public LayeredStream<beast::tcp_stream> {
  public:
    using LayeredStream::LayeredStream;

    asio::awaitable<Status> handshake(SteadyTime) override { co_return ok(); }
};

class TlsStream final : public LayeredStream<ssl::stream<beast::tcp_stream>> {
  public:
    TlsStream(beast::tcp_stream connection, std::shared_ptr<TlsContext> tls, bool is_server)
        : LayeredStream(std::move(connection), tls->context),
          tls_(std::move(tls)),
          is_server_(is_server) {}

    asio::awaitable<Status> handshake(SteadyTime until) override {
        if (!is_server_) prepare_client();
        tcp_layer().expires_at(until);
        const auto role = is_server_ ? ssl::stream_base::server : ssl::stream_base::client;
        const auto [failed] = co_await layer_.async_handshake(role, kNoThrow);
        if (failed) co_return handshake_error(failed);
        if (!is_server_ && tls_->only_looks)
            tls_->seen = shown_key();
        else if (!is_server_ && tls_->pin && !is_pinned_key())
            co_return wrong_key();
        co_return ok();
    }

  private:
    void prepare_client() {
        error_code not_a_name;
        asio::ip::make_address(tls_->host, not_a_name);
        if (not_a_name) SSL_set_tlsext_host_name(layer_.native_handle(), tls_->host.c_str());
        if (tls_->pin) return;
        layer_.set_verify_mode(ssl::verify_peer);
        layer_.set_verify_callback(ssl::host_name_verification(tls_->host));
    }

    std::optional<Hash256> shown_key() {
        X509* certificate = SSL_get1_peer_certificate(layer_.native_handle());
        const auto key = pin_of(certificate);
        X509_free(certificate);
        return key;
    }

    bool is_pinned_key() {
        const auto key = shown_key();
        return key && equal_constant_time(*key, *tls_->pin);
    }

    [[nodiscard]] Error wrong_key() const {
        return {ErrorCode::refused,
                "verify '" + tls_->host + "': its TLS key is not the one this device was given",
                "if the hub got a new key on purpose, set this device up with a new join string"};
    }

    Error handshake_error(const error_code& failed) {
        const long verified = SSL_get_verify_result(layer_.native_handle());
        if (!is_server_ && !tls_->pin && verified != X509_V_OK)
            return {ErrorCode::refused,
                    "verify '" + tls_->host + "': " + X509_verify_cert_error_string(verified),
                    "use a certificate this system trusts, or a join string that pins the key"};
        if (!is_server_ && is_plain_answer(failed))
            return {ErrorCode::refused,
                    "speak TLS with '" + tls_->host + "': what answers there speaks without TLS",
                    "start the hub with its certificate and key again; nothing was sent to it"};
        if (failed.category() == asio::error::get_ssl_category())
            return {ErrorCode::corrupt, "speak TLS with '" + tls_->host + "': " + failed.message()};
        return connection_error(failed);
    }

    /// Not one byte of the answer was of TLS: some other protocol, plain HTTP most of all.
    static bool is_plain_answer(const error_code& failed) {
        if (failed.category() != asio::error::get_ssl_category()) return false;
        const int reason = ERR_GET_REASON(static_cast<unsigned long>(failed.value()));
        return reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST;
    }

    std::shared_ptr<TlsContext> tls_;
    bool is_server_;
};

std::unique_ptr<Stream> make_stream(beast::tcp_stream connection,
                                    const std::shared_ptr<TlsContext>& tls,
                                    bool is_server) {
    error_code ignored;  // a peer that is gone already shows at the first read
    connection.socket().set_option(tcp::no_delay(true), ignored);
    if (tls) return std::make_unique<TlsStream>(std::move(connection), tls, is_server);
    return std::make_unique<PlainStream>(std::move(connection));
}

}  // namespace

std::unique_ptr<Stream> accepted_stream(tcp::socket socket,
                                        const std::shared_ptr<TlsContext>& tls) {
    return make_stream(beast::tcp_stream(std::move(socket)), tls, true);
}

asio::awaitable<Result<std::unique_ptr<Stream>>> connect_stream(
    asio::any_io_executor executor,
    std::vector<tcp::endpoint> endpoints,
    std::shared_ptr<TlsContext> tls,
    SteadyTime until) {
    beast::tcp_stream connection(executor);
    connection.expires_at(until);
    const auto [failed, endpoint] = co_await connection.async_connect(endpoints, kNoThrow);
    if (failed) co_return connection_error(failed);
    connection.expires_never();
    co_return make_stream(std::move(connection), tls, false);
}

}  // namespace satchel::http
