// A device made of a file tree and the least engine that drives it: rows and notes in memory, ops
// handed from device to device. It follows core's rules (diff_row, apply_op) and nothing else.
#pragma once

#include "daemon/core/diff.h"
#include "daemon/sources/file_tree/file_tree.h"
#include "tests/support/temp_dir.h"

#include <map>
#include <memory>
#include <random>
#include <tuple>

namespace satchel::sources::test {

/// Wall time of the machine, moved by hand.
class OffsetClock : public Clock {
  public:
    [[nodiscard]] UnixMs now_ms() const override;

    [[nodiscard]] milliseconds steady_ms() const override { return moved_; }

    void advance(milliseconds time) { moved_ += time; }

  private:
    milliseconds moved_{0};
};

/// Ids by a plain hash.
class HashIds : public IdMaker {
  public:
    [[nodiscard]] CollectionId collection(std::string_view source,
                                          std::string_view name) const override;
    [[nodiscard]] ColumnId column(CollectionId collection, std::string_view name) const override;
    [[nodiscard]] Sid row(CollectionId collection, ByteView key) const override;
};

/// Stands in for SHA-256.
Hash256 fake_hash(ByteView bytes);

/// What one device has told others.
struct LoggedOp {
    core::Op op;
    core::Dot dot;
    core::VersionVector deps;
};

class TreeDevice : public Memory, public CaptureSink {
  public:
    /// `home` is where projects lie; see profile_projects().
    explicit TreeDevice(std::uint8_t number,
                        std::string_view profile = "tree",
                        const std::string& home = "/home/nobody");
    /// With these settings, but for the root, which is the device's own.
    TreeDevice(std::uint8_t number, FileTreeSettings settings);
    TreeDevice(std::uint8_t number, std::vector<FileRule> rules);

    /// Opens the tree again, with another policy.
    void set_secrets(SecretPolicy secrets);

    /// One capture; the Status of the tree.
    Status capture();
    /// Takes over what `other` has logged, as far as its causes are here.
    void pull(const TreeDevice& other);
    /// Shows pending rows, at most `rows_max` per call of the tree, in random order when given a
    /// generator. Returns the outcomes that were not `applied`.
    std::vector<ProjectedRow> project(std::size_t rows_max = 2000, std::mt19937* random = nullptr);
    /// Shows pending rows and is killed before it notes that it did: remembers what was durable
    /// before the first file was written.
    void project_and_crash();
    [[nodiscard]] std::size_t count_pending() const;

    /// The log's ops since the last call.
    std::vector<core::Op> take_new_ops();
    /// Sum of the blobs in ops, and of pieces.
    static std::size_t count_bytes(const std::vector<core::Op>& ops);

    support::TempDir dir;
    OffsetClock clock;
    HashIds ids;
    FileTree tree;
    std::vector<std::string> backups;  ///< paths the tree asked to back up
    std::map<std::tuple<Sid, Hash256, std::uint32_t>, Bytes> pieces;
    std::vector<LoggedOp> log;
    bool fails_backup = false;
    bool accepts_all = false;  ///< a person allowed the next capture to lose everything
    std::vector<ProjectedRow> last_outcomes;

    // Memory and CaptureSink; see source.h.
    Status row(LocalRow row) override;
    Status piece(Piece piece) override;

    Status item_done() override { return ok(); }

    Status make_durable() override {
        durable_notes_ = notes_;
        return ok();
    }

    [[nodiscard]] bool should_stop() const override { return false; }

    [[nodiscard]] bool accepts_danger() const override { return accepts_all; }

    Result<std::optional<Known>> find(CollectionId collection, ByteView key) override;
    Result<Sid> ensure_sid(CollectionId, ByteView, std::optional<ByteView>) override;
    Result<std::optional<Bytes>> find_key(CollectionId collection, const Sid& sid) override;
    Result<std::optional<core::Row>> find_row(CollectionId collection, const Sid& sid) override;
    Result<std::uint64_t> count_held(CollectionId collection) override;
    Result<std::vector<Bytes>> held_keys(CollectionId, ByteView, std::size_t) override;
    Result<std::optional<Bytes>> note(ByteView name) override;
    Status set_note(ByteView name, ByteView value) override;
    Status erase_note(ByteView name) override;
    Result<std::vector<std::pair<Bytes, Bytes>>> notes(ByteView prefix,
                                                       ByteView after,
                                                       std::size_t limit) override;
    Result<std::optional<Bytes>> piece(const Sid& sid,
                                       const Hash256& content,
                                       std::uint32_t index) override;

    Status keep_piece(const Piece& kept) override { return piece(kept); }

    using RowId = std::pair<CollectionId, Sid>;
    std::map<RowId, core::Row> rows;

  private:
    [[nodiscard]] FileTree::Surroundings surroundings();
    [[nodiscard]] WantedRow wanted(const RowId& id, const core::Row& row) const;
    [[nodiscard]] std::function<bool(ColumnId)> holds(CollectionId collection) const;

    FileTreeSettings settings_;
    DeviceId device_;
    core::VersionVector seen_;
    std::uint64_t seq_ = 0;
    std::map<RowId, Bytes> keys_;
    std::map<Bytes, Bytes> notes_;
    std::map<Bytes, Bytes> durable_notes_;
    std::size_t taken_ = 0;
};

/// Captures, exchanges and projects until nothing moves.
void settle(std::vector<std::unique_ptr<TreeDevice>>& devices);

}  // namespace satchel::sources::test
