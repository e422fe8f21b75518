// The treaty between the engine and a place whose content we sync: tables of a SQLite database, or
// a file tree. A source reads and writes that place; it knows nothing of devices, logs or
// transports.
//
// Capture: the source streams items that may have changed into a CaptureSink; the engine compares
// each with what it remembers and turns real differences into ops. Reporting an unchanged item is
// harmless, missing a changed one is a defect.
// Projection: the engine hands rows the source should show; the source writes them, backup first,
// and says of each whether it is applied, parked, deferred or changed meanwhile.
//
// All calls come from one worker thread, one at a time.
#pragma once

#include "daemon/core/row.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace satchel::sources {

/// A column of a collection and its name.
struct ColumnInfo {
    ColumnId id{};
    std::string name;

    bool operator==(const ColumnInfo&) const = default;
};

/// One table, or one kind of thing in a file tree.
struct CollectionInfo {
    CollectionId id{};
    std::string name;                 ///< table name; "files" or "lines" for a tree
    std::vector<ColumnInfo> columns;  ///< what this source has, ordered by id
    /// Its rows are parts of items: a file's lines come and go while the file stays.
    bool has_parts = false;
    /// Editing a row makes another row of it: what comes makes up for what goes.
    bool is_by_content = false;
    /// What columns hold in rows written before the column was there, where that is not NULL;
    /// ordered by column.
    std::vector<core::ColumnValue> fills{};
    std::vector<ColumnInfo> seeds{};  ///< what a row may bring when it is new; never compared later

    /// True when the source has the column, so that it can hold its values for us.
    [[nodiscard]] bool holds(ColumnId column) const;
    bool operator==(const CollectionInfo&) const = default;
};

/// One item as the source holds it now.
struct LocalRow {
    CollectionId collection{};
    Bytes key;                     ///< the source's own name of the item, canonical bytes
    std::optional<Bytes> old_key;  ///< the key it had before, where the source knows of a change
    std::optional<Sid> sid;        ///< where identity follows from the content or key
    bool is_present = false;
    std::vector<core::ColumnValue> columns;  ///< ordered by column, empty when absent
    core::Value marker;                      ///< origin's integer key, else NULL
    UnixMs edited_ms = 0;
    /// The change is known to follow this stamp, whatever the clocks say: for an appended extent
    /// the stamp of the file's last one, so that appended lines sort behind the lines they follow.
    core::Stamp follows;
};

/// A part of a file's content, sent ahead of the row that refers to it by `content`.
struct Piece {
    CollectionId collection{};
    Sid sid;            ///< of the file
    Hash256 content{};  ///< SHA-256 of the whole content
    std::uint32_t index = 0;
    Bytes bytes;  ///< at most limits::kExtentBytesMax
};

/// Takes what a source found. Errors are the engine's (store, danger): stop and pass them on.
class CaptureSink {
  public:
    virtual ~CaptureSink() = default;
    virtual Status row(LocalRow row) = 0;

    /// Source::collections() tells something else than before this capture. Comes before the rows.
    virtual Status collections_changed() { return ok(); }

    /// The place looks like an older copy of itself: what changed may be what went back. Comes
    /// before the rows.
    virtual void looks_older() {}

    /// The place may be an older copy of itself: it is, if nothing changed but what went back.
    virtual void may_be_older() {}

    virtual Status piece(Piece piece) = 0;
    /// Everything reported so far is complete and the notes that go with it are written: the engine
    /// may make it durable here, and only here.
    virtual Status item_done() = 0;
    /// Makes everything reported so far durable before it returns. A source calls it before it lets
    /// go of what would let it report again: marks in a database, above all.
    virtual Status make_durable() = 0;
    /// True when the run should stop early (shutdown); the source returns `interrupted`.
    [[nodiscard]] virtual bool should_stop() const = 0;

    /// True for a look that records nothing: the source writes nothing to its place either.
    [[nodiscard]] virtual bool is_look() const { return false; }

    /// True when a person said that what is gone shall go elsewhere too.
    [[nodiscard]] virtual bool accepts_danger() const { return false; }
};

