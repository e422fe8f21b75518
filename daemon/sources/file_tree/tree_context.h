// What the parts of a file tree share: its settings, its ids, and the parts handed in.
#pragma once

#include "daemon/sources/file_tree/file_class.h"
#include "daemon/sources/file_tree/line_chain.h"
#include "daemon/sources/file_tree/line_codec.h"
#include "daemon/sources/file_tree/line_view.h"
#include "daemon/sources/file_tree/place_map.h"
#include "daemon/sources/file_tree/process_gate.h"
#include "daemon/sources/file_tree/secret_policy.h"
#include "daemon/sources/file_tree/tree_dir.h"
#include "daemon/sources/source.h"
#include "shared/base/clock.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace satchel::sources {

/// A tree to keep in sync.
struct FileTreeSettings {
    std::string name;                  ///< of the source, the same on every device
    std::filesystem::path root;        ///< on this device
    std::vector<FileRule> rules;       ///< see profile_rules()
    ProjectSettings projects{};        ///< see profile_projects()
    FindProgram find_program{};        ///< looks for the program of files that wait for its end
    std::string program_title{};       ///< what people call it
    bool is_walked = true;             ///< else only `names` are looked at, and nothing is watched
    std::vector<std::string> names{};  ///< files below the root
    std::string trouble{};  ///< why these rules keep everything here; told with the health
    SecretPolicy secrets = SecretPolicy::mask;
    SecretExceptions secret_exceptions{};
};

/// Makes and verifies a copy of the file at this path below the root; called before each overwrite
/// or delete, which does not happen when it fails.
using BackupFile = std::function<Status(const std::filesystem::path& relative)>;

/// SHA-256 of bytes in memory.
using HashBytes = std::function<Hash256(ByteView)>;

/// Names a content: the hash of its only piece, or the hash over the hashes of its pieces, so that
/// large files stream.
class ContentHash {
  public:
    explicit ContentHash(const HashBytes& hash) : hash_(hash) {}

    /// Adds the next piece; all but the last are limits::kExtentBytesMax long.
    void add(ByteView piece);
    [[nodiscard]] Hash256 finish() const;

  private:
    const HashBytes& hash_;
    Bytes hashes_;
};

/// Size and hash of a file's content: value of the `content` column.
struct Manifest {
    std::uint64_t size = 0;
    Hash256 content{};

    bool operator==(const Manifest&) const = default;
    [[nodiscard]] core::Value encode() const;
    /// Nothing when the value is no manifest.
    static std::optional<Manifest> decode(const core::Value& value);
    [[nodiscard]] std::uint32_t count_pieces() const;
};

/// Fixed after construction, but for the places and the marks.
struct TreeContext {
    TreeContext(FileTreeSettings tree_settings,
                const IdMaker& id_maker,
                const Clock& tree_clock,
                HashBytes hash_bytes,
                BackupFile backup_file);

    FileTreeSettings settings;
    const IdMaker& ids;
    const Clock& clock;
    HashBytes hash;
    BackupFile backup;

    CollectionId files;
    CollectionId lines;
    CollectionId keys;
    CollectionId projects;  ///< of a tree with projects: where devices have them
    CollectionId marks;     ///< see marks.h

    struct FileColumns {
        ColumnId path, file_class, content, mode;
    } file_columns;

    struct LineColumns {
        ColumnId file, anchor, bytes;
    } line_columns;

    struct KeyColumns {
        ColumnId file, pointer, value;
    } key_columns;

    struct ProjectColumns {
        ColumnId identity, place;
    } project_columns;

    ColumnId mark_pattern;  ///< the only column of `marks`

    std::vector<CollectionInfo> collections;
    PlaceMap places;  ///< as last loaded; the notes are what counts

    /// Files that match stay here, whatever the rules say; false when these are the marks already.
    bool use_marks(std::vector<std::string> patterns);

    /// Identity of the file at `path`.
    [[nodiscard]] Sid file_sid(std::string_view path) const;
    /// Identity of an extent: where it stands and what it says.
    [[nodiscard]] Sid extent_sid(std::string_view path, const Anchor& anchor, ByteView bytes) const;
    /// How lines of the file at `path` travel.
    [[nodiscard]] LineCodec codec_of(std::string_view path) const;
    /// What FileNote::rules should say.
    [[nodiscard]] std::uint32_t secret_rules() const;
    /// Local key of an extent.
    [[nodiscard]] static Bytes extent_key(const Sid& file, const Sid& extent);

    std::vector<std::string> marked;  ///< the patterns before all rules, see use_marks()
};

/// The columns, ordered as the engine wants them.
std::vector<core::ColumnValue> in_column_order(std::vector<core::ColumnValue> columns);
/// The value of a column among those of a wanted row, or null.
const core::Value* find_column(const std::vector<core::ColumnValue>& columns, ColumnId column);
/// The earliest write of an extent, if any of it is known.
Result<std::optional<ExtentOrder>> find_extent_order(Memory& memory,
                                                     CollectionId lines,
                                                     const Sid& extent);

}  // namespace satchel::sources
