#include "daemon/http/server_connection.h"

#include "shared/base/limits.h"

#include <array>

#include <boost/system/system_error.hpp>

namespace satchel::http {

namespace {

using std::chrono::steady_clock;

constexpr std::size_t kReadBytes = 8u << 10;
/// A body gets room as its bytes arrive, never as much as a head merely claims.
constexpr std::size_t kBodyStepBytes = 256u << 10;
constexpr std::size_t kBodyBytesPerSecond = 1024;

struct StatusText {
    unsigned status;
    std::string_view text;
};

constexpr std::array kStatusTexts = {
    StatusText{200, "OK"},
    StatusText{201, "Created"},
    StatusText{204, "No Content"},
    StatusText{304, "Not Modified"},
    StatusText{400, "Bad Request"},
    StatusText{401, "Unauthorized"},
    StatusText{403, "Forbidden"},
    StatusText{404, "Not Found"},
    StatusText{405, "Method Not Allowed"},
    StatusText{408, "Request Timeout"},
    StatusText{409, "Conflict"},
    StatusText{411, "Length Required"},
    StatusText{413, "Content Too Large"},
    StatusText{414, "URI Too Long"},
    StatusText{417, "Expectation Failed"},
    StatusText{429, "Too Many Requests"},
    StatusText{431, "Request Header Fields Too Large"},
    StatusText{500, "Internal Server Error"},
    StatusText{503, "Service Unavailable"},
    StatusText{507, "Insufficient Storage"},
};

std::string_view status_text(unsigned status) {
    for (const StatusText& row : kStatusTexts)
        if (row.status == status) return row.text;
    return "Status";
}

std::string encode_reply_head(const Response& response, bool keep_alive) {
    std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
    head += status_text(response.status);
    head += "\r\n";
    for (const Field& field : response.fields.list())
        head += field.name + ": " + field.value + "\r\n";
    const bool has_body = response.status != 204 && response.status != 304;
    if (has_body) head += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
    if (!keep_alive) head += "Connection: close\r\n";
    return head + "\r\n";
}

/// Gives back what one body took from the common budget.
class BodyBudget {
  public:
    explicit BodyBudget(std::size_t& total) : total_(total) {}

    BodyBudget(const BodyBudget&) = delete;
    BodyBudget& operator=(const BodyBudget&) = delete;

    ~BodyBudget() { total_ -= taken_; }

    void take(std::size_t bytes) {
        total_ += bytes;
        taken_ += bytes;
    }

  private:
    std::size_t& total_;
    std::size_t taken_ = 0;
};

}  // namespace

asio::awaitable<void> ServerConnection::run() {
    const auto until = steady_clock::now() + shared_.settings.head_limit;
    const Status is_secured = co_await stream_.handshake(until);
    if (!is_secured) co_return;
    // Ends with the connection: every turn awaits the peer and has a deadline.
    while (co_await serve_one()) {
    }
}

asio::awaitable<bool> ServerConnection::serve_one() {
    const auto head_size = co_await read_head();
    if (!head_size) co_return false;
    if (*head_size == 0) {
        const Refusal refusal{431, "head too large"};
        co_return co_await refuse(refusal);
    }
    auto parsed = parse_request_head(ByteView(buffer_).first(*head_size));
    if (const auto* refusal = std::get_if<Refusal>(&parsed)) {
        const Refusal refused = *refusal;
        co_return co_await refuse(refused);
    }
    auto head = std::get<RequestHead>(std::move(parsed));
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(*head_size));
    const bool keep_alive = head.keep_alive;
    Request request{std::move(head.method), std::move(head.target), std::move(head.fields), {}};
    const auto body_refusal = co_await read_body(head.body_bytes, request.body);
    if (body_refusal) {
        const Refusal refused = *body_refusal;
        if (refused.status == 0) co_return false;
        co_return co_await refuse(refused);
    }
    if (!buffer_.empty()) {
        const Refusal refusal{400, "a request before the reply to the last one"};
        co_return co_await refuse(refusal);
    }
    Response response = co_await answer(std::move(request));
    co_return co_await reply(std::move(response), keep_alive);
}

