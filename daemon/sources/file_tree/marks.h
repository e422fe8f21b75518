// Marks that let files stay where they are, on every device. A mark is a pattern and a row of its
// own, so that what one device marks holds on all; the notes tell what is marked here, and what
// others have not been told of yet.
#pragma once

#include "daemon/sources/file_tree/tree_context.h"

#include <string>
#include <string_view>
#include <vector>

namespace satchel::sources {

/// Notes a mark for the next capture to tell; false when it was there.
Result<bool> set_mark(Memory& memory, std::string_view pattern);
/// Takes a mark back; false when there was none.
Result<bool> drop_mark(Memory& memory, std::string_view pattern);
/// The patterns that are marked, in order.
Result<std::vector<std::string>> list_marks(Memory& memory);

/// Reports marks that others do not know of.
Status capture_marks(const TreeContext& context, CaptureSink& sink, Memory& memory);
/// Notes what another device marked.
Result<ProjectedRow> project_mark(const TreeContext& context, const WantedRow& row, Memory& memory);
/// The row of a mark, by its key.
Result<LocalRow> read_mark(const TreeContext& context, ByteView key, Memory& memory);

}  // namespace satchel::sources
