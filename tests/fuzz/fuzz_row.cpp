// Feeds any bytes to the decoder of stored rows, which sees whatever a damaged disk gives back.
// links: satchel::core
#include "daemon/core/conflict.h"
#include "daemon/core/row_codec.h"

#include <cstdlib>

namespace {

int fuzz_row(std::span<const std::uint8_t> input) {
    const auto row = satchel::core::decode_row(input);
    if (!row) return 0;
    (void)satchel::core::find_conflicts(*row);
    (void)satchel::core::wanted_shadow(*row);
    if (!satchel::core::decode_row(satchel::core::encode_row(*row))) std::abort();
    return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return fuzz_row({data, size});
}
