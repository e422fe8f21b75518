// Pushes, pulls and heads against a real hub.
#include "tests/unit/hub/fixtures.h"

#include <array>
#include <future>

#include <SQLiteCpp/Database.h>

using namespace satchel;
using namespace satchel::test;
using transport::Cursor;
using transport::PushRequest;

namespace {

struct Daily : HubWorld {
    std::unique_ptr<transport::HubTransport> desk{};

    Daily() {
        found();
        desk = connect(founder);
    }

    [[nodiscard]] std::vector<Cursor> from(std::uint64_t after) const {
        return {{founder.keys.device(), LaneId{1}, after}};
    }

    auto push(std::vector<Bytes> segments, std::optional<Bytes> of_head = std::nullopt) {
        return run(desk->push({std::move(segments), std::move(of_head)}));
    }

    std::vector<Bytes> all() { return run(desk->pull(from(0), 1u << 20))->segments; }
};

}  // namespace

TEST_SUITE("hub/objects") {
    TEST_CASE_FIXTURE(Daily, "what was pushed is pulled byte for byte") {
        const std::vector<Bytes> segments = {segment(founder, 1, 3), segment(founder, 4, 4)};
        REQUIRE(push(segments, head(founder, 1)));
        CHECK(all() == segments);
        CHECK(run(desk->pull(from(3), 1u << 20))->segments == std::vector<Bytes>{segments[1]});
        CHECK(run(desk->pull(from(4), 1u << 20))->segments.empty());
        CHECK(run(desk->pull({}, 1u << 20))->segments.empty());
    }

    TEST_CASE_FIXTURE(Daily, "the hub's figures say what it keeps and did") {
        const auto before = run(hub->figures());
        REQUIRE(before);
        CHECK(before->stored.devices == 1);
        CHECK(before->stored.segments == 0);
        CHECK(before->stored.bytes == 0);
        const std::vector<Bytes> segments = {segment(founder, 1, 3), segment(founder, 4, 4)};
        const Bytes newest = head(founder, 1);
        REQUIRE(push(segments, newest));
        REQUIRE(push(segments, newest));  // again: nothing new
        const auto after = run(hub->figures());
        REQUIRE(after);
        CHECK(after->stored.segments == 2);
        CHECK(after->stored.bytes == segments[0].size() + segments[1].size());
        CHECK(after->requests >= before->requests + 2);
        add(Device::make());
        CHECK(run(hub->figures())->stored.devices == 2);
    }

    TEST_CASE_FIXTURE(Daily, "segments stored before they were counted are counted") {
        REQUIRE(push({segment(founder, 1, 3), segment(founder, 4, 4)}));
        desk.reset();
        stop();
        {
            SQLite::Database database((dir / "hub/hub.db").string(), SQLite::OPEN_READWRITE);
            database.exec("DROP TABLE audit");
            database.exec("ALTER TABLE workspace DROP COLUMN segments");
            database.exec("DROP INDEX member_author");
            database.exec("PRAGMA user_version = 1");
        }
        start();
        CHECK(run(hub->figures())->stored.segments == 2);
    }

    TEST_CASE_FIXTURE(Daily, "a pull stops at the size asked for and says that there is more") {
        std::vector<Bytes> segments;
        for (std::uint64_t n = 1; n <= 5; ++n) segments.push_back(segment(founder, n, n, 1000));
        REQUIRE(push(segments));
        std::vector<Bytes> pulled;
        for (bool has_more = true; has_more;) {
            const auto part = run(desk->pull(from(pulled.size()), 2500));
            REQUIRE(part);
            REQUIRE_FALSE(part->segments.empty());
            CHECK(part->segments.size() <= 2);
            pulled.insert(pulled.end(), part->segments.begin(), part->segments.end());
            has_more = part->has_more;
        }
        CHECK(pulled == segments);
        CHECK(run(desk->pull(from(0), 0))->segments.size() == 1);
    }

    TEST_CASE_FIXTURE(Daily, "the same push again is harmless") {
        const PushRequest request{{segment(founder, 1, 3)}, head(founder, 1)};
        for (int i = 0; i < 3; ++i) CHECK(run(desk->push(request)));
        CHECK(all().size() == 1);
    }

    TEST_CASE_FIXTURE(Daily, "other bytes at the same position are a conflict") {
        REQUIRE(push({segment(founder, 1, 3)}));
        const auto kept = all();
        CHECK(code_of(push({segment(founder, 1, 3)})) == ErrorCode::conflict);
        CHECK(code_of(push({segment(founder, 1, 2)})) == ErrorCode::conflict);
        CHECK(code_of(push({segment(founder, 3, 5)})) == ErrorCode::conflict);
        CHECK(all() == kept);
    }

    TEST_CASE_FIXTURE(Daily, "a gap means the hub lacks something") {
        CHECK(code_of(push({segment(founder, 2, 3)})) == ErrorCode::halted);
        REQUIRE(push({segment(founder, 1, 3)}));
        CHECK(code_of(push({segment(founder, 5, 5)})) == ErrorCode::halted);
        CHECK(all().size() == 1);
    }

    TEST_CASE_FIXTURE(Daily, "a push is taken whole or not at all") {
        REQUIRE(push({}, head(founder, 5)));
        const auto before = run(desk->heads({}, 0s));
        CHECK(code_of(push({segment(founder, 1, 1)}, head(founder, 4))) == ErrorCode::conflict);
        CHECK(code_of(push({segment(founder, 1, 1), segment(founder, 3, 3)}, head(founder, 6))) ==
              ErrorCode::halted);
        CHECK(all().empty());
        CHECK(run(desk->heads(before->etag, 0s))->not_modified);
    }

    TEST_CASE_FIXTURE(Daily, "only the device itself signs its log") {
        const Device laptop = Device::make();
        CHECK(code_of(push({segment(laptop, 1, 1)})) == ErrorCode::refused);
        add(laptop);
        CHECK(code_of(push({segment(founder, 1, 1), segment(laptop, 1, 1)})) == ErrorCode::refused);
        CHECK(code_of(push({segment(laptop, 1, 1)}, head(founder, 1))) == ErrorCode::refused);
        Bytes forged = segment(founder, 1, 1);
        forged[forged.size() - 70] ^= 1;
        CHECK(code_of(push({forged})) == ErrorCode::refused);
        CHECK(code_of(push({Bytes{1, 2, 3}})) == ErrorCode::invalid_argument);
    }

    TEST_CASE_FIXTURE(Daily, "a member brings what another one wrote at another hub") {
        const Device laptop = Device::make();
        add(laptop);
        const std::vector<Bytes> log = {segment(laptop, 1, 2), segment(laptop, 3, 3)};
        REQUIRE(push(log));
        REQUIRE(push({}, head(laptop, 7)));
        const std::vector<Cursor> wanted = {{laptop.keys.device(), LaneId{1}, 0}};
        CHECK(run(desk->pull(wanted, 1u << 20))->segments == log);
        CHECK(run(desk->heads({}, 0s))->heads.size() == 1);
        // Its own device is not in the way of that, nor is an older head of use.
        CHECK(run(connect(laptop)->push({log, head(laptop, 8)})));
        CHECK(code_of(push({}, head(laptop, 7))) == ErrorCode::conflict);
        CHECK(code_of(push({segment(laptop, 3, 3)})) == ErrorCode::conflict);
    }

    TEST_CASE_FIXTURE(Daily, "a segment of another workspace is refused") {
        const crypto::Keyring other = *crypto::Keyring::create(random);
        const crypto::SegmentPosition position{LaneId{1}, 1, 1, {}};
        const Bytes plain = {1};
        CHECK(code_of(push({*crypto::seal_segment(
                  other, founder.keys, position, plain, random)})) == ErrorCode::refused);
    }

    TEST_CASE_FIXTURE(Daily, "heads change their etag with heads and members and joins") {
        auto known = run(desk->heads({}, 0s));
        REQUIRE(known);
        const auto has_changed = [&] {
            auto now = run(desk->heads(known->etag, 0s));
            REQUIRE(now);
            const bool changed = !now->not_modified;
            if (changed) known = std::move(now);
            return changed;
        };
        CHECK_FALSE(has_changed());
        const Bytes first = head(founder, 1);
        REQUIRE(push({}, first));
        CHECK(has_changed());
        CHECK(known->heads == std::vector<Bytes>{first});
        REQUIRE(push({segment(founder, 1, 1)}));
        CHECK_FALSE(has_changed());
        const Device laptop = Device::make();
        REQUIRE(enroll(laptop, *hub->new_admission(hub::AdmissionKind::joining, 60s)));
        CHECK(has_changed());
        CHECK(known->join_count == 1);
        add(laptop);
        CHECK(has_changed());
        CHECK(known->join_count == 0);
        CHECK(known->member_count == 2);
    }

    TEST_CASE_FIXTURE(Daily, "an idle exchange is at most a kibibyte") {
        const auto known = run(desk->heads({}, 0s));
        const auto before = desk->counters();
        REQUIRE(run(desk->heads(known->etag, 0s))->not_modified);
        const auto after = desk->counters();
        const auto bytes =
            after.bytes_sent - before.bytes_sent + after.bytes_received - before.bytes_received;
        MESSAGE("304 exchange: " << bytes << " bytes");
        CHECK(bytes <= 1024);
    }

    TEST_CASE_FIXTURE(Daily, "a waiting call returns as soon as another device pushes") {
        const Device laptop = Device::make();
        add(laptop);
        auto other = connect(laptop);
        const auto known = run(desk->heads({}, 0s));
        const auto begun = std::chrono::steady_clock::now();
        auto polled = asio::co_spawn(io, desk->heads(known->etag, 30s), boost::asio::use_future);
        // The poll has its own connection, so this device can still pull and push.
        REQUIRE(run(desk->pull({}, 1000)));
        REQUIRE(run(other->push({{}, head(laptop, 1)})));
        while (polled.wait_for(0s) != std::future_status::ready) io.run_one();
        const auto news = polled.get();
        REQUIRE(news);
        CHECK_FALSE(news->not_modified);
        CHECK(news->heads.size() == 1);
        CHECK(std::chrono::steady_clock::now() - begun < 10s);
    }

    TEST_CASE_FIXTURE(Daily, "a waiting call ends unchanged after its time") {
        const auto known = run(desk->heads({}, 0s));
        CHECK(run(desk->heads(known->etag, 1s))->not_modified);
    }

    TEST_CASE_FIXTURE(Daily, "a hub that restarts keeps everything and devices just go on") {
        REQUIRE(push({segment(founder, 1, 3)}, head(founder, 1)));
        const auto kept = all();
        const auto known = run(desk->heads({}, 0s));
        const std::uint16_t port = hub->port();
        const std::string id = hub->hub_id();
        stop();
        CHECK(code_of(run(desk->pull(from(0), 1000))) == ErrorCode::offline);
        settings.port = port;
        start();
        CHECK(hub->hub_id() == id);
        CHECK(all() == kept);
        CHECK(run(desk->heads(known->etag, 0s))->not_modified);
        CHECK(push({segment(founder, 4, 4)}, head(founder, 2)));
    }

    TEST_CASE_FIXTURE(Daily, "a full quota keeps what is there and takes no more") {
        REQUIRE(push({segment(founder, 1, 1)}));
        const std::uint16_t port = hub->port();
        stop();
        settings.quota_bytes = 3000;
        settings.port = port;
        start();
        CHECK(code_of(push({segment(founder, 2, 2, 4000)})) == ErrorCode::disk_full);
        CHECK(all().size() == 1);
        CHECK(push({segment(founder, 2, 2, 100)}));
    }

    TEST_CASE_FIXTURE(Daily, "pushes that come together share a commit") {
        constexpr int kDevices = 20;
        std::vector<Device> devices;
        for (int i = 0; i < kDevices; ++i) devices.push_back(Device::make());
        std::vector<std::unique_ptr<transport::HubTransport>> clients;
        for (const Device& device : devices) {
            add(device);
            clients.push_back(connect(device));
            REQUIRE(run(clients.back()->pull({}, 1)));
        }
        const auto before = hub->write_counters();
        std::vector<std::future<Result<transport::PushReply>>> pushed;
        for (std::size_t i = 0; i < devices.size(); ++i) {
            PushRequest request{{segment(devices[i], 1, 1)}, {}};
            auto work = clients[i]->push(std::move(request));
            pushed.push_back(asio::co_spawn(io, std::move(work), boost::asio::use_future));
        }
        for (auto& one : pushed) {
            while (one.wait_for(0s) != std::future_status::ready) io.run_one();
            CHECK(one.get());
        }
        const auto after = hub->write_counters();
        CHECK(after.jobs - before.jobs == kDevices);
        CHECK(after.commits - before.commits < kDevices);
        MESSAGE(kDevices << " pushes in " << after.commits - before.commits << " commits");
    }

    TEST_CASE_FIXTURE(Daily, "a device over its rate is told to slow down") {
        const std::uint16_t port = hub->port();
        stop();
        settings.requests_per_second = 0.1;
        settings.port = port;
        start();
        CHECK(run(desk->heads({}, 0s)));
        CHECK(code_of(run(desk->heads({}, 0s))) == ErrorCode::rate_limited);
    }

    TEST_CASE_FIXTURE(Daily, "one directory serves one hub") {
        hub::Hub second(io.get_executor(), settings, clock, [](const auto&, const auto&) {});
        CHECK(code_of(second.start()) == ErrorCode::busy);
    }

    TEST_CASE_FIXTURE(Daily, "a database of a newer hub is left alone") {
        stop();
        {
            SQLite::Database database((dir / "hub/hub.db").string(), SQLite::OPEN_READWRITE);
            database.exec("PRAGMA user_version = 99");
        }
        hub::Hub newer(io.get_executor(), settings, clock, [](const auto&, const auto&) {});
        CHECK(code_of(newer.start()) == ErrorCode::version_mismatch);
    }

    TEST_CASE_FIXTURE(Daily, "the hub's files hold no plaintext") {
        const std::string canary = "canary-" + std::string(64, 'q');
        const crypto::SegmentPosition position{LaneId{1}, 1, 1, {}};
        REQUIRE(push(
            {*crypto::seal_segment(keyring, founder.keys, position, as_bytes(canary), random)}));
        stop();
        const auto files = dir.files("hub");
        CHECK(files.contains("hub.db"));
        for (const auto& [path, content] : files) {
            const auto& name = path;
            CAPTURE(name);
            CHECK(content.find("canary-") == std::string::npos);
        }
    }
}