/// Length of the head now in the buffer; 0 when it is longer than allowed; nothing when the
/// connection ended or was too slow.
asio::awaitable<std::optional<std::size_t>> ServerConnection::read_head() {
    auto until = steady_clock::now() + shared_.settings.idle_limit;
    bool has_begun = false;
    buffer_.reserve(kReadBytes);
    // Ends at the size limit or the deadline, which the first byte sets for good.
    while (true) {
        if (const auto size = find_head_end(buffer_))
            co_return *size > limits::kHttpHeadBytesMax ? 0 : *size;
        if (buffer_.size() >= limits::kHttpHeadBytesMax) co_return std::size_t{0};
        const std::size_t had = buffer_.size();
        buffer_.resize(kReadBytes);
        const std::span<Byte> room = std::span<Byte>(buffer_).subspan(had);
        const auto count = co_await stream_.read_some(room, until);
        buffer_.resize(had + (count ? *count : 0));
        if (!count || *count == 0) co_return std::nullopt;
        // Judged as it is, and refused: its end would be waited for in vain.
        if (!may_begin_request(buffer_.front())) co_return buffer_.size();
        if (!has_begun) until = steady_clock::now() + shared_.settings.head_limit;
        has_begun = true;
    }
}

/// Status 0 in the refusal: the peer is gone, nobody to answer.
asio::awaitable<std::optional<Refusal>> ServerConnection::read_body(std::size_t size, Bytes& body) {
    BodyBudget budget(shared_.body_bytes_now);
    std::size_t filled = std::min(size, buffer_.size());
    const auto cut = buffer_.begin() + static_cast<std::ptrdiff_t>(filled);
    body.assign(buffer_.begin(), cut);
    buffer_.erase(buffer_.begin(), cut);
    budget.take(filled);
    const auto begun = steady_clock::now();
    while (filled < size) {
        if (shared_.body_bytes_now > shared_.settings.body_bytes_total)
            co_return Refusal{503, "too much in flight"};
        const auto until = begun + shared_.settings.body_grace +
                           std::chrono::milliseconds(filled * 1000 / kBodyBytesPerSecond);
        if (filled == body.size()) body.resize(std::min(size, filled * 2 + kBodyStepBytes));
        const std::span<Byte> room = std::span<Byte>(body).subspan(filled);
        const auto count = co_await stream_.read_some(room, until);
        if (!count || *count == 0) co_return Refusal{0, {}};
        filled += *count;
        budget.take(*count);
    }
    co_return std::nullopt;
}

asio::awaitable<Response> ServerConnection::answer(Request request) {
    std::string failure;
    try {
        PeerInfo peer = peer_;
        co_return co_await shared_.handler(std::move(request), std::move(peer));
    } catch (const boost::system::system_error& error) {
        // A cancelled handler means that the server stops: nobody waits for this answer.
        if (error.code() == asio::error::operation_aborted) throw;
        failure = error.what();
    } catch (const std::exception& error) {
        failure = error.what();
    }
    shared_.on_failure("answer a request", failure);
    Response response;
    response.status = 500;
    co_return response;
}

asio::awaitable<bool> ServerConnection::reply(Response response, bool keep_alive) {
    const std::string head = encode_reply_head(response, keep_alive);
    const auto until = steady_clock::now() + shared_.settings.write_limit;
    const ByteView head_bytes = as_bytes(head);
    const ByteView body = response.body;
    const Status is_written = co_await stream_.write(head_bytes, body, until);
    co_return is_written&& keep_alive;
}

asio::awaitable<bool> ServerConnection::refuse(Refusal refusal) {
    Response response;
    response.status = refusal.status;
    response.body = to_bytes(as_bytes(refusal.reason));
    const bool is_written = co_await reply(std::move(response), false);
    // Closing while bytes of the peer wait unread would throw the reply away: take some of them.
    const auto until = steady_clock::now() + std::chrono::seconds(1);
    std::array<Byte, kReadBytes> dropped;
    for (std::size_t taken = 0; is_written && taken < kBodyStepBytes;) {
        const auto count = co_await stream_.read_some(dropped, until);
        if (!count || *count == 0) break;
        taken += *count;
    }
    co_return false;
}

}  // namespace satchel::http
