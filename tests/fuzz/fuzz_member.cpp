// Feeds any bytes to the parser of a member, which sees them straight from a hub.
// links: satchel::protocol_wire
#include "shared/protocol/wire/member.h"

#include <cstdlib>

namespace {

int fuzz_member(std::span<const std::uint8_t> input) {
    const auto parsed = satchel::wire::parse_member(input);
    // What parses has one encoding.
    if (parsed && satchel::wire::encode_member(*parsed) != satchel::to_bytes(input)) std::abort();
    return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return fuzz_member({data, size});
}
