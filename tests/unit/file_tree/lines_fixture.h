// What the tests of files of lines share.
#pragma once

#include "tests/unit/file_tree/tree_device.h"

#include <memory>
#include <string>
#include <vector>

namespace satchel::sources::test {

using Devices = std::vector<std::unique_ptr<TreeDevice>>;

/// Trees of their own, numbered from 1.
inline Devices make_devices(std::uint8_t count) {
    Devices devices;
    for (std::uint8_t i = 1; i <= count; ++i) devices.push_back(std::make_unique<TreeDevice>(i));
    return devices;
}

/// Lines of about 64 bytes: "name from" to "name to - 1".
inline std::string lines(std::string_view name, int from, int to) {
    std::string text;
    for (int i = from; i < to; ++i)
        text += std::string(name) + " " + std::to_string(i) + std::string(60, '.') + "\n";
    return text;
}

/// How often `part` stands in `text`.
inline std::size_t count_of(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++count;
    return count;
}

}  // namespace satchel::sources::test
