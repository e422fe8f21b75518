// Feeds any bytes to the parser of profiles, which a person may have written.
// links: satchel::profiles
#include "daemon/profiles/profile.h"
#include "shared/base/bytes.h"

#include <algorithm>
#include <cstdlib>
#include <span>

namespace {

int fuzz_profile(std::span<const std::uint8_t> input) {
    const auto parsed =
        satchel::profiles::parse_profile(satchel::as_text(input), "own.json", "laptop");
    if (!parsed) {
        // A mistake is always named, and by characters that are safe to print.
        const std::string& message = parsed.error().message;
        if (message.empty()) std::abort();
        for (const char letter : message)
            if (static_cast<unsigned char>(letter) < 0x20) std::abort();
        return 0;
    }
    const auto classes = satchel::profiles::class_words();
    if (parsed->rules.empty() || parsed->name.empty()) std::abort();
    for (const satchel::profiles::Rule& rule : parsed->rules)
        if (std::ranges::find(classes, rule.file_class) == classes.end() ||
            rule.pattern.starts_with('/'))
            std::abort();
    return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return fuzz_profile({data, size});
}
