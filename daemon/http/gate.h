// The gate: the only code that reads the head of an HTTP message, on both sides. It accepts the
// small, unambiguous part of HTTP/1.1 that our client and hub speak and refuses all else. Parsers
// that accept more (the one in Boost 1.81 takes two Hosts, lists in Content-Length, unknown
// transfer codings with an empty body) can be made to disagree with a proxy about where a message
// ends.
#pragma once

#include "daemon/http/message.h"

#include <cstddef>
#include <optional>
#include <string_view>
#include <variant>

namespace satchel::http {

/// A request head that passed.
struct RequestHead {
    std::string method;
    std::string target;
    Fields fields;
    std::size_t body_bytes = 0;
    bool keep_alive = true;
};

/// Why a head did not pass: the status to answer before closing, and fixed words for people.
struct Refusal {
    unsigned status = 400;
    std::string_view reason;
};

/// A reply head that passed. `body_bytes` is zero for statuses that have no body.
struct ReplyHead {
    unsigned status = 0;
    Fields fields;
    std::size_t body_bytes = 0;
    bool keep_alive = true;
};

/// Length of the head at the start of `bytes`, its empty line included; nothing while that is not
/// there. Looks for CRLF CRLF only, so a bare LF cannot end a head.
std::optional<std::size_t> find_head_end(ByteView bytes);
/// False when no request begins with this byte: what follows need not be waited for. A TLS client
/// at a plain port begins so.
bool may_begin_request(Byte first);
/// Judges a whole request head, the empty line included. Pure, never throws on any input.
std::variant<RequestHead, Refusal> parse_request_head(ByteView bytes);
/// Judges a whole reply head just as strictly; `body_bytes_max` bounds Content-Length. The
/// refusal's status is 413 when only that bound is broken.
std::variant<ReplyHead, Refusal> parse_reply_head(ByteView bytes, std::size_t body_bytes_max);
/// An all-digit number without sign or spaces that fits; nothing else.
std::optional<std::uint64_t> parse_decimal(std::string_view text);

}  // namespace satchel::http
