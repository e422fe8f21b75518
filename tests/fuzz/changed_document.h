// What the fuzz targets of settings documents share.
#pragma once

#include "daemon/documents/document.h"
#include "shared/base/assert.h"
#include "shared/base/bytes.h"

#include <cstdint>
#include <span>

namespace satchel::fuzz {

/// The first byte decides on a change, the rest is the text. Whatever parses takes changes, and
/// every change leaves a document that says what was wanted.
inline void change_document(documents::Syntax syntax, std::span<const std::uint8_t> data) {
    if (data.empty() || data.size() > 4'096) return;
    const auto parsed = documents::Document::parse(syntax, as_text(data.subspan(1)));
    if (!parsed) {
        SATCHEL_ASSERT(!parsed.error().message.empty());
        return;
    }
    documents::Document document = *parsed;
    SATCHEL_ASSERT(document.text() == as_text(data.subspan(1)));
    const auto leaves = document.leaves();
    const documents::Pointer fresh{"new name", "b"};
    if (document.set(fresh, "[1,\"x\"]")) {
        SATCHEL_ASSERT(document.find(fresh) == "[1,\"x\"]");
        SATCHEL_ASSERT(document.add_element(fresh, "true").has_value());
        SATCHEL_ASSERT(document.remove_element(fresh, "1").has_value());
        SATCHEL_ASSERT(document.find(fresh) == "[\"x\",true]");
        SATCHEL_ASSERT(document.remove(fresh).has_value());
    }
    if (leaves.empty()) return;
    const documents::Leaf& leaf = leaves[data[0] % leaves.size()];
    // A value that was read can be put back where it was.
    document = *parsed;
    if (document.remove(leaf.pointer)) {
        SATCHEL_ASSERT(!document.find(leaf.pointer));
        if (document.set(leaf.pointer, leaf.value))
            SATCHEL_ASSERT(document.find(leaf.pointer) == leaf.value);
    }
    if (document.set(leaf.pointer, "7")) SATCHEL_ASSERT(document.find(leaf.pointer) == "7");
}

}  // namespace satchel::fuzz
