#include "daemon/engine/named_content.h"

#include <algorithm>

namespace satchel::engine {

std::optional<NamedContent> named_content(const core::Sibling& sibling) {
    NamedContent named;
    if (!sibling.value || sibling.value->kind() != core::ValueKind::blob) return std::nullopt;
    const ByteView bytes = as_bytes(sibling.value->as_text());
    if (bytes.size() < named.content.size()) return std::nullopt;
    std::ranges::copy(bytes.last(named.content.size()), named.content.begin());
    // Before it: a version, the size and the number of pieces.
    ByteReader in(bytes.first(bytes.size() - named.content.size()));
    in.u8();
    in.varint();
    named.pieces = in.varint();
    if (!in.finished()) named.pieces = 0;
    return named;
}

}  // namespace satchel::engine
