// How much of a figure one run makes: little by default, all of it when asked by an environment
// variable.
#pragma once

#include <cstdint>
#include <cstdlib>

namespace satchel::hostile {

/// The number in the environment variable `name`, or `otherwise`.
inline std::uint64_t count_from(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

}  // namespace satchel::hostile
