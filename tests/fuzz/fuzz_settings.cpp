// Feeds any bytes to the parser of config.toml, which a person may have filled with anything.
// links: satchel::config
#include "daemon/config/load.h"
#include "shared/base/bytes.h"

#include <cstdlib>
#include <span>

namespace {

int fuzz_settings(std::span<const std::uint8_t> input) {
    const auto parsed = satchel::config::parse_settings(satchel::as_text(input), "config.toml");
    if (!parsed) {
        // A mistake is always named, by characters that are safe to print; its line is shown below
        // it.
        const std::string& message = parsed.error().message;
        if (message.empty()) std::abort();
        for (const char letter : message)
            if (static_cast<unsigned char>(letter) < 0x20 && letter != '\n') std::abort();
        return 0;
    }
    for (const satchel::config::SettingRow& row : satchel::config::kSettingRows) {
        const auto* number = std::get_if<std::int64_t satchel::config::Settings::*>(&row.member);
        if (number == nullptr) continue;
        const std::int64_t value = (*parsed).*(*number);
        if (value < row.minimum || value > row.maximum) std::abort();
    }
    return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return fuzz_settings({data, size});
}
