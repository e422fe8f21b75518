// Texts that name things: objects on a hub, a hub's address, ids, and encodings of bytes. Each has
// one spelling, so what was read is written as it was.
// links: satchel::protocol_wire satchel::http
#include "daemon/http/url.h"
#include "shared/base/base32.h"
#include "shared/protocol/wire/object_name.h"

#include <cstdlib>

namespace {

using namespace satchel;

void require(bool holds) {
    if (!holds) std::abort();
}

int fuzz_names(std::span<const std::uint8_t> input) {
    const std::string_view text = as_text(input);
    if (const auto name = wire::parse_object_name(text)) require(wire::to_text(*name) == text);
    if (const auto id = DeviceId::parse(text)) require(id->text() == text);
    if (const auto bytes = from_base32(text)) require(to_base32(*bytes) == text);
    require(from_base32(to_base32(input)) == to_bytes(input));
    require(from_hex(to_hex(input)) == to_bytes(input));
    if (const auto url = http::parse_url(text)) {
        // A host and a port, and nothing that could end a line or begin a path.
        require(!url->host.empty() && url->port != 0);
        for (const char letter : url->authority)
            require(letter > 0x20 && letter != '/' && letter != '@' && letter != 0x7F);
        const auto again = http::parse_url((url->is_tls ? "https://" : "http://") + url->authority);
        require(again && again->host == url->host && again->port == url->port);
    }
    return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return fuzz_names({data, size});
}
