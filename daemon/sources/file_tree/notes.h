// What a file tree remembers between captures, as notes in the engine's store.
//
//   f <path>             FileNote: the file as last captured or written
//   p <file sid>         path of a file of lines or a document
//   x <file sid> <n>     IndexEntry: n-th extent of the file (u32, big-endian)
//   h <file sid> <sid>   bytes of an extent that does not show whole
//   k <file sid> <sid>   KeyName of a value that a document holds and that travels
//   d <path>             a folder we made, to be removed when it is empty
//   s <identity>         ProjectPlace: where a project's files lie here
//   l <identity>         where a person said that a project is: its absolute path
//   g <identity> 0 <place>  where other devices have a project
//   r <path>             a file on disk to remove, moved with its project, as a FileNote
//   w <file sid>         path of a file that went here and stays elsewhere
//   a <file sid>         lines are being appended to the file (begun_appends.h)
#pragma once

#include "daemon/sources/file_tree/file_class.h"
#include "daemon/sources/file_tree/line_chain.h"
#include "daemon/sources/file_tree/tree_dir.h"
#include "daemon/sources/source.h"

#include <string_view>
#include <vector>

namespace satchel::sources {

/// A file as last captured or written by us.
struct FileNote {
    FileClass file_class = FileClass::opaque;
    std::uint64_t size = 0;
    std::int64_t mtime_ns = 0;
    std::uint64_t inode = 0;
    std::int64_t mode = 0;       ///< as in the `mode` column
    Hash256 content{};           ///< of whole content: SHA-256
    bool is_other = false;       ///< the file holds something else than `content`, kept to itself
    std::uint64_t captured = 0;  ///< lines: bytes up to the end of the last captured line
    std::uint64_t fingerprint = 0;  ///< lines: of those bytes, by samples
    std::uint64_t travelling = 0;   ///< lines: how many they are in travelling form
    Chain chain;                    ///< lines: of the travelling form
    std::uint32_t extents = 0;      ///< lines: entries in the index
    std::uint64_t secrets = 0;      ///< lines: masked in the travelling form
    std::uint32_t rules = 0;        ///< lines: kSecretRules of the travelling form, or zero
    bool is_row_gone =
        false;  ///< lines, documents: the file's row was deleted elsewhere, parts remain

    bool operator==(const FileNote&) const = default;

    /// True when `stat` is the file this note was made of.
    [[nodiscard]] bool describes(const FileStat& stat) const;
    /// Takes over size, time and inode.
    void remember(const FileStat& stat);
};

/// One extent in a file, in file order. Sizes and chain are of the travelling form, unless they are
/// said to be of the file's bytes (line_codec.h).
struct IndexEntry {
    Sid sid;
    Anchor anchor;
    std::uint32_t size = 0;     ///< of the extent
    std::uint32_t shown = 0;    ///< bytes of it that stand in the file at its place
    Chain chain;                ///< of the file up to the end of those bytes
    std::uint32_t local = 0;    ///< how many they are in the file
    std::uint64_t content = 0;  ///< hash64 of them as they are in the file
    bool is_kept = false;       ///< the extent cannot be had from the file: a note has its bytes
    std::uint32_t secrets = 0;  ///< in the file, and masked in the extent

    bool operator==(const IndexEntry&) const = default;

    [[nodiscard]] bool is_whole() const { return shown == size; }
};

/// Where the note on the file at `path` is kept, the note itself, and how to change it.
Bytes file_note_name(std::string_view path);
Result<std::optional<FileNote>> find_file_note(Memory& memory, std::string_view path);
Status set_file_note(Memory& memory, std::string_view path, const FileNote& note);

/// All files whose path is `prefix`, or begins with it and a slash; all files for "". In path
/// order.
Result<std::vector<std::pair<std::string, FileNote>>> list_file_notes(Memory& memory,
                                                                      std::string_view prefix);

/// Names of the other notes: where a file lies, its extents by place, extents that do not show, the
/// values of a document (all of a file's without `row`), and folders we made.
Bytes path_note_name(const Sid& file);
Bytes index_note_name(const Sid& file, std::uint32_t position);
Bytes hidden_note_name(const Sid& file, const Sid& extent);
Bytes key_note_name(const Sid& file, const Sid* row = nullptr);
Bytes folder_note_name(std::string_view path);
Bytes swept_note_name(const Sid& file);
Bytes swept_note_name();  ///< what all of them begin with
Bytes append_note_name(const Sid& file);

/// Names of the notes about projects; see place_map.h and place_finder.h.
Bytes place_note_name(std::string_view identity);
Bytes link_note_name(std::string_view identity);
Bytes known_place_note_name(ByteView key);

/// Name of the note about a mark; see marks.h.
Bytes mark_note_name(std::string_view pattern);

/// Files on disk that are to go because their project moved, as they were.
Status set_leftover_note(Memory& memory, std::string_view path, const FileNote& note);
Status erase_leftover_note(Memory& memory, std::string_view path);
Result<std::vector<std::pair<std::string, FileNote>>> list_leftover_notes(Memory& memory);

/// An index entry as a note holds it.
Bytes encode_entry(const IndexEntry& entry);
Result<IndexEntry> decode_entry(ByteView bytes);

}  // namespace satchel::sources
