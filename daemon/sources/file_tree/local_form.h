// What an extent that has its place in a file looks like there.
#pragma once

#include "daemon/core/value.h"
#include "daemon/sources/file_tree/line_codec.h"
#include "daemon/sources/file_tree/line_view.h"

#include <limits>
#include <optional>
#include <utility>

namespace satchel::sources {

/// What the columns of an extent's row say; a view into them. Nothing when they make no sense.
std::optional<std::pair<Anchor, ByteView>> read_extent(const core::Value* anchor,
                                                       const core::Value* bytes);

/// An extent with all its bytes, as they travel.
struct ExtentBytes {
    ByteView bytes;
    bool continues = false;  ///< see Anchor
};

/// The bytes that stand in the file for the first `shown_max` bytes of what `placed` shows of
/// `extent`; a part ends where a line ends.
Bytes local_form(const LineCodec& codec,
                 const PlacedExtent& placed,
                 const ExtentBytes& extent,
                 std::uint64_t shown_max = std::numeric_limits<std::uint64_t>::max());

/// What an extent is in the file.
struct LocalExtent {
    std::size_t size = 0;
    std::uint64_t content = 0;  ///< hash64
    bool is_kept = false;       ///< it cannot be had again from there
    std::uint32_t secrets = 0;  ///< masked in the extent
};

/// Measures local_form(). `plain` is `codec` without what the file has of its own.
LocalExtent measure_extent(const LineCodec& codec,
                           const LineCodec& plain,
                           const PlacedExtent& placed,
                           const ExtentBytes& extent);

/// True when `extent` can be had again from `local`, what the file has of it.
bool comes_back(const LineCodec& codec, ByteView local, const ExtentBytes& extent);

/// The extent that stands in a file as `local`, `size` bytes as it travels; see comes_back(). A
/// secret that lies in two parts of a long line may show here and not in the extent.
Bytes travelling_form(const LineCodec& codec, ByteView local, std::size_t size, bool continues);

}  // namespace satchel::sources
