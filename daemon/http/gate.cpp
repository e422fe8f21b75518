#include "daemon/http/gate.h"

#include "shared/base/limits.h"

#include <algorithm>
#include <array>
#include <limits>

namespace satchel::http {

namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kVersion = "HTTP/1.1";

bool is_token_char(char c) {
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           kMarks.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

/// Visible ASCII, space and tab; nothing that some other parser may take for a line end.
bool is_field_value(std::string_view text) {
    return std::all_of(
        text.begin(), text.end(), [](char c) { return c == '\t' || (c >= 0x20 && c < 0x7f); });
}

std::string to_lower(std::string_view text) {
    std::string lower(text);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view kBlank = " \t";
    const auto first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// Cuts the first line off `rest`; false when there is no CRLF.
bool take_line(std::string_view& rest, std::string_view& line) {
    const auto end = rest.find(kLineEnd);
    if (end == std::string_view::npos) return false;
    line = rest.substr(0, end);
    rest.remove_prefix(end + kLineEnd.size());
    return true;
}

std::optional<Refusal> parse_field(std::string_view line, Fields& fields) {
    if (line.front() == ' ' || line.front() == '\t') return Refusal{400, "folded header field"};
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
        return Refusal{400, "malformed header field name"};
    const std::string_view value = trim(line.substr(colon + 1));
    if (!is_field_value(value)) return Refusal{400, "malformed header field value"};
    fields.add(to_lower(line.substr(0, colon)), std::string(value));
    return std::nullopt;
}

/// All lines after the first, up to and with the empty one, which must be the last.
std::optional<Refusal> parse_fields(std::string_view rest, Fields& fields) {
    std::string_view line;
    while (take_line(rest, line)) {
        if (line.empty()) {
            if (!rest.empty()) return Refusal{400, "bytes after the head"};
            return std::nullopt;
        }
        if (fields.list().size() == limits::kHttpFieldsMax)
            return Refusal{431, "too many header fields"};
        if (const auto refusal = parse_field(line, fields)) return refusal;
    }
    return Refusal{400, "head without an empty line"};
}

/// True when the path could mean another path to somebody: dot segments or empty segments, plain or
/// percent-encoded.
bool is_ambiguous_path(std::string_view target) {
    const std::string path = to_lower(target.substr(0, target.find('?')));
    return path.find("//") != std::string::npos || path.find("..") != std::string::npos ||
           path.find("/./") != std::string::npos || path.ends_with("/.") ||
           path.find("%2e") != std::string::npos || path.find("%2f") != std::string::npos ||
           path.find("%5c") != std::string::npos || path.find('\\') != std::string::npos;
}

std::optional<Refusal> check_target(std::string_view target) {
    if (target.size() > limits::kHttpTargetBytesMax) return Refusal{414, "target too long"};
    if (target.empty() || target.front() != '/')
        return Refusal{400, "target is not in origin form"};
    const bool is_visible = std::all_of(
        target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
    if (!is_visible) return Refusal{400, "malformed target"};
    if (is_ambiguous_path(target)) return Refusal{400, "ambiguous path"};
    return std::nullopt;
}

std::optional<Refusal> parse_request_line(std::string_view line, RequestHead& head) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last)
        return Refusal{400, "malformed request line"};
    const std::string_view method = line.substr(0, first);
    const std::string_view target = line.substr(first + 1, last - first - 1);
    if (!is_token(method)) return Refusal{400, "malformed method"};
    if (line.substr(last + 1) != kVersion) return Refusal{400, "only HTTP/1.1 is spoken here"};
    constexpr std::array<std::string_view, 4> kMethods = {"GET", "POST", "PUT", "DELETE"};
    if (std::find(kMethods.begin(), kMethods.end(), method) == kMethods.end())
        return Refusal{405, "method not allowed"};
    if (const auto refusal = check_target(target)) return refusal;
    head.method = method;
    head.target = target;
    return std::nullopt;
}

std::optional<Refusal> check_body_length(RequestHead& head) {
    const std::size_t lengths = head.fields.count("content-length");
    const bool has_body = head.method == "POST" || head.method == "PUT";
    if (!has_body) {
        if (lengths == 0) return std::nullopt;
        const bool is_empty = lengths == 1 && head.fields.get("content-length") == "0";
        return is_empty ? std::nullopt : std::optional(Refusal{400, "this method has no body"});
    }
    if (lengths == 0) return Refusal{411, "length required"};
    const auto length = parse_decimal(head.fields.get("content-length"));
    if (lengths > 1 || !length) return Refusal{400, "malformed content length"};
    if (*length > limits::kHttpBodyBytesMax) return Refusal{413, "body too large"};
    head.body_bytes = static_cast<std::size_t>(*length);
    return std::nullopt;
}

std::optional<Refusal> check_request_fields(RequestHead& head) {
    const Fields& fields = head.fields;
    if (fields.count("transfer-encoding") > 0) return Refusal{400, "transfer codings are refused"};
    if (fields.count("host") != 1 || fields.get("host").empty() ||
        fields.get("host").find_first_of(" \t,/@") != std::string_view::npos)
        return Refusal{400, "exactly one host is required"};
    if (fields.count("content-encoding") > 0) return Refusal{400, "content codings are refused"};
    if (fields.count("trailer") > 0) return Refusal{400, "trailers are refused"};
    if (fields.count("upgrade") > 0) return Refusal{405, "upgrade is refused"};
    if (fields.count("expect") > 0) return Refusal{417, "expectations are not met here"};
    return check_body_length(head);
}

std::optional<Refusal> parse_status_line(std::string_view line, ReplyHead& head) {
    if (!line.starts_with(kVersion) || line.size() < 12 || line[8] != ' ')
        return Refusal{400, "not an HTTP/1.1 reply"};
    const auto status = parse_decimal(line.substr(9, 3));
    const bool is_bounded = line.size() == 12 || line[12] == ' ';
    if (!status || *status < 200 || *status > 599 || !is_bounded || !is_field_value(line))
        return Refusal{400, "malformed status line"};
    head.status = static_cast<unsigned>(*status);
    return std::nullopt;
}

std::optional<Refusal> check_reply_fields(ReplyHead& head, std::size_t body_bytes_max) {
    const Fields& fields = head.fields;
    if (fields.count("transfer-encoding") > 0 || fields.count("content-encoding") > 0)
        return Refusal{400, "codings are refused"};
    const bool has_body = head.status != 204 && head.status != 304;
    const std::size_t lengths = fields.count("content-length");
    if (!has_body && lengths == 0) return std::nullopt;
    const auto length = parse_decimal(fields.get("content-length"));
    if (lengths != 1 || !length) return Refusal{400, "malformed content length"};
    if (!has_body) return std::nullopt;
    if (*length > body_bytes_max) return Refusal{413, "body too large"};
    head.body_bytes = static_cast<std::size_t>(*length);
    return std::nullopt;
}

bool asks_to_close(const Fields& fields) {
    for (const Field& field : fields.list())
        if (field.name == "connection" && to_lower(field.value).find("close") != std::string::npos)
            return true;
    return false;
}

}  // namespace

std::optional<std::size_t> find_head_end(ByteView bytes) {
    constexpr std::string_view kEnd = "\r\n\r\n";
    const auto at = as_text(bytes).find(kEnd);
    if (at == std::string_view::npos) return std::nullopt;
    return at + kEnd.size();
}

bool may_begin_request(Byte first) {
    return first >= 'A' && first <= 'Z';
}

std::variant<RequestHead, Refusal> parse_request_head(ByteView bytes) {
    if (bytes.size() > limits::kHttpHeadBytesMax) return Refusal{431, "head too large"};
    std::string_view rest = as_text(bytes);
    std::string_view line;
    RequestHead head;
    if (!take_line(rest, line)) return Refusal{400, "malformed request line"};
    if (const auto refusal = parse_request_line(line, head)) return *refusal;
    if (const auto refusal = parse_fields(rest, head.fields)) return *refusal;
    if (const auto refusal = check_request_fields(head)) return *refusal;
    head.keep_alive = !asks_to_close(head.fields);
    return head;
}

std::variant<ReplyHead, Refusal> parse_reply_head(ByteView bytes, std::size_t body_bytes_max) {
    if (bytes.size() > limits::kHttpHeadBytesMax) return Refusal{431, "head too large"};
    std::string_view rest = as_text(bytes);
    std::string_view line;
    ReplyHead head;
    if (!take_line(rest, line)) return Refusal{400, "malformed status line"};
    if (const auto refusal = parse_status_line(line, head)) return *refusal;
    if (const auto refusal = parse_fields(rest, head.fields)) return *refusal;
    if (const auto refusal = check_reply_fields(head, body_bytes_max)) return *refusal;
    head.keep_alive = !asks_to_close(head.fields);
    return head;
}

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
    constexpr std::size_t kDigitsMax = 19;  // always fits 64 bits
    if (text.empty() || text.size() > kDigitsMax) return std::nullopt;
    std::uint64_t value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return value;
}

}  // namespace satchel::http
