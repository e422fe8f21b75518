// Feeds any bytes to the reader of batches, which sees what other devices wrote.
// links: satchel::core
#include "daemon/core/batch.h"

#include <cstdlib>

namespace {

int fuzz_batch(std::span<const std::uint8_t> input) {
    satchel::core::BatchReader reader(input);
    while (!reader.at_end()) {
        const auto batch = reader.next();
        if (!batch) return 0;
        // What was read can be written and read again.
        satchel::Bytes again;
        satchel::core::encode_batch(*batch, again);
        const auto back = satchel::core::BatchReader(again).next();
        if (!back || !(*back == *batch)) std::abort();
    }
    return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return fuzz_batch({data, size});
}
