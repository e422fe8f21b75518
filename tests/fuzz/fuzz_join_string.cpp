// Feeds any text to the parser of join strings, which a person may paste anything into. The
// checksum would stop nearly all of it, so the text is tried a second time with a right one.
//
// links: satchel::protocol_wire
#include "shared/protocol/wire/check_text.h"
#include "shared/protocol/wire/join_string.h"

#include <cstdlib>

namespace {

void check_round_trip(const std::string& text) {
    const auto ticket = satchel::wire::parse_join_string(text);
    if (!ticket) return;
    const auto again = satchel::wire::to_join_string(*ticket);
    if (!again || !(*satchel::wire::parse_join_string(*again) == *ticket)) std::abort();
}

int fuzz_join_string(std::span<const std::uint8_t> input) {
    std::string text(satchel::as_text(input));
    check_round_trip(text);
    const auto check = satchel::wire::check_text(text);
    check_round_trip(text.append(check.data(), check.size()));
    // The fields themselves, past the base32.
    std::string fields =
        std::string(satchel::wire::kJoinPrefix) + satchel::to_base32(satchel::to_bytes(input));
    const auto field_check = satchel::wire::check_text(fields);
    check_round_trip(fields.append(field_check.data(), field_check.size()));
    return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return fuzz_join_string({data, size});
}
