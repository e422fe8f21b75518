// The engine's loop over a wire that fails: what ends a cycle, and what does not.
#include "daemon/engine/engine.h"

#include "tests/simulation/hub.h"
#include "tests/support/run.h"
#include "tests/unit/engine/replica_fixture.h"

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::engine;
using namespace satchel::simulation;

namespace {

/// A source whose capture fails as told.
class FailingSource final : public sources::Source {
  public:
    explicit FailingSource(Error error) : error_(std::move(error)) {}

    Status open(sources::Memory&) override { return ok(); }

    [[nodiscard]] const std::vector<sources::CollectionInfo>& collections() const override {
        return collections_;
    }

    Result<bool> has_changes() override { return true; }

    Status capture(sources::CaptureSink&, sources::Memory&) override { return error_; }

    Result<std::uint64_t> stamp(sources::Memory&) override { return 0; }

    Result<std::uint64_t> count_unstamped() override { return 0; }

    Result<sources::LocalRow> read(CollectionId, ByteView, sources::Memory&) override {
        return error_;
    }

    Result<std::vector<sources::ProjectedRow>> project(std::span<const sources::WantedRow>,
                                                       sources::Memory&) override {
        return error_;
    }

    [[nodiscard]] std::string describe(CollectionId, ByteView) const override { return {}; }

    [[nodiscard]] sources::SourceHealth health() override { return {}; }

    [[nodiscard]] std::vector<sources::WatchRoot> watch_roots() const override { return {}; }

    void hint(const std::optional<std::filesystem::path>&) override {}

    Status uninstall() override { return ok(); }

  private:
    Error error_;
    std::vector<sources::CollectionInfo> collections_;
};

struct Listener final : EngineListener {
    void cycle_ended(const CycleReport&) override { ++ended; }

    void cycle_failed(const Error& error, std::uint64_t) override { errors.push_back(error); }

    int ended = 0;
    std::vector<Error> errors;
};

/// One device with a wire and an engine.
struct Wired {
    Tally tally;
    Device device;
    asio::io_context io{1};
    MemoryTransport transport;
    async::Worker worker{io.get_executor()};
    Invitations invitations;
    Listener listener;
    Engine engine;

    Wired(Workspace& workspace, Hub& hub, std::size_t number)
        : device(workspace, number),
          transport(hub, workspace.chance, workspace.faults, tally),
          invitations(device.replica, worker, workspace.clock, workspace.random),
          engine(io.get_executor(),
                 CycleParts{device.replica,
                            worker,
                            transport,
                            invitations,
                            workspace.clock,
                            [] { return false; }},
                 workspace.random,
                 listener,
                 Pace{}) {
        hub.members = workspace.members;
    }

    Result<CycleReport> cycle() {
        CycleRequest request;
        request.reason = "asked";
        return support::run(io, engine.run_now(std::move(request)));
    }
};

}  // namespace

TEST_SUITE("engine/engine") {
    TEST_CASE("what flies out of a cycle ends that cycle and no other") {
        Workspace workspace(1);
        Hub hub;
        Wired only(workspace, hub, 0);
        only.device.insert(1);
        workspace.faults.crash_in_transport = 1'000'000;
        CHECK_FALSE(only.cycle().has_value());
        CHECK(only.listener.errors.size() == 1);
        workspace.faults = {};
        CHECK(only.cycle().has_value());
        CHECK(only.listener.ended == 1);
    }

    TEST_CASE("trouble of our own store is nobody else's") {
        Workspace workspace(1);
        Device device(workspace, 0);
        Error full{ErrorCode::disk_full, "write a row: the disk is full"};
        store::Declaration declaration;
        declaration.id = 2;
        declaration.name = "failing";
        declaration.lane = device.replica.ids().lane("failing");
        SUBCASE("an error of a source is its own") {
            device.replica.add_source(declaration, std::make_unique<FailingSource>(full));
            CHECK(device.replica.capture(kNeverStop).has_value());
            CHECK(device.replica.find_slot("failing")->state == SourceState::unavailable);
        }
        SUBCASE("an error of the store fails the step") {
            full.is_own_store = true;
            device.replica.add_source(declaration, std::make_unique<FailingSource>(full));
            CHECK_FALSE(device.replica.capture(kNeverStop).has_value());
        }
    }

    TEST_CASE("a device that cannot send still receives and says why it cannot") {
        Workspace workspace(2);
        Hub hub;
        Wired first(workspace, hub, 0), second(workspace, hub, 1);
        first.device.insert(1);
        REQUIRE(first.cycle().has_value());
        // A copy of the second device, started where no hub was to be reached.
        Wired copy(workspace, hub, 1);
        workspace.faults.request_lost = 1'000'000;
        copy.device.insert(7);
        CHECK_FALSE(copy.cycle().has_value());
        workspace.faults = {};
        second.device.insert(2);
        REQUIRE(second.cycle().has_value());
        const auto failed = copy.cycle();
        REQUIRE_FALSE(failed.has_value());
        CHECK(failed.error().code == ErrorCode::halted);
        CHECK(failed.error().message.find("another copy") != std::string::npos);
        CHECK(failed.error().hint.find("sync setup") != std::string::npos);
        CHECK(copy.device.application.tables[0].rows.contains(1));
        CHECK(copy.device.application.tables[0].rows.contains(7));
        REQUIRE(first.cycle().has_value());
        CHECK(first.device.rows() == 2);
    }

    TEST_CASE("a hub restored from a backup gets back what it lost within one cycle") {
        Workspace workspace(2);
        Hub hub;
        Wired left(workspace, hub, 0), right(workspace, hub, 1);
        left.device.insert(1);
        REQUIRE(left.cycle().has_value());
        hub.back_up();
        for (std::int64_t key = 2; key <= 4; ++key) {
            left.device.insert(key);
            REQUIRE(left.cycle().has_value());
        }
        hub.restore();
        SUBCASE("with nothing new to send") {}
        SUBCASE("with something new to send") {
            left.device.insert(5);
        }
        const auto mended = left.cycle();
        REQUIRE(mended.has_value());
        CHECK_FALSE(mended->alarms.empty());
        REQUIRE(right.cycle().has_value());
        CHECK(right.device.rows() == left.device.rows());
        CHECK(left.cycle()->alarms.empty());
    }
}
