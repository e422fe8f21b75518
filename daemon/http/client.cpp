#include "daemon/http/client.h"

#include "daemon/http/gate.h"
#include "daemon/http/stream.h"
#include "daemon/http/url.h"
#include "shared/base/limits.h"

#include <boost/asio/as_tuple.hpp>

namespace satchel::http {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kReadBytes = 64u << 10;
/// A body gets room as its bytes arrive, never as much as a head merely claims.
constexpr std::size_t kBodyStepBytes = 256u << 10;
/// A long reply gets more time as its bytes arrive, at this pace; one that drips does not.
constexpr std::size_t kReplyBytesPerSecond = 16u << 10;

std::string encode_request_head(const Request& request, const std::string& authority) {
    std::string head = request.method + " " + request.target + " HTTP/1.1\r\nHost: " + authority;
    head += "\r\n";
    for (const Field& field : request.fields.list())
        head += field.name + ": " + field.value + "\r\n";
    const bool has_body = request.method == "POST" || request.method == "PUT";
    if (has_body) head += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
    return head + "\r\n";
}

/// A name resolved, with the answers the plaintext rule leaves.
asio::awaitable<Result<std::vector<tcp::endpoint>>> resolve(asio::any_io_executor executor,
                                                            const Url& url,
                                                            bool loopback_only) {
    tcp::resolver resolver(executor);
    const std::string port = std::to_string(url.port);
    const auto [failed, found] = co_await resolver.async_resolve(url.host, port, kNoThrow);
    if (failed) co_return Error{ErrorCode::offline, "find its address: " + failed.message()};
    std::vector<tcp::endpoint> endpoints;
    for (const auto& entry : found)
        if (!loopback_only || entry.endpoint().address().is_loopback())
            endpoints.push_back(entry.endpoint());
    if (endpoints.empty()) co_return Error{ErrorCode::offline, "it has no address to use"};
    co_return endpoints;
}

}  // namespace

class Client::Impl {
  public:
    Impl(asio::any_io_executor executor, ClientSettings settings)
        : executor_(std::move(executor)), settings_(std::move(settings)) {}

    asio::awaitable<Result<Response>> send(Request request, milliseconds limit) {
        ++counters_.requests;
        const bool was_open = stream_ != nullptr;
        has_reply_begun_ = false;
        auto response = co_await attempt(request, limit);
        const bool is_stale = !response && response.error().code == ErrorCode::offline &&
                              was_open && !has_reply_begun_ && has_failed_fast_;
        if (is_stale) {
            close();
            response = co_await attempt(request, limit);
        }
        if (!response || !keep_alive_) close();
        if (response) co_return std::move(response);
        Error error = std::move(response).error().at("hub '" + settings_.url + "'");
        if (error.code == ErrorCode::offline)
            error = std::move(error).with_hint(
                "see that the hub runs and that its address is right, then run this again");
        co_return error;
    }

    void close() {
        if (stream_) stream_->close();
        stream_.reset();
        buffer_.clear();
    }

    [[nodiscard]] const ClientCounters& counters() const { return counters_; }

  private:
    asio::awaitable<Result<Response>> attempt(const Request& request, milliseconds limit) {
        if (!stream_) {
            const Status is_open = co_await open();
            if (!is_open) co_return is_open.error();
        }
        const auto until = steady_clock::now() + limit;
        const std::string head = encode_request_head(request, url_.authority);
        const ByteView head_bytes = as_bytes(head);
        const ByteView body = request.body;
        counters_.bytes_sent += head_bytes.size() + body.size();
        const Status is_sent = co_await stream_->write(head_bytes, body, until);
        // A server may answer and close before it has read everything: its reply says why.
        auto response = co_await read_reply(until);
        has_failed_fast_ = steady_clock::now() < until;
        if (!response && !is_sent && !has_reply_begun_) co_return is_sent.error();
        co_return response;
    }

    asio::awaitable<Status> open() {
        SATCHEL_CO_TRY(url, parse_url(settings_.url));
        const bool loopback_only = !url.is_tls && !settings_.allow_plaintext;
        if (loopback_only && !is_loopback_host(url.host))
            co_return Error{ErrorCode::refused,
                            "connect without TLS: only allowed to this machine itself",
                            "use https, or set allow_plaintext if the network is trusted"};
        std::shared_ptr<TlsContext> tls;
        if (url.is_tls) {
            SATCHEL_CO_TRY(context, make_client_tls(url.host, settings_.tls_pin));
            tls = context;
        }
        const auto until = steady_clock::now() + settings_.connect_limit;
        SATCHEL_CO_TRY(endpoints, co_await resolve(executor_, url, loopback_only));
        auto stream = co_await connect_stream(executor_, std::move(endpoints), tls, until);
        if (!stream) co_return std::move(stream).error().at("connect");
        const Status is_secured = co_await (*stream)->handshake(until);
        if (!is_secured) co_return is_secured.error();
        stream_ = std::move(*stream);
        url_ = url;
        co_return ok();
    }

