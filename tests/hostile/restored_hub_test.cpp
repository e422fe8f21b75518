// A hub that is restored from an older backup, again and again, at random points of a workspace's
// life: every device finds out in its next cycle, all agree again, nothing is lost and nothing
// deleted. HOSTILE_RESTORES=n changes how often.
#include "shared/protocol/wire/head.h"
#include "shared/protocol/wire/segment.h"
#include "tests/hostile/counts.h"
#include "tests/hostile/stage.h"

#include <cstdio>
#include <deque>

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::hostile;

namespace {

/// What went wrong, if anything.
struct Outcome {
    std::uint64_t restores = 0;
    std::uint64_t unnoticed = 0;    ///< restores of which the first cycle of all said nothing
    std::uint64_t disagreeing = 0;  ///< restores after which devices did not agree again
    std::uint64_t lost = 0;         ///< rows that somebody had and somebody has not
    std::uint64_t deleted = 0;      ///< rows that went from a device at any time
};

class Life {
  public:
    Outcome outcome;

    void run(std::uint64_t restores) {
        back_up();
        for (outcome.restores = 0; outcome.restores < restores; ++outcome.restores) {
            work();
            if (chance_.below(2) == 0) back_up();
            work();
            // So that each knows more than any backup has.
            for (Client* client : all()) write(*client);
            stage_.settle();
            restore();
            look();
        }
    }

  private:
    std::array<Client*, 3> all() {
        return {stage_.desktop.get(), stage_.laptop.get(), stage_.phone.get()};
    }

    void work() {
        for (std::uint64_t i = chance_.below(3); i > 0; --i) {
            write(*all()[chance_.below(3)]);
            all()[chance_.below(3)]->cycle();
        }
    }

