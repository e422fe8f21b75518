// Values and names that another device sends for a file tree: manifests, anchors, paths, patterns;
// and the index we keep of a file of lines.
// links: satchel::file_tree
#include "daemon/sources/file_tree/file_class.h"
#include "daemon/sources/file_tree/notes.h"
#include "daemon/sources/file_tree/tree_context.h"
#include "daemon/sources/file_tree/tree_path.h"
#include "shared/base/assert.h"

#include <cstdint>
#include <span>

using namespace satchel;

int fuzz_tree_values(std::span<const std::uint8_t> data) {
    const auto anchor = sources::Anchor::decode(data);
    if (anchor) SATCHEL_ASSERT(sources::Anchor::decode(anchor->encode()) == anchor);
    const auto manifest = sources::Manifest::decode(core::Value::blob(data));
    if (manifest) SATCHEL_ASSERT(sources::Manifest::decode(manifest->encode()) == manifest);
    const auto entry = sources::decode_entry(data);
    if (entry) SATCHEL_ASSERT(*sources::decode_entry(sources::encode_entry(*entry)) == *entry);
    const std::string_view text = as_text(data);
    if (!sources::find_path_fault(text)) SATCHEL_ASSERT(!text.starts_with('/'));
    static const auto rules = sources::profile_rules("claude");
    sources::classify(text, rules);
    const std::size_t size = sources::extent_size(data);
    SATCHEL_ASSERT(data.empty() || (size > 0 && size <= data.size()));
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return fuzz_tree_values({data, size});
}
