// What must be true once a world is quiet.
#include "tests/simulation/world.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace satchel::simulation {

namespace {

constexpr std::size_t kFailuresShown = 12;

using StoredRows = std::map<std::pair<CollectionId, Sid>, store::StoredRow>;

class Check {
  public:
    Check(const Writes& writes, const Definition& definition, WorldReport& report)
        : writes_(writes), definition_(definition), report_(report) {}

    void run(World& world) {
        for (const auto& device : world.devices()) {
            name_ = "device " + std::to_string(number_++) + ": ";
            rows_ = load(*device);
            state_matches_definition();
            digest_is_true(*device);
            source_shows_state(*device);
            cycle_is_noop(*device);
            for (const std::string& alarm : device->alarms())
                if (alarm.find("differ") != std::string::npos) diverged(alarm);
        }
        vectors_are_equal(world);
        nothing_is_lost();
        nothing_is_doubled();
    }

  private:
    void fail(std::string what) {
        if (report_.failures.size() < kFailuresShown) report_.failures.push_back(name_ + what);
    }

    void diverged(std::string what) {
        ++report_.tally.divergences;
        fail(std::move(what));
    }

    static StoredRows load(Device& device) {
        StoredRows all;
        store::Rows rows(device.database());
        for (const auto& [id, collection] : device.replica().ledger().collections()) {
            Sid after;
            while (true) {
                auto page = rows.all(collection.ord, after, 500).value();
                if (page.empty()) break;
                after = page.back().sid;
                for (store::StoredRow& row : page) {
                    const Sid sid = row.sid;
                    all.emplace(std::pair{id, sid}, std::move(row));
                }
            }
        }
        return all;
    }

    void state_matches_definition() {
        std::size_t existing = 0;
        for (const auto& [place, stored] : rows_) {
            if (!stored.row.exists()) continue;
            ++existing;
            std::vector<Standing> standing;
            for (const core::Sibling& sibling : stored.row.siblings)
                standing.push_back(
                    {sibling.column, sibling.dot, sibling.stamp, sibling.value_hash});
            std::ranges::sort(standing);
            const auto defined = definition_.find(place);
            if (defined == definition_.end() || defined->second != standing)
                diverged("row " + place.second.text() + " differs from its definition");
        }
        if (existing != definition_.size())
            diverged(std::to_string(existing) + " rows instead of " +
                     std::to_string(definition_.size()));
    }

    void digest_is_true(Device& device) {
        const crypto::Prf prf(device.replica().identity().keyring.digest_key());
        const core::KeyedHash hash = [&](ByteView bytes) { return prf({bytes}); };
        core::Digest sum;
        for (const auto& [place, stored] : rows_)
            sum.add(core::row_digest(hash, place.first, place.second, stored.row));
        for (const auto& [id, lane] : device.replica().ledger().lanes())
            if (!(lane.digest == sum)) diverged("the digest kept is not the digest of the rows");
    }

    /// Every row shows its winners, unless it is parked; every sibling's bytes are at hand.
    void source_shows_state(Device& device) {
        std::size_t held = 0;
        std::unordered_map<Sid, std::int64_t> projects;
        for (const auto& [place, stored] : rows_)
            if (stored.key) projects.emplace(place.second, MemorySource::decode_key(*stored.key));
        for (const auto& [place, stored] : rows_) {
            const std::size_t table = device.source().table_of(place.first);
            const AppRow* shown = nullptr;
            if (stored.key) {
                const auto& rows = device.application.tables[table].rows;
                const auto at = rows.find(MemorySource::decode_key(*stored.key));
                if (at != rows.end()) shown = &at->second;
            }
            held += shown != nullptr ? 1 : 0;
            if (!stored.row.is_pending() && (shown != nullptr) != stored.row.exists())
                diverged("row " + place.second.text() + " is shown but should not be, or is not");
            check_cells(device, table, stored, shown, projects);
        }
        std::size_t in_source = 0;
        for (const AppTable& table : device.application.tables) in_source += table.rows.size();
        if (in_source != held)
            diverged("the application has " + std::to_string(in_source) + " rows, known are " +
                     std::to_string(held));
    }

