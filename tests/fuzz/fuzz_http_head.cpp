// Feeds any bytes to the gate, as request and as reply.
// links: satchel::http
#include "daemon/http/gate.h"
#include "shared/base/limits.h"

#include <cstdlib>

namespace {

using namespace satchel;

void require(bool holds) {
    if (!holds) std::abort();
}

int fuzz_http_head(std::span<const std::uint8_t> input) {
    const auto size = http::find_head_end(input);
    const auto bytes = input.first(size.value_or(input.size()));
    const auto request = http::parse_request_head(bytes);
    if (const auto* head = std::get_if<http::RequestHead>(&request)) {
        // What passes cannot be read in two ways.
        require(size.has_value() && bytes.size() <= limits::kHttpHeadBytesMax);
        require(head->fields.count("host") == 1);
        require(head->fields.count("transfer-encoding") == 0);
        require(head->fields.count("content-length") <= 1);
        require(head->body_bytes <= limits::kHttpBodyBytesMax);
        require(head->target.starts_with('/') && !head->target.starts_with("//"));
    }
    const auto reply = http::parse_reply_head(bytes, 1000);
    if (const auto* head = std::get_if<http::ReplyHead>(&reply)) require(head->body_bytes <= 1000);
    return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return fuzz_http_head({data, size});
}
