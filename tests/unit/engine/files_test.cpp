// Replicas with a file tree each: files that never change, archived files, and files that one
// device tidies away, as the engine sees them.
#include "daemon/engine/rejoin.h"
#include "daemon/engine/spent_pieces.h"
#include "daemon/engine/store_memory.h"
#include "daemon/store/pieces.h"
#include "tests/unit/engine/tree_replica.h"

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::engine;

namespace {

/// A replica whose files are believed at the first look.
struct FilesReplica : TreeReplica {
    FilesReplica(Workspace& shared, std::size_t number, std::string_view profile)
        : TreeReplica(shared, number, profile) {
        replica.open_source("home").value();
    }

    /// Looks at everything and believes it.
    StepReport capture() {
        slot().source->look_again();
        return replica.capture(kNeverStop).value();
    }

    void take(const std::vector<Bytes>& bodies) {
        replica.receive(bodies).value();
        replica.apply_received(kNeverStop).value();
    }

    [[nodiscard]] const store::Collection& files() {
        for (const auto& [id, collection] : replica.ledger().collections())
            if (collection.name == "files") return collection;
        throw std::runtime_error("no files yet");
    }

    [[nodiscard]] SourceSlot& slot() { return replica.slots().front(); }
};

const std::string kResult = "projects/p/s/tool-results/t1.txt";
const std::string kChat = "tmp/app/chats/session-1.json";

std::string transcript(int number) {
    return "projects/p/" + std::to_string(number) + ".jsonl";
}

}  // namespace

