// Lines of a file of this device that would not come back from how they travel: they hold secrets.
// When the file has to be written anew they are taken as they are, so that their author keeps them.
#pragma once

#include "daemon/sources/file_tree/extent_index.h"
#include "daemon/sources/file_tree/line_codec.h"
#include "shared/base/bytes.h"

#include <map>

namespace satchel::sources {

/// Lines, or parts of a long one, by how they travel.
class OwnLines {
  public:
    /// Those of an open file at the noted version, by its index.
    Status collect(Memory& memory, const ExtentIndex& index, int file, const LineCodec& codec);

    /// `local` stands in the file for `travelling`: whole lines, or a part of one. Those that
    /// `codec` would make of them are not kept.
    void add(ByteView travelling, ByteView local, const LineCodec& codec);

    [[nodiscard]] bool is_empty() const { return lines_.empty(); }

    /// What stands in the file for one line, or null.
    [[nodiscard]] const Bytes* find(ByteView travelling) const;

  private:
    std::map<Bytes, Bytes> lines_;
};

}  // namespace satchel::sources