/// What the engine remembers about one source. Valid during one call, inside one transaction of the
/// engine's store.
class Memory {
  public:
    virtual ~Memory() = default;

    struct Known {
        Sid sid;
        /// core::shadow_hash over the columns of this source's schema as last held; 0 if absent.
        std::uint64_t held_hash = 0;
    };

    /// The item with this local key.
    virtual Result<std::optional<Known>> find(CollectionId collection, ByteView key) = 0;
    /// The sid of the item with this key; one is drawn and remembered when it has none. With
    /// `import_content` (rows present when a table is first declared) the new sid is a function of
    /// that content, so that copies of one database agree.
    virtual Result<Sid> ensure_sid(CollectionId collection,
                                   ByteView key,
                                   std::optional<ByteView> import_content) = 0;
    /// The local key of an item, if the source has or had it.
    virtual Result<std::optional<Bytes>> find_key(CollectionId collection, const Sid& sid) = 0;
    /// The replicated state of an item, if known.
    virtual Result<std::optional<core::Row>> find_row(CollectionId collection, const Sid& sid) = 0;
    /// How many items the source held after the last capture or projection.
    virtual Result<std::uint64_t> count_held(CollectionId collection) = 0;
    /// Keys of held items above `after` in key order, at most `limit`.
    virtual Result<std::vector<Bytes>> held_keys(CollectionId collection,
                                                 ByteView after,
                                                 std::size_t limit) = 0;

    /// The source's own notes: a small ordered map kept in the same transaction.
    virtual Result<std::optional<Bytes>> note(ByteView name) = 0;
    virtual Status set_note(ByteView name, ByteView value) = 0;
    virtual Status erase_note(ByteView name) = 0;
    /// Notes whose name starts with `prefix` and is above `after`, in order, at most `limit`.
    virtual Result<std::vector<std::pair<Bytes, Bytes>>> notes(ByteView prefix,
                                                               ByteView after,
                                                               std::size_t limit) = 0;

    /// A piece received for a file's content, or nothing if it has not arrived or was dropped.
    virtual Result<std::optional<Bytes>> piece(const Sid& sid,
                                               const Hash256& content,
                                               std::uint32_t index) = 0;
    /// Keeps a piece of content that a projection is about to overwrite, so that the other side of
    /// a conflict can still be shown and taken.
    virtual Status keep_piece(const Piece& piece) = 0;

    /// During project() only: everything noted so far is durable when it returns. What must be
    /// known after a crash is noted before the place is written.
    virtual Status make_durable() = 0;
};

/// Another row that keeps a row from being shown or removed.
struct Obstacle {
    enum class Kind : std::uint8_t {
        claimed,  ///< shows a unique value of the row and claimed it earlier: the row waits
        yields,   ///< shows one and claimed it later: hide that row, then ask again
        leaves,   ///< stands in the way, but is to change or go itself: ask for both in one call
        child,    ///< would go with the removed row, or with a child of it, unasked: hide it first
        forbids,  ///< refers to the removed row, and nothing is declared for that case
        parent,   ///< the row refers to it, and it is not here
        stays,    ///< would have to be hidden, and cannot be: nothing else can be done about it
    };
    Kind kind = Kind::claimed;
    CollectionId collection{};
    Sid sid;
    /// Of a child: the row it refers to, where that is not the removed row itself.
    std::optional<std::pair<CollectionId, Sid>> above{};

    bool operator==(const Obstacle&) const = default;
};

/// A row the source should show.
struct WantedRow {
    CollectionId collection{};
    Sid sid;
    std::optional<Bytes> key;  ///< local key, if the source has had it
    bool is_present = false;   ///< false: the row should be gone
    /// Present rows: the columns to write, with values, ordered by column; columns the source holds
    /// already with this value are not listed. Columns the source does not have may be listed.
    std::vector<core::ColumnValue> columns;
    core::Value marker;  ///< origin's integer key: use it when it is free
    core::Shadow held;   ///< what we believe the source holds now
    core::Stamp stamp;   ///< of the newest shown value: order of appended lines
    core::Dot dot;       ///< of the same
    /// The replicated state, alive during the call: which of two rows claimed a unique value first
    /// follows from it. Without it a row claims nothing.
    const core::Row* state = nullptr;
    bool is_hidden = false;  ///< it lives on, but cannot be shown: is_present is false
    /// Hidden to make way for that row of the same call, and only if that one ends as wanted.
    std::optional<std::size_t> yields_to{};
};

