// A transcript that gets another name: its lines do not travel again, wherever another device has
// to take them from.
#include "tests/unit/engine/tree_replica.h"

#include <filesystem>
#include <random>

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::engine;

namespace {

namespace fs = std::filesystem;

constexpr const char* kLive = "sessions/2026/03/01/rollout-1.jsonl";
constexpr const char* kArchived = "archived_sessions/rollout-1.jsonl";

/// Lines that do not become small when they are packed.
std::string noise(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        text += "{\"n\":\"";
        for (int k = 0; k < 900; ++k) text += static_cast<char>('!' + 2 + random() % 50 + 10);
        std::erase(text, '\\');
        text += "\"}\n";
    }
    return text;
}

std::size_t size_of(const std::vector<Bytes>& bodies) {
    std::size_t size = 0;
    for (const Bytes& body : bodies) size += body.size();
    return size;
}

void move_file(TreeReplica& replica, const std::string& from, const std::string& to) {
    fs::create_directories((replica.dir / to).parent_path());
    fs::rename(replica.dir / from, replica.dir / to);
    replica.look();
}

void take(TreeReplica& replica, const std::vector<Bytes>& bodies) {
    replica.replica.receive(bodies).value();
    replica.look();
    replica.capture();
    replica.replica.apply_received(kNeverStop).value();
    replica.replica.show_waiting().value();
}

/// The pages a hub gives: everything, until nothing is asked for any more.
void refill(TreeReplica& replica, const std::vector<Bytes>& logs) {
    for (int page = 0; page < 4 && !replica.replica.lacked().value().empty(); ++page)
        replica.replica.refill(logs).value();
    replica.replica.end_refill();
    replica.replica.show_waiting().value();
}

/// Two devices with one session that was appended to.
struct Pair {
    Workspace workspace{3};
    TreeReplica here{workspace, 0, "codex"};
    TreeReplica there{workspace, 1, "codex"};
    std::vector<Bytes> logs;  ///< all that this device ever said

    Pair() {
        for (TreeReplica* one : {&here, &there}) one->dir.write("AGENTS.md", "be brief");
        here.edit(kLive, noise(300, 1));
        exchange();
        here.dir.append(kLive, noise(20, 2));
        exchange();
        there.dir.append(kLive, noise(20, 3));
        there.send({&here});
        REQUIRE(here.read(kLive) == there.read(kLive));
    }

    std::size_t exchange() {
        here.look();
        here.capture();
        const std::vector<Bytes> bodies = here.log();
        logs.insert(logs.end(), bodies.begin(), bodies.end());
        take(there, bodies);
        return size_of(bodies);
    }
};

}  // namespace

TEST_SUITE("engine/moved_files") {
    TEST_CASE("a session that is archived moves elsewhere too and is not sent again") {
        Pair pair;
        const std::string text = pair.here.read(kLive);
        REQUIRE(text.size() > 250'000);
        move_file(pair.here, kLive, kArchived);
        CHECK(pair.exchange() < 4'000);
        CHECK(pair.there.read(kArchived) == text);
        CHECK_FALSE(fs::exists(pair.there.dir / kLive));
        CHECK(pair.there.count_conflicts() == 0);
        pair.there.send({&pair.here});
        CHECK(pair.here.log().empty());
        CHECK(pair.there.log().empty());
        // And it goes on under its new name.
        pair.there.dir.append(kArchived, noise(2, 4));
        pair.there.send({&pair.here});
        CHECK(pair.here.read(kArchived) == pair.there.read(kArchived));
        CHECK(pair.here.read(kArchived) == text + noise(2, 4));
    }

    TEST_CASE("a file that is moved twice or back and changed meanwhile is whole") {
        Pair pair;
        move_file(pair.here, kLive, kArchived);
        pair.here.dir.append(kArchived, noise(3, 5));
        pair.here.look();
        pair.here.capture();
        move_file(pair.here, kArchived, kLive);
        CHECK(pair.exchange() < 12'000);
        CHECK(pair.there.read(kLive) == pair.here.read(kLive));
        CHECK_FALSE(fs::exists(pair.there.dir / kArchived));
    }

    TEST_CASE("a device that hears of everything at once has the file under its new name") {
        Pair pair;
        move_file(pair.here, kLive, kArchived);
        pair.exchange();
        TreeReplica late{pair.workspace, 2, "codex"};
        late.dir.write("AGENTS.md", "be brief");
        late.capture();
        std::vector<Bytes> all = pair.logs;
        const auto segments =
            store::load_own(*pair.there.database, pair.there.replica.ids().lane("home"), 1, 100)
                .value();
        for (const store::OwnSegment& segment : segments) all.push_back(segment.body);
        take(late, all);
        CHECK(late.read(kArchived) == pair.here.read(kArchived));
        CHECK_FALSE(fs::exists(late.dir / kLive));
    }

    TEST_CASE("lines that are gone where a move is heard of come from the log") {
        Pair pair;
        const std::string text = pair.here.read(kLive);
        fs::remove(pair.there.dir / kLive);
        pair.there.look();
        pair.there.capture();
        move_file(pair.here, kLive, kArchived);
        pair.here.capture();
        move_file(pair.here, kArchived, "archived_sessions/rollout-2.jsonl");
        CHECK(pair.exchange() < 9'000);
        CHECK(pair.there.read("archived_sessions/rollout-2.jsonl") != text);
        std::vector<Bytes> all = pair.logs;
        refill(pair.there, all);
        CHECK(pair.there.read("archived_sessions/rollout-2.jsonl") == text);
    }
}
