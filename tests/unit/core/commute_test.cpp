// A million random ops: devices write concurrently, deliver to each other in any causal order, and
// must end with the same rows. Of any three of their states, how they are merged must not matter.
// SATCHEL_TRIPLES sets how many triples are tried.
#include "daemon/core/diff.h"
#include "tests/unit/core/samples.h"

#include <cstdlib>
#include <random>

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::core;
using namespace satchel::core::test;

namespace {

struct Sent {
    Op op;
    Dot dot;
    VersionVector deps;
};

struct Replica {
    DeviceId self;
    VersionVector seen;
    Row row;

    [[nodiscard]] bool can_take(const Sent& sent) const {
        return sent.dot.seq == seen.of(sent.dot.device) + 1 && seen.covers(sent.deps);
    }

    void take(const Sent& sent) {
        apply_op(row, sent.op, {sent.dot, sent.deps});
        seen.raise(sent.dot.device, sent.dot.seq);
    }
};

using Cells = std::vector<std::tuple<ColumnId, Dot, Stamp, std::uint64_t>>;

Cells cells_of(const Row& row) {
    Cells cells;
    for (const Sibling& s : row.siblings)
        cells.emplace_back(s.column, s.dot, s.stamp, s.value_hash);
    return cells;
}

bool is_same(const Replica& left, const Replica& right) {
    return left.seen == right.seen && cells_of(left.row) == cells_of(right.row) &&
           wanted_shadow(left.row) == wanted_shadow(right.row);
}

class World {
  public:
    explicit World(std::uint64_t seed) : random_(seed) {
        for (char letter = 'a'; letter < 'd'; ++letter)
            replicas_.push_back({device(letter), {}, {}});
    }

    std::uint64_t run() {
        for (int i = 0; i < 12; ++i) step();
        for (Replica& replica : replicas_) receive(replica, sent_.size());
        return sent_.size();
    }

    void step() {
        Replica& replica = replicas_[below(replicas_.size())];
        if (below(2) == 0)
            write(replica);
        else
            receive(replica, below(4));
        if (below(3) == 0) mark_projected(replica.row, holds_all);
    }

    /// Of the three states as they are now; the name of the law that does not hold, or nothing.
    std::string broken_law() {
        const Replica& x = replicas_[0];
        const Replica& y = replicas_[1];
        const Replica& z = replicas_[2];
        const Replica xy = merged(x, y);
        const Replica yz = merged(y, z);
        if (!is_same(xy, merged(y, x))) return "x + y = y + x";
        if (!is_same(merged(xy, z), merged(x, yz))) return "(x + y) + z = x + (y + z)";
        if (!is_same(merged(xy, z), merged(merged(z, x), y))) return "x + y + z = z + x + y";
        if (!is_same(merged(x, x), x)) return "x + x = x";
        if (!is_same(merged(xy, y), xy) || !is_same(merged(x, xy), xy)) return "x + y + y = x + y";
        if (x.row.exists() && y.row.exists() && x.seen.covers(y.seen) && !is_same(xy, x))
            return "x + y = x where x knows all of y";
        return {};
    }

    [[nodiscard]] bool is_equal() const {
        return std::ranges::all_of(
            replicas_, [&](const Replica& replica) { return is_same(replica, replicas_.front()); });
    }

  private:
    std::size_t below(std::size_t count) { return random_() % count; }

    void write(Replica& replica) {
        Op op;
        if (below(4) == 0)
            op.kind = OpKind::remove;
        else
            for (std::uint32_t column = 0; column < 3; ++column)
                if (below(2) == 0)
                    op.columns.push_back(
                        cell(column, std::string(1, static_cast<char>('a' + below(3)))));
        if (op.kind == OpKind::set && op.columns.empty()) return;
        op.unseen = unseen_dots(replica.row, op.columns);
        op.stamp = Stamp{below(50)};
        const Dot dot{replica.self, replica.seen.of(replica.self) + 1};
        sent_.push_back({op, dot, replica.seen});
        replica.take(sent_.back());
    }

    /// What `left` is when it has received everything `right` has, in some causal order; what it
    /// had is delivered again.
    Replica merged(Replica left, const Replica& right) {
        std::vector<const Sent*> open;
        for (const Sent& sent : sent_)
            if (sent.dot.seq <= right.seen.of(sent.dot.device)) open.push_back(&sent);
        while (!open.empty()) {
            const std::size_t start = below(open.size());
            std::size_t at = open.size();
            for (std::size_t i = 0; i < open.size() && at == open.size(); ++i) {
                const Sent& sent = *open[(start + i) % open.size()];
                const bool is_known = sent.dot.seq <= left.seen.of(sent.dot.device);
                if (!is_known && !left.can_take(sent)) continue;
                if (!is_known) left.take(sent);
                at = (start + i) % open.size();
            }
            REQUIRE(at < open.size());
            open.erase(open.begin() + static_cast<std::ptrdiff_t>(at));
        }
        return left;
    }

    void receive(Replica& replica, std::size_t count) {
        // Any order that causality allows: start somewhere and go round until nothing fits.
        bool has_moved = true;
        while (has_moved && count > 0) {
            has_moved = false;
            const std::size_t start = sent_.empty() ? 0 : below(sent_.size());
            for (std::size_t i = 0; i < sent_.size() && count > 0; ++i) {
                const Sent& sent = sent_[(start + i) % sent_.size()];
                if (!replica.can_take(sent)) continue;
                replica.take(sent);
                has_moved = true;
                --count;
            }
        }
    }

    std::mt19937_64 random_;
    std::vector<Replica> replicas_;
    std::vector<Sent> sent_;
};

}  // namespace

TEST_SUITE("core/commute") {
    TEST_CASE("a million random ops leave equal rows in any causal order") {
        std::uint64_t ops = 0;
        for (std::uint64_t seed = 1; ops < 1'000'000; ++seed) {
            World world(seed);
            ops += world.run();
            REQUIRE_MESSAGE(world.is_equal(), "seed=" << seed);
        }
    }

    TEST_CASE("how three states are merged and how often does not matter") {
        const char* asked = std::getenv("SATCHEL_TRIPLES");
        const std::uint64_t wanted = asked == nullptr ? 50'000 : std::strtoull(asked, nullptr, 10);
        std::uint64_t triples = 0;
        for (std::uint64_t seed = 1; triples < wanted; ++seed) {
            World world(seed);
            for (int i = 0; i < 12; ++i, ++triples) {
                world.step();
                const std::string broken = world.broken_law();
                REQUIRE_MESSAGE(broken.empty(), broken << " seed=" << seed << " step=" << i);
            }
        }
        MESSAGE("triples=" << triples << " broken=0");
    }
}
