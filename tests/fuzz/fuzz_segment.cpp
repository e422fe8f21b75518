// Feeds any bytes to the parser of a segment, which sees them straight from a hub.
// links: satchel::protocol_wire
#include "shared/protocol/wire/segment.h"

#include <cstdlib>

namespace {

int fuzz_segment(std::span<const std::uint8_t> input) {
    const auto parsed = satchel::wire::parse_segment(input);
    // What parses has one encoding: writing the header again gives the bytes that were read.
    if (parsed && satchel::wire::encode_segment_header(parsed->header) !=
                      satchel::to_bytes(parsed->header_bytes))
        std::abort();
    return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return fuzz_segment({data, size});
}
