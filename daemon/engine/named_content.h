// What the engine knows of a value that names a file's content: how many pieces it has, and the
// name they bear. The pieces travel before the row that names them, in the same log.
#pragma once

#include "daemon/core/row.h"
#include "shared/base/bytes.h"
#include "shared/base/ids.h"

#include <cstdint>
#include <optional>

namespace satchel::engine {

/// A content that lies in pieces.
struct NamedContent {
    Hash256 content{};
    std::uint64_t pieces = 0;
};

/// The content a value names; a value of something else may look so too, but has no pieces.
std::optional<NamedContent> named_content(const core::Sibling& sibling);

}  // namespace satchel::engine
