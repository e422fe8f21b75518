#include "daemon/sources/file_tree/line_chain.h"

#include "shared/base/hash.h"
#include "shared/base/limits.h"

#include <cstring>

namespace satchel::sources {

namespace {

/// Extents of a first import: few ops for a large file, little to send again for a differing tail.
constexpr std::size_t kExtentBytes = 256u << 10;
constexpr std::uint64_t kSecondSeed = 0x5851f42d4c957f2d;

}  // namespace

UnitName UnitName::of(ByteView unit) {
    return {hash64(unit), unit.size()};
}

Chain Chain::after(const UnitName& unit) const {
    return {combine64(low, unit.hash), combine64(high ^ kSecondSeed, unit.hash + unit.size)};
}

void Chain::encode(ByteWriter& out) const {
    out.u64(low);
    out.u64(high);
}

Chain Chain::decode(ByteReader& in) {
    Chain chain;
    chain.low = in.u64();
    chain.high = in.u64();
    return chain;
}

ByteView first_unit(ByteView bytes) {
    const ByteView window = bytes.first(std::min(bytes.size(), limits::kExtentBytesMax));
    if (window.empty()) return window;
    const void* newline = std::memchr(window.data(), '\n', window.size());
    if (newline == nullptr) return window;
    return window.first(
        static_cast<std::size_t>(static_cast<const Byte*>(newline) - window.data()) + 1);
}

Chain chain_after(Chain chain, ByteView bytes) {
    while (!bytes.empty()) {
        const ByteView unit = first_unit(bytes);
        chain = chain.after(unit);
        bytes = bytes.subspan(unit.size());
    }
    return chain;
}

std::size_t extent_size(ByteView window) {
    window = window.first(std::min(window.size(), limits::kExtentBytesMax));
    std::size_t size = 0;
    while (size < window.size() && size < kExtentBytes) {
        const ByteView unit = first_unit(window.subspan(size));
        const bool is_cut_off = unit.back() != '\n' && unit.size() < limits::kExtentBytesMax;
        if (is_cut_off && size > 0) break;
        size += unit.size();
    }
    return size;
}

Bytes Anchor::encode() const {
    Bytes out;
    ByteWriter writer(out);
    chain.encode(writer);
    writer.u8(continues ? 1 : 0);
    return out;
}

std::optional<Anchor> Anchor::decode(ByteView bytes) {
    ByteReader in(bytes);
    Anchor anchor;
    anchor.chain = Chain::decode(in);
    const std::uint8_t flag = in.u8();
    anchor.continues = flag == 1;
    if (!in.finished() || flag > 1) return std::nullopt;
    return anchor;
}

}  // namespace satchel::sources
