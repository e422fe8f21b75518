// What a file of lines shows, given its extents: the same on every device.
//
// Problem: several devices append to one file without talking; some began with copies of it, cut
// into extents at other places; every complete line must show once, and all must show the same
// bytes.
//
// Idea: extents in the order of their earliest write (stamp, device, sequence); of each extent the
// lines that have not been shown. A line has been shown when its chain (the name it got from all
// bytes before it in its author's file) is the chain of a shown line in that line's author's file,
// or the chain of a shown line in this very view: a copy of a merged file names its lines so.
//
// Why the earliest write: an author's next extent is stamped above what it follows, so it sorts
// behind even when a copy elsewhere was stamped later.
//
// A line longer than an extent spans several; its parts are shown together or not yet at all.
//
// A tail is a last line that its author left without a newline. It stands in its place like any
// line, and gets a newline where something follows it; where the whole line is known, with its
// newline, the two are one.
//
// Names are kept of lines only that another extent may have: of an extent within which another one
// begins, or at whose beginning; and where a line stands behind others than in its author's file.
// What passes the beginning of an extent that stands already reads its names then. So a long file
// that goes on in two ways costs the names of what came behind the fork.
//
// Cost: one pass over the bytes, 16-byte names in memory; needed only when lines met that did not
// follow each other.
#pragma once

#include "daemon/core/stamp.h"
#include "daemon/sources/file_tree/line_chain.h"
#include "shared/base/ids.h"
#include "shared/base/result.h"

#include <functional>
#include <vector>

namespace satchel::sources {

/// Place of an extent in the file: when and by whom it was first written.
struct ExtentOrder {
    core::Stamp stamp;
    core::Dot dot;

    auto operator<=>(const ExtentOrder&) const = default;
};

/// An extent to place.
struct ViewExtent {
    Sid sid;
    ExtentOrder order;
    Anchor anchor;
};

/// Bytes of an extent that show.
struct Run {
    std::size_t offset = 0;
    std::size_t size = 0;

    bool operator==(const Run&) const = default;
};

/// An extent in its place.
struct PlacedExtent {
    std::size_t index = 0;    ///< in the extents given
    std::vector<Run> runs;    ///< what of it shows, in order
    std::uint64_t shown = 0;  ///< sum of the runs, and of the newline
    bool is_closed = false;   ///< a newline stands behind the last run that the extent lacks
    Chain chain;              ///< of the view up to the extent's end
};

/// The content of a file.
struct LineView {
    std::vector<PlacedExtent> placed;
    std::vector<std::size_t> waiting;  ///< parts of a line whose other parts are not here
    std::uint64_t size = 0;
    Chain chain;
    bool extends_known = false;  ///< the view begins with the content asked about
};

/// A content we may have already.
struct KnownContent {
    std::uint64_t size = 0;
    Chain chain;
};

/// Reads an extent's bytes by its index.
using ReadExtent = std::function<Result<Bytes>(std::size_t index)>;

/// Places `extents`; reads each up to three times. Passes on errors of `read`.
Result<LineView> make_line_view(const std::vector<ViewExtent>& extents,
                                const KnownContent& known,
                                const ReadExtent& read);

}  // namespace satchel::sources
