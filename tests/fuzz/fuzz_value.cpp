// Feeds any bytes to the decoder of single values and shows what it took.
// links: satchel::core
#include "daemon/core/value.h"
#include "shared/base/utf8.h"

#include <cstdlib>

namespace {

using namespace satchel;

void require(bool holds) {
    if (!holds) std::abort();
}

int fuzz_value(std::span<const std::uint8_t> input) {
    const auto value = core::Value::decode(input);
    if (!value) return 0;
    const auto again = core::Value::decode(value->encoded());
    require(again && *again == *value);
    // What a terminal is given has no control characters in it.
    for (const char letter : value->to_display())
        require(static_cast<unsigned char>(letter) >= 0x20 && letter != 0x7F);
    if (value->kind() == core::ValueKind::integer)
        require(core::Value::integer(value->as_integer()) == *value);
    return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return fuzz_value({data, size});
}