TEST_SUITE("engine/files") {
    TEST_CASE("two versions of a file that never changes are one conflict and the first is shown") {
        Workspace workspace(2);
        FilesReplica left(workspace, 0, "claude"), right(workspace, 1, "claude");
        left.dir.write(kResult, "made first");
        right.dir.write(kResult, "made second");
        const auto time = std::filesystem::last_write_time(left.dir / kResult);
        std::filesystem::last_write_time(right.dir / kResult, time + std::chrono::seconds(9));
        left.capture();
        right.capture();
        const auto from_left = left.log();
        const auto from_right = right.log();
        left.take(from_right);
        right.take(from_left);
        for (FilesReplica* one : {&left, &right}) {
            CHECK(one->dir.read(kResult) == "made first");
            CHECK(store::Rows(*one->database).count_conflicted(one->files().ord).value() == 1);
            CHECK(one->capture().captured == 0);
        }
        // The version that is not shown can still be taken by a person.
        const auto pieces = [&](FilesReplica& one, std::string_view text) {
            const Hash256 hash = crypto::sha256(as_bytes(text));
            const auto sid = store::list_piece_owners(*one.database, {}, 1).value();
            return !sid.empty() &&
                   store::find_piece(*one.database, sid[0], hash, 0).value().has_value();
        };
        drop_spent_pieces(left.replica).value();
        drop_spent_pieces(right.replica).value();
        CHECK(pieces(left, "made second"));
        CHECK(pieces(right, "made second"));
    }

    TEST_CASE("an archived file is kept and nothing waits for it") {
        Workspace workspace(2);
        FilesReplica left(workspace, 0, "gemini"), right(workspace, 1, "gemini");
        left.dir.write(kChat, "{}");
        left.dir.write("GEMINI.md", "be brief");
        right.dir.write("commands/a.toml", "x");
        left.capture();
        right.capture();
        right.take(left.log());
        CHECK(right.dir.files().size() == 2);
        CHECK(right.dir.read("GEMINI.md") == "be brief");
        CHECK_FALSE(right.slot().has_pending);
        CHECK(store::count_stored(*right.database, right.files().ord).value() == 1);
        drop_spent_pieces(right.replica).value();
        const Hash256 hash = crypto::sha256(as_bytes("{}"));
        const auto owners = store::list_piece_owners(*right.database, {}, 10).value();
        REQUIRE(owners.size() == 1);
        CHECK(store::find_piece(*right.database, owners[0], hash, 0).value().has_value());
        CHECK(right.capture().captured == 0);
    }

    TEST_CASE("tidying up transcripts halts nothing and deletes nothing elsewhere") {
        Workspace workspace(2);
        FilesReplica left(workspace, 0, "claude"), right(workspace, 1, "claude");
        for (int i = 0; i < 60; ++i) left.dir.write(transcript(i), "{\"n\":1}\n");
        right.dir.write("CLAUDE.md", "x");
        left.capture();
        right.capture();
        right.take(left.log());
        REQUIRE(right.dir.files().size() == 61);
        for (int i = 0; i < 59; ++i) std::filesystem::remove(left.dir / transcript(i));
        left.capture();
        CHECK(left.slot().state == SourceState::ok);
        CHECK(left.log().empty());
        // One of them grows elsewhere: it stays away here.
        right.dir.append(transcript(3), "{\"n\":2}\n");
        right.capture();
        left.take(right.log());
        CHECK_FALSE(std::filesystem::exists(left.dir / transcript(3)));
        CHECK_FALSE(left.slot().has_pending);
        CHECK(left.slot().state == SourceState::ok);
    }

    TEST_CASE("whole files that went here come back from the logs when asked") {
        Workspace workspace(2);
        FilesReplica left(workspace, 0, "claude");
        FilesReplica right(workspace, 1, "claude");
        const std::string large = std::string(1'200'000, 'a') + std::string(1'200'000, 'b');
        left.dir.write("plans/mine.md", "by the left");
        left.dir.write("agents/a.md", "stays");
        // A line that could be read as the name of a content of two pieces.
        const std::string line = "{\"\x02" + std::string(31, 'x') + "\n";
        left.dir.write(transcript(1), line);
        right.dir.write("plans/theirs.md", large);
        left.capture();
        right.capture();
        right.take(left.log());
        const std::vector<Bytes> theirs = right.log();
        left.take(theirs);
        REQUIRE(left.dir.read("plans/theirs.md") == large);
        for (const std::string& name : {std::string("plans/mine.md"),
                                        std::string("plans/theirs.md"),
                                        std::string(transcript(1))}) {
            std::filesystem::remove(left.dir / name);
            left.capture();
        }
        drop_spent_pieces(left.replica).value();
        CHECK(left.log().empty());

        auto* tree = dynamic_cast<sources::FileTree*>(left.slot().source.get());
        REQUIRE(tree != nullptr);
        left.replica
            .in_step([&](Step& step) -> Status {
                StoreMemory memory(step, left.slot().declaration.id);
                REQUIRE(tree->swept("", true, memory).value().size() == 3);
                REQUIRE(bring_back(step, left.slot(), [](CollectionId, ByteView key) {
                            return as_text(key) != "agents/a.md";
                        }).value() == 4);
                return ok();
            })
            .value();
        left.replica.show_waiting().value();
        int pages = 0;
        for (; pages < 5 && !left.replica.lacked().value().empty(); ++pages)
            left.replica.refill(theirs).value();
        left.replica.end_refill();
        left.replica.show_waiting().value();
        CHECK(left.dir.read("plans/mine.md") == "by the left");
        CHECK(left.dir.read("plans/theirs.md") == large);
        CHECK(left.dir.read(transcript(1)) == line);
        // First the value that names the content, then the content; then nothing is asked for.
        CHECK(pages == 2);
        CHECK_FALSE(left.slot().has_lost_values);
        CHECK_FALSE(left.slot().has_pending);
        left.capture();
        CHECK(left.log().empty());
    }

    TEST_CASE("losing many files of another kind still halts") {
        Workspace workspace(1);
        FilesReplica device(workspace, 0, "claude");
        for (int i = 0; i < 60; ++i)
            device.dir.write("agents/" + std::to_string(i) + ".md", "agent");
        device.capture();
        for (int i = 0; i < 59; ++i)
            std::filesystem::remove(device.dir / ("agents/" + std::to_string(i) + ".md"));
        device.capture();
        CHECK(device.slot().state == SourceState::halted);
    }

    TEST_CASE("a folder of transcripts that is empty halts") {
        Workspace workspace(1);
        FilesReplica device(workspace, 0, "claude");
        for (int i = 0; i < 3; ++i) device.dir.write(transcript(i), "{\"n\":1}\n");
        device.capture();
        std::filesystem::remove_all(device.dir / "projects");
        device.capture();
        CHECK(device.slot().state == SourceState::halted);
    }
}
