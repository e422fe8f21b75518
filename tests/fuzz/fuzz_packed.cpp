// Feeds any bytes to the unpacking of an object, which sees them once a seal held: a member of the
// workspace wrote them, but perhaps not a sound program.
// links: satchel::crypto
#include "daemon/crypto/compress.h"
#include "shared/base/limits.h"

#include <cstdlib>

namespace {

void check_round_trip(const satchel::Bytes& plain) {
    if (plain.size() > satchel::limits::kPlainBytesMax) std::abort();
    const auto packed = satchel::crypto::pack(plain);
    if (!packed) std::abort();
    const auto again = satchel::crypto::unpack(*packed);
    if (!again || *again != plain) std::abort();
}

int fuzz_packed(std::span<const std::uint8_t> input) {
    const auto plain = satchel::crypto::unpack(input);
    if (plain) check_round_trip(*plain);
    // The same bytes as the body of an object that says nothing false about itself.
    check_round_trip(satchel::to_bytes(input));
    return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return fuzz_packed({data, size});
}