    void check_cells(Device& device,
                     std::size_t table,
                     const store::StoredRow& stored,
                     const AppRow* shown,
                     const std::unordered_map<Sid, std::int64_t>& projects) {
        const auto winners = core::shown_siblings(stored.row);
        for (const core::Sibling& sibling : stored.row.siblings) {
            if (sibling.column < core::kFirstColumn) continue;
            const bool is_winner = std::ranges::find(winners, &sibling) != winners.end();
            const bool must_show = is_winner && !stored.row.is_pending();
            if (sibling.value && !must_show) continue;
            const AppTable& described = device.application.tables[table];
            std::size_t column = 0;
            while (device.source().column_of(table, column) != sibling.column) ++column;
            std::uint64_t held = 0;
            if (shown != nullptr) {
                const core::Value& cell = (*shown)[column];
                held = cell.hash();
                if (described.reference_column == column && !cell.is_null())
                    for (const auto& [sid, key] : projects)
                        if (core::Value::integer(key) == cell &&
                            core::Value::reference(sid).hash() == sibling.value_hash)
                            held = sibling.value_hash;
            }
            if (held == sibling.value_hash) continue;
            if (must_show)
                diverged("row " + stored.sid.text() + " does not show its winner in " +
                         described.name + "." + described.columns[column]);
            else
                lost("the value of a sibling of row " + stored.sid.text() + " is gone in " +
                     described.name + "." + described.columns[column]);
        }
    }

    void cycle_is_noop(Device& device) {
        const auto before = device.transport.counters().requests;
        device.start_cycle();
        device.finish_cycle();
        const auto& last = device.last();
        if (!last || !*last) return fail("a quiet cycle fails");
        for (const std::string& trouble : (*last)->captured.notes) fail("capture: " + trouble);
        for (const std::string& trouble : (*last)->applied.notes) fail("apply: " + trouble);
        if ((*last)->captured.captured > 0) fail("a quiet cycle captures something");
        if (device.transport.counters().requests != before + 1)
            fail("a quiet cycle takes " +
                 std::to_string(device.transport.counters().requests - before) + " requests");
        for (const store::Parked& parked : store::list_parked(device.database(), 1'000).value())
            if (!refers_to_deleted(parked.sid)) fail("a row stays parked: " + parked.reason);
    }

    /// A row whose parent somebody deleted has no place to be shown; that is no defect.
    bool refers_to_deleted(const Sid& sid) const {
        for (const auto& [place, stored] : rows_) {
            if (place.second != sid) continue;
            for (const core::Sibling* shown : core::shown_siblings(stored.row)) {
                if (!shown->value || shown->value->kind() != core::ValueKind::reference) continue;
                const Sid parent = shown->value->as_reference();
                return std::ranges::none_of(definition_, [&](const auto& defined) {
                    return defined.first.second == parent;
                });
            }
        }
        return false;
    }

    void vectors_are_equal(World& world) {
        name_.clear();
        const auto& first = world.devices().front()->replica().ledger().lanes();
        for (const auto& device : world.devices()) {
            for (const auto& [id, lane] : device->replica().ledger().lanes()) {
                const auto& other = first.at(id);
                if (!(lane.vector() == other.vector())) diverged("vectors differ");
                if (!(lane.digest == other.digest)) diverged("digests differ");
            }
        }
    }

    void lost(std::string what) {
        ++report_.tally.lost_writes;
        fail(std::move(what));
    }

    /// Every write stands, or an application that had seen it replaced it.
    void nothing_is_lost() {
        std::unordered_set<std::uint64_t> standing;
        for (const auto& [place, cells] : definition_)
            for (const Standing& cell : cells) standing.insert(cell.value_hash);
        for (const auto& [hash, write] : writes_.all())
            if (!write.is_replaced && !standing.contains(hash))
                lost("write w" + std::to_string(write.number) + " of device " +
                     std::to_string(write.device) + " is gone and nobody replaced it");
    }

    /// A write stands in one row only.
    void nothing_is_doubled() {
        std::unordered_map<std::uint64_t, Sid> places;
        for (const auto& [place, cells] : definition_) {
            for (const Standing& cell : cells) {
                const Writes::Write* write = writes_.find(cell.value_hash);
                if (write == nullptr || write->may_double) continue;
                const auto [known, is_new] = places.emplace(cell.value_hash, place.second);
                if (!is_new && known->second != place.second)
                    fail("write w" + std::to_string(write->number) + " stands in two rows");
            }
        }
    }

    const Writes& writes_;
    const Definition& definition_;
    WorldReport& report_;
    StoredRows rows_;
    std::string name_;
    std::size_t number_ = 0;
};

}  // namespace

void check_promises(World& world,
                    const Writes& writes,
                    const Definition& definition,
                    WorldReport& report) {
    Check(writes, definition, report).run(world);
}

}  // namespace satchel::simulation