    void write(Client& client) {
        client.device.insert(10'000 + written_++);
        client.cycle();
    }

    void back_up() {
        const std::filesystem::path copy = stage_.dir / ("backup-" + std::to_string(copies_++));
        stage_.stop_hub();
        std::filesystem::copy(stage_.dir / "hub", copy, std::filesystem::copy_options::recursive);
        stage_.restart_hub();
        backups_.push_back(copy);
        if (backups_.size() <= 4) return;
        std::filesystem::remove_all(backups_.front());
        backups_.pop_front();
    }

    void restore() {
        stage_.stop_hub();
        std::filesystem::remove_all(stage_.dir / "hub");
        std::filesystem::copy(backups_[chance_.below(backups_.size())],
                              stage_.dir / "hub",
                              std::filesystem::copy_options::recursive);
        stage_.restart_hub();
    }

    /// The devices' first cycles, in any order, and those after.
    void look() {
        std::array<Client*, 3> order = all();
        std::swap(order[0], order[chance_.below(3)]);
        std::swap(order[1], order[1 + chance_.below(2)]);
        for (Client* client : order) {
            const std::size_t rows = client->device.rows();
            const std::string text = client->cycle().text;
            // The first one gives the hub back what it lost, of the others too: they see it whole.
            const bool tells = text.find("rolled back") != text.npos;
            if (client == order.front() && !tells) ++outcome.unnoticed;
            if (client->device.rows() < rows) ++outcome.deleted;
        }
        stage_.settle();
        const auto& truth = stage_.desktop->held();
        for (Client* client : all()) {
            if (!(client->held() == truth)) ++outcome.disagreeing;
            const std::uint64_t wanted = static_cast<std::uint64_t>(written_) + kRowsBefore;
            if (client->device.rows() < wanted) outcome.lost += wanted - client->device.rows();
            if (!client->device.replica.alarms().empty()) ++outcome.disagreeing;
        }
    }

    /// What a stage writes before it is handed over.
    static constexpr std::uint64_t kRowsBefore = 11;

    Stage stage_;
    simulation::Chance chance_{3};
    std::deque<std::filesystem::path> backups_;
    std::uint64_t copies_ = 0;
    std::int64_t written_ = 0;
};

}  // namespace

TEST_SUITE("hostile/restored_hub") {
    TEST_CASE("a hub restored from a backup is noticed at once and nothing is lost") {
        Life life;
        life.run(count_from("HOSTILE_RESTORES", 20));
        const Outcome& outcome = life.outcome;
        std::printf(
            "restored hub: restores %llu, not noticed by the first cycle %llu, "
            "disagreements %llu, rows lost %llu, local deletions %llu\n",
            static_cast<unsigned long long>(outcome.restores),
            static_cast<unsigned long long>(outcome.unnoticed),
            static_cast<unsigned long long>(outcome.disagreeing),
            static_cast<unsigned long long>(outcome.lost),
            static_cast<unsigned long long>(outcome.deleted));
        std::fflush(stdout);
        CHECK(outcome.unnoticed == 0);
        CHECK(outcome.disagreeing == 0);
        CHECK(outcome.lost == 0);
        CHECK(outcome.deleted == 0);
    }

    TEST_CASE("a restored device whose own log a hub hides waits instead of writing over it") {
        Stage stage;
        const std::uint64_t own_end =
            stage.phone->held().vectors.at(stage.lane()).of(stage.phone->id());
        // The same device with a store that knows nothing of what it wrote.
        Client restored(stage.io, stage.workspace, 2, 3, "phone");
        restored.connect(stage.honest_settings());
        Lies lies;
        lies.heads = [&](transport::HeadsReply& reply) {
            std::erase_if(reply.heads, [&](const Bytes& head) {
                return wire::parse_head(head)->clear.device == restored.id();
            });
        };
        lies.pull = [&](transport::PullReply& reply) {
            std::erase_if(reply.segments, [&](const Bytes& segment) {
                return wire::parse_segment(segment)->header.device == restored.id();
            });
        };
        restored.use(std::make_unique<TransportDouble>(restored.give_transport(), lies));
        restored.device.insert(8'000);
        for (int i = 0; i < 3; ++i) {
            const Heard heard = restored.cycle();
            CHECK(heard.code == ErrorCode::halted);
            CHECK(heard.text.find("restored from a backup") != heard.text.npos);
            CHECK(heard.text.find("join again") != heard.text.npos);
        }
        CHECK(restored.held().vectors[stage.lane()].of(restored.id()) == 0);
        lies = {};
        CHECK(restored.cycle().is_done);
        CHECK(restored.cycle().is_done);
        CHECK(restored.held().vectors[stage.lane()].of(restored.id()) > own_end);
        stage.desktop->cycle();
        CHECK(stage.desktop->device.application.tables[0].rows.contains(8'000));
        CHECK(restored.device.rows() == stage.desktop->device.rows());
    }

    TEST_CASE("a device that a restored hub does not know is brought back by the others") {
        Stage stage;
        stage.stop_hub();
        const std::filesystem::path copy = stage.dir / "before";
        std::filesystem::copy(stage.dir / "hub", copy, std::filesystem::copy_options::recursive);
        stage.restart_hub();
        stage.add_member(stage.workspace.members[3]);
        stage.settle();
        Client tablet(stage.io, stage.workspace, 3, 4, "tablet");
        tablet.connect(stage.honest_settings());
        tablet.device.insert(7'000);
        CHECK(tablet.cycle().is_done);
        stage.settle();
        CHECK(stage.desktop->held().members == 4);

        stage.stop_hub();
        std::filesystem::remove_all(stage.dir / "hub");
        std::filesystem::copy(copy, stage.dir / "hub", std::filesystem::copy_options::recursive);
        stage.restart_hub();
        tablet.device.insert(7'001);
        const Heard refused = tablet.cycle();
        CHECK_FALSE(refused.is_done);
        CHECK(refused.code == ErrorCode::refused);
        const Heard heard = stage.laptop->cycle();
        CHECK(heard.text.find("less of the list of devices than it had") != heard.text.npos);
        CHECK(tablet.cycle().is_done);
        stage.settle();
        tablet.cycle();
        CHECK(tablet.held() == stage.phone->held());
        CHECK(stage.phone->device.application.tables[0].rows.contains(7'001));
    }
}
