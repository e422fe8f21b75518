#include "daemon/engine/named_content.h"

#include "shared/base/limits.h"

#include <algorithm>

namespace satchel::engine {

namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint64_t kSizeMax = std::uint64_t{1} << 50;

}  // namespace

std::optional<NamedContent> named_content(const core::Sibling& sibling) {
    NamedContent named;
    if (!sibling.value || sibling.value->kind() != core::ValueKind::blob) return std::nullopt;
    const ByteView bytes = as_bytes(sibling.value->as_text());
    if (bytes.size() < named.content.size()) return std::nullopt;
    std::ranges::copy(bytes.last(named.content.size()), named.content.begin());
    // Before it: a version, the size and the number of pieces. Lines of a file are no such value.
    ByteReader in(bytes.first(bytes.size() - named.content.size()));
    const bool is_known = in.u8() == kVersion;
    const std::uint64_t size = in.varint();
    const std::uint64_t pieces = in.varint();
    const bool is_sane =
        size < kSizeMax && pieces == (size + limits::kExtentBytesMax - 1) / limits::kExtentBytesMax;
    if (in.finished() && is_known && is_sane) named.pieces = pieces;
    return named;
}

}  // namespace satchel::engine
