// Feeds any bytes to the parser of a head, which sees them straight from a hub.
// links: satchel::protocol_wire
#include "shared/protocol/wire/head.h"

#include <cstdlib>

namespace {

int fuzz_head(std::span<const std::uint8_t> input) {
    const auto parsed = satchel::wire::parse_head(input);
    // What parses has one encoding: writing the header again gives the bytes that were read.
    if (parsed) {
        const auto sealed_bytes = static_cast<std::uint32_t>(parsed->sealed.size());
        const auto again = satchel::wire::encode_head_header(
            parsed->clear, parsed->commitment, parsed->nonce, sealed_bytes);
        if (again != satchel::to_bytes(parsed->header_bytes)) std::abort();
    }
    return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return fuzz_head({data, size});
}