enum class Outcome : std::uint8_t {
    applied,            ///< the source shows the row (or showed it already)
    parked,             ///< cannot be shown: constraint, missing parent, missing piece; reason says
    deferred,           ///< an application has it open; will be tried again
    changed_meanwhile,  ///< the source holds something newer than `held`; capture comes first
};

/// What became of a WantedRow.
struct ProjectedRow {
    Outcome outcome = Outcome::applied;
    std::string reason;        ///< for people, when not applied
    std::optional<Bytes> key;  ///< the item's local key from now on, when present and applied
    /// Values the source held and the projection overwrote or deleted, ordered by column: the
    /// engine keeps those that are concurrent siblings.
    std::vector<core::ColumnValue> displaced;
    std::vector<Obstacle> obstacles{};  ///< when parked because of other rows
    bool is_clash = false;              ///< parked because of a unique value, whoever has it
    bool is_stored = false;  ///< parked for good: kept here, and nothing waits for it to be shown
    bool is_left = false;    ///< not asked for by this run; see Source::limit_to()
};

/// Whether a person approves a change of another device before it is written.
enum class ApprovalNeed : std::uint8_t {
    no,
    yes,      ///< it can run code
    unknown,  ///< it cannot be told yet what it is; it waits
};

/// A change as a person reads it.
struct ChangeText {
    std::string before;
    std::string after;
};

/// Health of a source, for status.
struct SourceHealth {
    std::uint64_t backlog = 0;         ///< marks or files known to wait for capture
    std::string detail;                ///< one sentence, or empty
    std::uint64_t secrets_masked = 0;  ///< in what travels
    std::uint64_t secrets_held = 0;    ///< files that stay because they hold one
};

/// How one collection is treated, in the words of configuration and status.
struct CollectionTraits {
    CollectionId collection{};
    std::string identity;          ///< "column", "key", "mapped" or "content"
    std::string capture;           ///< "scan" or "marks"
    std::vector<std::string> key;  ///< names of the columns that tell rows apart
};

/// How a source is treated, for people.
struct SourceTraits {
    std::vector<CollectionTraits> collections;
    std::vector<std::pair<std::string, std::string>> rules;  ///< pattern and class, as tried
    std::vector<std::string> left_out;                       ///< a sentence each, with the reason
    std::uint64_t fingerprint = 0;                           ///< of a database's schema
    std::string program{};             ///< what some files wait for before they are written
    std::string gate{};                ///< of that program: "running", "stopped" or "unknown"
    std::vector<std::string> gated{};  ///< patterns of the files that wait
};

/// A directory to watch.
struct WatchRoot {
    std::filesystem::path path;
    bool is_deep = true;  ///< with everything below it, or its own entries only
};

/// One place whose content we sync.
class Source {
  public:
    virtual ~Source() = default;

    /// Opens or re-opens the place. Errors: not_found (gone: nothing is deleted elsewhere), busy,
    /// corrupt (not what it should be), halted (danger, hint names the command).
    virtual Status open(Memory& memory) = 0;
    /// The collections as of the last open() or capture(); grows when the schema does.
    [[nodiscard]] virtual const std::vector<CollectionInfo>& collections() const = 0;
    /// Cheap: false when certainly nothing changed since the last capture. Never reads content.
    virtual Result<bool> has_changes() = 0;
    /// Streams everything that may have changed since the last capture. Same errors as open().
    virtual Status capture(CaptureSink& sink, Memory& memory) = 0;
    /// Gives rows without an identity one, where identity is a column of the table; returns how
    /// many.
    virtual Result<std::uint64_t> stamp(Memory& memory) = 0;
    /// How many rows stamp() would give one.
    virtual Result<std::uint64_t> count_unstamped() = 0;
    /// Reads one item by local key.
    virtual Result<LocalRow> read(CollectionId collection, ByteView key, Memory& memory) = 0;

