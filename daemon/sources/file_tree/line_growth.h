// The view of a file that only grows: what it shows stays, and new extents stand behind it.
//
// This is how a file comes from another device, a few extents with every call. line_view.h would
// read all that is there to say the same, for every few; and of a line that spans extents it would
// read the parts that came again with each further one. Here a part that waits is read when the
// next one comes, to see that they belong together, and all of them when the line is complete.
#pragma once

#include "daemon/sources/file_tree/line_view.h"
#include "daemon/sources/file_tree/notes.h"

#include <optional>
#include <span>

namespace satchel::sources {

/// What a file has, as noted, and what there is beside.
struct Growth {
    std::span<const IndexEntry> held;     ///< in file order; all of them go on being there
    std::span<const ViewExtent> extents;  ///< those of `held`, then new ones by order
    std::span<const ByteView> fresh;      ///< bytes of the new ones
    KnownContent known;                   ///< what `held` shows
};

/// The same as make_line_view(), with parts that wait placed as extents that show nothing; the runs
/// of held extents are listed only where they begin to show. Nothing when the new extents do not
/// follow the file's end and each other. Reads held parts of a line only.
Result<std::optional<LineView>> grow_line_view(const Growth& growth, const ReadExtent& read);

}  // namespace satchel::sources