    asio::awaitable<Result<Response>> read_reply(SteadyTime until) {
        reply_bytes_ = 0;
        auto head_size = find_head_end(buffer_);
        while (!head_size) {
            if (buffer_.size() > limits::kHttpHeadBytesMax)
                co_return Error{ErrorCode::corrupt, "read the reply: its head does not end"};
            const std::size_t had = buffer_.size();
            buffer_.resize(had + kReadBytes);
            const std::span<Byte> room = std::span<Byte>(buffer_).subspan(had);
            const auto count = co_await read_some(room, until);
            buffer_.resize(had + (count ? *count : 0));
            if (!count) co_return count.error();
            has_reply_begun_ = true;
            head_size = find_head_end(buffer_);
        }
        auto parsed =
            parse_reply_head(ByteView(buffer_).first(*head_size), settings_.body_bytes_max);
        if (const auto* refusal = std::get_if<Refusal>(&parsed))
            co_return Error{refusal->status == 413 ? ErrorCode::too_large : ErrorCode::corrupt,
                            "read the reply: " + std::string(refusal->reason)};
        auto head = std::get<ReplyHead>(std::move(parsed));
        Response response{head.status, std::move(head.fields), {}};
        const auto body_start = buffer_.begin() + static_cast<std::ptrdiff_t>(*head_size);
        response.body.assign(body_start, buffer_.end());
        buffer_.clear();
        if (response.body.size() > head.body_bytes)
            co_return Error{ErrorCode::corrupt, "read the reply: bytes after its end"};
        for (std::size_t filled = response.body.size(); filled < head.body_bytes;) {
            if (filled == response.body.size())
                response.body.resize(std::min(head.body_bytes, filled * 2 + kBodyStepBytes));
            const std::span<Byte> room = std::span<Byte>(response.body).subspan(filled);
            SATCHEL_CO_TRY(count, co_await read_some(room, until));
            filled += count;
        }
        const bool is_redirect = head.status >= 300 && head.status < 400 && head.status != 304;
        if (is_redirect)
            co_return Error{ErrorCode::corrupt,
                            "read the reply: redirects are not followed",
                            "enter the address the hub really has"};
        keep_alive_ = head.keep_alive;
        co_return response;
    }

    /// At least one byte, or an error.
    asio::awaitable<Result<std::size_t>> read_some(std::span<Byte> into, SteadyTime until) {
        const SteadyTime earned = until + std::chrono::seconds(reply_bytes_ / kReplyBytesPerSecond);
        auto count = co_await stream_->read_some(into, earned);
        if (!count) co_return std::move(count).error().at("read the reply");
        counters_.bytes_received += *count;
        reply_bytes_ += *count;
        if (*count == 0)
            co_return Error{ErrorCode::offline, "read the reply: the connection ended"};
        co_return *count;
    }

    asio::any_io_executor executor_;
    ClientSettings settings_;
    Url url_{};
    std::unique_ptr<Stream> stream_{};
    Bytes buffer_{};
    std::size_t reply_bytes_ = 0;  ///< of the reply that is being read
    bool keep_alive_ = true;
    bool has_reply_begun_ = false;
    bool has_failed_fast_ = false;
    ClientCounters counters_{};
};

Client::Client(asio::any_io_executor executor, ClientSettings settings)
    : impl_(std::make_unique<Impl>(std::move(executor), std::move(settings))) {}

Client::~Client() = default;
Client::Client(Client&&) noexcept = default;

asio::awaitable<Result<Response>> Client::send(Request request, milliseconds limit) {
    return impl_->send(std::move(request), limit);
}

void Client::close() {
    impl_->close();
}

const ClientCounters& Client::counters() const {
    return impl_->counters();
}

asio::awaitable<Result<Hash256>> look_at_key(asio::any_io_executor executor, std::string url) {
    constexpr std::chrono::seconds kLimit{10};
    SATCHEL_CO_TRY(parsed, parse_url(url));
    if (!parsed.is_tls)
        co_return Error{ErrorCode::refused, "look at the key of '" + url + "': it is not https"};
    SATCHEL_CO_TRY(tls, make_looking_tls(parsed.host));
    const auto until = steady_clock::now() + kLimit;
    SATCHEL_CO_TRY(endpoints, co_await resolve(executor, parsed, false));
    SATCHEL_CO_TRY(stream, co_await connect_stream(executor, std::move(endpoints), tls, until));
    const Status shaken = co_await stream->handshake(until);
    stream->close();
    if (!shaken) co_return shaken.error();
    const auto key = key_seen(*tls);
    if (!key)
        co_return Error{ErrorCode::refused, "look at the key of '" + url + "': there is none"};
    co_return *key;
}

}  // namespace satchel::http
