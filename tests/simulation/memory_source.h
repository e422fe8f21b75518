// A source over an Application's tables. Written like a real one: a scan after opening, then only
// what changed; checks what it believes before it writes; refuses what a constraint refuses.
#pragma once

#include "daemon/sources/source.h"
#include "tests/simulation/application.h"

#include <functional>
#include <map>

namespace satchel::simulation {

/// The daemon's view of one application. Dies with the daemon; the application stays.
class MemorySource final : public sources::Source {
  public:
    MemorySource(Application& application,
                 const sources::IdMaker& ids,
                 const Clock& clock,
                 Chance& chance,
                 const Faults& faults);

    Status open(sources::Memory& memory) override;

    [[nodiscard]] const std::vector<sources::CollectionInfo>& collections() const override {
        return collections_;
    }

    Result<bool> has_changes() override { return is_scan_due_ || !application_.changed.empty(); }

    Status capture(sources::CaptureSink& sink, sources::Memory& memory) override;

    Result<std::uint64_t> stamp(sources::Memory&) override { return 0; }

    Result<std::uint64_t> count_unstamped() override { return 0; }

    Result<sources::LocalRow> read(CollectionId collection,
                                   ByteView key,
                                   sources::Memory& memory) override;
    Result<std::vector<sources::ProjectedRow>> project(std::span<const sources::WantedRow> rows,
                                                       sources::Memory& memory) override;
    [[nodiscard]] std::string describe(CollectionId collection, ByteView key) const override;

    [[nodiscard]] sources::SourceHealth health() override { return {}; }

    [[nodiscard]] std::vector<sources::WatchRoot> watch_roots() const override { return {}; }

    void hint(const std::optional<std::filesystem::path>&) override { is_scan_due_ = true; }

    Status uninstall() override { return ok(); }

    [[nodiscard]] std::size_t table_of(CollectionId collection) const;

    [[nodiscard]] ColumnId column_of(std::size_t table, std::size_t column) const {
        return columns_[table][column];
    }

    /// The row as the engine wants it; references become sids.
    Result<sources::LocalRow> read_place(const Place& place, sources::Memory& memory);

    static Bytes encode_key(std::int64_t key);
    static std::int64_t decode_key(ByteView key);

  private:
    struct Projection;

    void describe_tables();
    Status report(const Place& place, sources::CaptureSink& sink, sources::Memory& memory);
    Status scan(sources::CaptureSink& sink, sources::Memory& memory);
    void maybe_crash(const char* where);

    Application& application_;
    const sources::IdMaker& ids_;
    const Clock& clock_;
    Chance& chance_;
    const Faults& faults_;
    std::vector<sources::CollectionInfo> collections_;  // in the order of the application's tables
    std::vector<std::vector<ColumnId>> columns_;
    bool is_scan_due_ = true;
};

}  // namespace satchel::simulation
