// The most memory this process has taken since a test asked, where the system tells.
#pragma once

#include <cstddef>
#include <fstream>
#include <string>

namespace satchel::support {

/// Bytes at most since the last reset; 0 where the system does not tell.
inline std::size_t memory_peak() {
    std::ifstream status("/proc/self/status");
    std::string word;
    while (status >> word) {
        std::size_t kib = 0;
        if (word == "VmHWM:" && status >> kib) return kib << 10;
    }
    return 0;
}

/// From now on the peak counts anew; what is taken now.
inline std::size_t reset_memory_peak() {
    std::ofstream("/proc/self/clear_refs") << 5;
    return memory_peak();
}

}  // namespace satchel::support
