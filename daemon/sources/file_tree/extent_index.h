// The extents of one file of lines, in file order, and their bytes.
#pragma once

#include "daemon/sources/file_tree/line_codec.h"
#include "daemon/sources/file_tree/notes.h"

#include <vector>

namespace satchel::sources {

/// Entries as noted. The file itself holds the bytes; those of extents that do not show whole, or
/// cannot be had from what shows, are in notes of their own.
class ExtentIndex {
  public:
    /// What was noted of `file`; empty when nothing was.
    static Result<ExtentIndex> load(Memory& memory, const Sid& file);

    [[nodiscard]] const std::vector<IndexEntry>& entries() const { return entries_; }

    /// Where the extent stands, or nothing.
    [[nodiscard]] std::optional<std::size_t> find(const Sid& extent) const;
    /// All bytes of the extent at `position`, as they travel; `file` is open at the noted version.
    Result<Bytes> read(Memory& memory,
                       int file,
                       std::size_t position,
                       const LineCodec& codec) const;
    /// Makes `next` the noted entries. The bytes of newly kept extents are the caller's to note.
    Status replace(Memory& memory, std::vector<IndexEntry> next);

  private:
    explicit ExtentIndex(const Sid& file) : file_(file) {}

    void set_offsets();

    Sid file_;
    std::vector<IndexEntry> entries_;
    std::vector<std::uint64_t> offsets_;  // of each entry's bytes in the file
};

}  // namespace satchel::sources
