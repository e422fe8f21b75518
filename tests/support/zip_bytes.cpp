#include "tests/support/zip_bytes.h"

#include <algorithm>

namespace satchel::support {

namespace {

void put(std::string& out, std::size_t bytes, std::uint64_t value) {
    for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}

std::uint32_t crc_of(std::string_view content) {
    std::uint32_t crc = 0xffffffff;
    for (const char c : content) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320 : 0);
    }
    return ~crc;
}

/// Deflate's blocks that are not compressed.
std::string deflated(std::string_view content) {
    std::string out;
    do {
        const std::string_view block = content.substr(0, 0xffff);
        content.remove_prefix(block.size());
        out += content.empty() ? '\1' : '\0';
        put(out, 2, block.size());
        put(out, 2, ~block.size());
        out += block;
    } while (!content.empty());
    return out;
}

/// What stands both at the data and in the directory.
std::string shared_fields(const ZipEntry& entry, std::size_t packed, std::size_t name_bytes) {
    std::string out;
    put(out, 2, entry.flags);
    put(out, 2, entry.is_deflated ? 8 : 0);
    put(out, 4, 0x00210000);  // the first day of 1980
    put(out, 4, entry.crc.value_or(crc_of(entry.content)));
    put(out, 4, packed);
    put(out, 4, entry.size.value_or(static_cast<std::uint32_t>(entry.content.size())));
    put(out, 2, name_bytes);
    put(out, 2, entry.extra.size());
    return out;
}

}  // namespace

std::string make_zip(const std::vector<ZipEntry>& entries, const ZipFrame& frame) {
    std::string out = frame.before;
    std::string directory;
    for (const ZipEntry& entry : entries) {
        const std::string data = entry.is_deflated ? deflated(entry.content) : entry.content;
        const std::string own_name = entry.own_name.value_or(entry.name);
        put(directory, 4, 0x02014b50);
        put(directory, 2, 0x0314);
        put(directory, 2, 20);
        directory += shared_fields(entry, data.size(), entry.name.size());
        put(directory, 2 + 2 + 2, 0);
        put(directory, 4, std::uint64_t{entry.mode} << 16);
        put(directory, 4, out.size());
        directory += entry.name + entry.extra;
        put(out, 4, 0x04034b50);
        put(out, 2, 20);
        out += shared_fields(entry, data.size(), own_name.size()) + own_name + entry.extra + data;
    }
    out += frame.between;
    const std::size_t directory_at = out.size();
    out += directory;
    const std::uint64_t count = frame.count.value_or(static_cast<std::uint16_t>(entries.size()));
    put(out, 4, 0x06054b50);
    put(out, 4, 0);
    put(out, 2, count);
    put(out, 2, count);
    put(out, 4, directory.size());
    put(out, 4, directory_at);
    put(out, 2, frame.comment.size());
    return out + frame.comment + frame.after;
}

}  // namespace satchel::support
