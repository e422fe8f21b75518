// Finds rows that an application left standing though they refer to rows that are not there: it
// does not ask SQLite to look at foreign keys. Only rows near what a capture reports are looked at.
// Private to this folder.
#pragma once

#include "daemon/sources/sqlite_tables/row_reader.h"

#include <map>
#include <set>
#include <span>
#include <string>

namespace satchel::sources::sqlite {

/// Passes on what a capture reports and remembers whose references to look at.
class DanglingWatch final : public CaptureSink {
  public:
    DanglingWatch(Workbench bench, CaptureSink& sink) : bench_(bench), sink_(sink) {}

    /// Reports the rows found as such. Comes last, when the engine knows all other changes.
    Status report(UnixMs edited_ms);

    Status row(LocalRow row) override;

    Status collections_changed() override { return sink_.collections_changed(); }

    void looks_older() override { sink_.looks_older(); }

    void may_be_older() override { sink_.may_be_older(); }

    Status piece(Piece piece) override { return sink_.piece(std::move(piece)); }

    Status item_done() override { return sink_.item_done(); }

    Status make_durable() override { return sink_.make_durable(); }

    [[nodiscard]] bool should_stop() const override { return sink_.should_stop(); }

    [[nodiscard]] bool is_look() const override { return sink_.is_look(); }

    [[nodiscard]] bool accepts_danger() const override { return sink_.accepts_danger(); }

  private:
    /// Keys of one table, until there are so many that it is cheaper to look at all rows.
    struct Keys {
        std::vector<Bytes> keys;
        bool is_all = false;
        void add(const Bytes& key, std::size_t most);
    };

    /// A foreign key whose rows are looked at.
    struct Link {
        const Table& child;
        const ForeignKey& foreign;
        const Table& parent;
    };

    template <class Work>
    Status for_each_link(Work work) const;

    Status find_all(const Link& link);
    Result<bool> can_search(const Link& link, const std::string& condition);
    Status find_below(const Link& link, const Keys& gone);
    Status find(const Link& link,
                const std::string& condition,
                std::span<const std::vector<core::Value>> keys);
    Status report_row(const Table& table, const Bytes& key, UnixMs edited_ms);

    Workbench bench_;
    CaptureSink& sink_;
    std::map<CollectionId, Keys> changed_;  ///< rows that are there
    std::map<CollectionId, Keys> gone_;
    std::map<CollectionId, std::set<Bytes>> found_;
};

}  // namespace satchel::sources::sqlite
