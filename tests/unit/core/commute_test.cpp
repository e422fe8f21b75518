// A million random ops: devices write concurrently, deliver to each other in any causal order, and
// must end with the same rows.
#include "daemon/core/diff.h"
#include "tests/unit/core/samples.h"

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

class World {
  public:
    explicit World(std::uint64_t seed) : random_(seed) {
        for (char letter = 'a'; letter < 'd'; ++letter)
            replicas_.push_back({device(letter), {}, {}});
    }

    std::uint64_t run() {
        for (int i = 0; i < 12; ++i) {
            Replica& replica = replicas_[below(replicas_.size())];
            if (below(2) == 0)
                write(replica);
            else
                receive(replica, below(4));
            if (below(3) == 0) mark_projected(replica.row, holds_all);
        }
        for (Replica& replica : replicas_) receive(replica, sent_.size());
        return sent_.size();
    }

    [[nodiscard]] bool is_equal() const {
        const auto state = [](const Row& row) {
            std::vector<std::tuple<ColumnId, Dot, Stamp, std::uint64_t>> cells;
            for (const Sibling& s : row.siblings)
                cells.emplace_back(s.column, s.dot, s.stamp, s.value_hash);
            return cells;
        };
        return std::ranges::all_of(replicas_, [&](const Replica& replica) {
            return state(replica.row) == state(replicas_.front().row) &&
                   replica.seen == replicas_.front().seen;
        });
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
}