    /// Copies what the item at `key` holds beyond its columns, so that it can be shown after the
    /// source was overwritten. Fails when the item is not as it was last captured.
    virtual Status keep_content(CollectionId /*collection*/, ByteView /*key*/, Memory& /*memory*/) {
        return ok();
    }

    /// False when the item at `key` holds beyond its columns something else than was last captured,
    /// though nothing tells of a change. Reads all of it; for verification. Errors as read().
    virtual Result<bool> is_intact(CollectionId /*collection*/,
                                   ByteView /*key*/,
                                   Memory& /*memory*/) {
        return true;
    }

    /// Makes the source show `rows` (at most limits::kApplyRowsMax), one outcome each, same order.
    /// Backup first; short transactions where the place has them. An Error means nothing was
    /// changed; when only a part could be written, the rest is `deferred`.
    virtual Result<std::vector<ProjectedRow>> project(std::span<const WantedRow> rows,
                                                      Memory& memory) = 0;

    /// False when needs_approval() is never anything but `no`.
    [[nodiscard]] virtual bool has_approvals() const { return false; }

    /// Judges a row before it is shown. An error means that it is not shown.
    virtual Result<ApprovalNeed> needs_approval(const WantedRow& /*row*/, Memory& /*memory*/) {
        return ApprovalNeed::no;
    }

    /// What showing the row would change, whole.
    virtual Result<ChangeText> show_change(const WantedRow& /*row*/, Memory& /*memory*/) {
        return ChangeText{};
    }

    /// What to call an item in messages: "project id=4", "projects/x/y.jsonl".
    [[nodiscard]] virtual std::string describe(CollectionId collection, ByteView key) const = 0;

    /// The same for a row that is not here yet; empty when it cannot be told.
    virtual Result<std::string> describe_wanted(const WantedRow& row, Memory& /*memory*/) {
        return row.key ? describe(row.collection, *row.key) : std::string();
    }

    [[nodiscard]] virtual SourceHealth health() = 0;

    /// As of the last open() or capture(); reads nothing.
    [[nodiscard]] virtual SourceTraits traits() const { return {}; }

    /// Directories whose changes mean "look again"; empty when watching is pointless.
    [[nodiscard]] virtual std::vector<WatchRoot> watch_roots() const = 0;
    /// Something below a watch root changed; nothing means "unknown, look at everything".
    virtual void hint(const std::optional<std::filesystem::path>& path) = 0;

    /// Told whether changes below the watch roots come as hints from now on.
    virtual void set_watched(bool /*is_watched*/) {}

    /// True while hints do not come that could: nobody watches, or what is watched is not the place
    /// any more.
    [[nodiscard]] virtual bool needs_watch() const { return false; }

    /// A person waits: the next capture looks at everything of which hints may not tell, and
    /// believes what it sees.
    virtual void look_again() {}

    /// Until the next call, captures and shows only what belongs to the project of this name; with
    /// an empty name everything again. False when it has nothing of such a project.
    virtual Result<bool> limit_to(const std::string& project, Memory& /*memory*/) {
        return project.empty();
    }

    /// Reads the place through, as far as that is quick, and tells whether it is whole. Writes
    /// nothing.
    virtual Status check_integrity() { return ok(); }

    /// Leaves the place as it was before Satchel: triggers and marks removed.
    virtual Status uninstall() = 0;
};

/// Ids as pure functions of names under the workspace's key; handed to sources by the engine.
class IdMaker {
  public:
    virtual ~IdMaker() = default;
    [[nodiscard]] virtual CollectionId collection(std::string_view source,
                                                  std::string_view name) const = 0;
    /// Never below kFirstColumn nor a seed (core::kFirstSeed).
    [[nodiscard]] virtual ColumnId column(CollectionId collection, std::string_view name) const = 0;
    /// Identity of an item from its canonical key.
    [[nodiscard]] virtual Sid row(CollectionId collection, ByteView key) const = 0;
};

}  // namespace satchel::sources
