// A projection in short transactions, so that the application never waits long for its database.
//
// Rows are written in slices that take about 40 ms each; what a slice cannot place because it
// refers to, or trades values with, a row of another slice is tried again, at last all together.
// Between slices the engine's memory knows nothing of the rows just written; CallMemory knows them.
// Private to this folder.
#pragma once

#include "daemon/sources/sqlite_tables/projector.h"

#include <functional>
#include <set>

namespace satchel::sources::sqlite {

/// What the engine remembers, and what this call did since.
class CallMemory final : public Memory {
  public:
    CallMemory(Workbench bench, std::span<const WantedRow> rows);

    /// The row is as wanted now, under this key where it is present.
    void note_applied(const WantedRow& wanted, const std::optional<Bytes>& key);

    Result<std::optional<Known>> find(CollectionId collection, ByteView key) override;
    Result<std::optional<Bytes>> find_key(CollectionId collection, const Sid& sid) override;
    Result<std::optional<core::Row>> find_row(CollectionId collection, const Sid& sid) override;
    Result<Sid> ensure_sid(CollectionId collection,
                           ByteView key,
                           std::optional<ByteView> import_content) override;
    Result<std::uint64_t> count_held(CollectionId collection) override;
    Result<std::vector<Bytes>> held_keys(CollectionId collection,
                                         ByteView after,
                                         std::size_t limit) override;
    Result<std::optional<Bytes>> note(ByteView name) override;
    Status set_note(ByteView name, ByteView value) override;
    Status erase_note(ByteView name) override;
    Result<std::vector<std::pair<Bytes, Bytes>>> notes(ByteView prefix,
                                                       ByteView after,
                                                       std::size_t limit) override;
    Result<std::optional<Bytes>> piece(const Sid& sid,
                                       const Hash256& content,
                                       std::uint32_t index) override;
    Status keep_piece(const Piece& piece) override;
    Status make_durable() override;

  private:
    using Place = std::pair<CollectionId, Sid>;

    Workbench bench_;
    std::map<Place, const WantedRow*> rows_;
    std::map<Place, std::optional<Bytes>> keys_;             ///< of rows written; none: gone
    std::map<std::pair<CollectionId, Bytes>, Sid> written_;  ///< by key
};

/// One call of Source::project().
class Slices {
  public:
    /// How a call is cut; `shunned` outlives the call and keeps tables whose triggers never end.
    struct Options {
        bool has_marks = false;
        bool is_shared = false;  ///< an application has the database open: it gets turns
        const Clock& clock;
        std::set<std::string>& shunned;
    };

    Slices(Workbench bench, std::span<const WantedRow> rows, Options options);

    /// An Error means nothing was changed. When a later slice fails, its rows and those after it
    /// are deferred.
    Result<std::vector<ProjectedRow>> run();

    [[nodiscard]] bool has_side_effects() const { return has_side_effects_; }

  private:
    /// The application's triggers run while we write, and its programs wait meanwhile.
    static constexpr milliseconds kWritingMax{2'000};

    Status run_rounds();
    Status run_round(const std::vector<std::size_t>& order);
    std::size_t next_slice(std::span<const std::size_t> rest);
    void adapt(std::size_t count, milliseconds took);
    Status run_slice(std::span<const std::size_t> slice, milliseconds time_max = kWritingMax);
    Status run_whole(std::span<const std::size_t> slice, bool is_new);
    Status run_alone(std::size_t row);
    Status run_dangling(bool is_joint);
    void set_aside(std::size_t row, std::string_view why);
    void defer_rest(const Error& why);
    [[nodiscard]] std::vector<std::size_t> ordered() const;
    [[nodiscard]] std::vector<std::size_t> parked() const;
    [[nodiscard]] bool has_triggers(std::size_t row) const;
    [[nodiscard]] bool is_shunned(std::size_t row) const;

    Workbench bench_;
    std::span<const WantedRow> rows_;
    Options options_;
    CallMemory memory_;
    Announcements announcements_;
    std::vector<ProjectedRow> results_;
    std::vector<bool> is_tried_;
    std::vector<bool> is_aside_;  ///< not to be tried again in this call
    std::size_t applied_ = 0;
    std::size_t slice_rows_ = 0;
    std::size_t fewest_rows_ = 16;
    milliseconds worked_{0};                           ///< in the last slice, before the commit
    std::set<std::pair<std::size_t, bool>> measured_;  ///< tables with triggers; writes, removals
    bool is_anything_written_ = false;
    bool was_patient_ = false;
    bool is_cut_ = false;  ///< into more than one slice
    bool has_side_effects_ = false;
    bool has_dangling_ = false;
    bool is_enforcing_ = true;  ///< SQLite looks at foreign keys
};

}  // namespace satchel::sources::sqlite
