// Feeds any bytes to the decoder of a head's sealed part, which another device wrote.
// links: satchel::engine
#include "daemon/engine/heads.h"

#include <cstdlib>

namespace {

int fuzz_head_state(std::span<const std::uint8_t> input) {
    const auto state = satchel::engine::decode_head_state(input);
    if (!state) return 0;
    const auto back =
        satchel::engine::decode_head_state(satchel::engine::encode_head_state(*state));
    if (!back || !(back->lanes == state->lanes)) std::abort();
    return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return fuzz_head_state({data, size});
}
