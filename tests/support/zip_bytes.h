// Zip archives byte by byte, also such as no program would write.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace satchel::support {

/// One entry. What is not set is what an honest archive says.
struct ZipEntry {
    std::string name;
    std::string content;
    bool is_deflated = false;  ///< in deflate's form, though no shorter
    std::uint32_t mode = 0100600;
    std::optional<std::uint32_t> size = std::nullopt;    ///< claimed, of the content
    std::optional<std::uint32_t> crc = std::nullopt;     ///< claimed
    std::optional<std::string> own_name = std::nullopt;  ///< at the data; else as in the directory
    std::string extra = {};
    std::uint16_t flags = 0;
};

/// What stands around the entries.
struct ZipFrame {
    std::string before = {};
    std::string between = {};  ///< in front of the directory
    std::string comment = {};
    std::string after = {};
    std::optional<std::uint16_t> count = std::nullopt;  ///< claimed
};

/// The archive.
std::string make_zip(const std::vector<ZipEntry>& entries, const ZipFrame& frame = {});

}  // namespace satchel::support
