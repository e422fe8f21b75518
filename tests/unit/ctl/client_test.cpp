// The client against ends that misbehave.
#include "ctl/client/client.h"

#include "shared/platform/file_lock.h"
#include "shared/platform/local_socket.h"
#include "shared/protocol/control/requests.h"
#include "tests/unit/ctl/canned_daemon.h"

#include <atomic>
#include <thread>

#include <doctest/doctest.h>
#include <sys/socket.h>

using namespace satchel;
using namespace satchel::control;

namespace {

// Listens, takes one connection, says `lines` after the first bytes came, and hangs up.
class OneShot {
  public:
    OneShot(const std::filesystem::path& socket, std::string lines)
        : listening_(*platform::listen_local(socket)), lines_(std::move(lines)) {
        thread_ = std::thread([this] {
            const platform::UniqueFd peer(::accept(listening_.get(), nullptr, nullptr));
            char bytes[65536];
            if (::recv(peer.get(), bytes, sizeof bytes, 0) <= 0) return;
            ::send(peer.get(), lines_.data(), lines_.size(), MSG_NOSIGNAL);
            ::recv(peer.get(), bytes, sizeof bytes, 0);
        });
    }

    ~OneShot() { thread_.join(); }

  private:
    platform::UniqueFd listening_;
    std::string lines_;
    std::thread thread_;
};

std::string hello_reply(int protocol) {
    Reply reply;
    reply.id = 0;
    reply.result = json::to_json(HelloResponse{"satcheld", "device", "9", protocol, 1});
    return print_message(reply);
}

Result<ctl::Client> open(const std::filesystem::path& socket) {
    return ctl::Client::open(*ctl::connect_to_running(socket), "1");
}

}  // namespace

TEST_SUITE("ctl/client") {
    TEST_CASE("a daemon of another protocol is a version mismatch") {
        const support::TempDir dir;
        const OneShot daemon(dir / "s", hello_reply(kProtocolVersion + 1));
        const auto client = open(dir / "s");
        REQUIRE(!client);
        CHECK(client.error().code == ErrorCode::version_mismatch);
        CHECK(client.error().hint.find("daemon restart") != std::string::npos);
    }

    TEST_CASE("what a daemon of another version does not know is told with both versions") {
        const support::TempDir dir;
        Reply refusal;
        refusal.id = 1;
        refusal.result = Error{ErrorCode::invalid_argument, "'colour' is not a field of it"};
        const OneShot daemon(dir / "s", hello_reply(kProtocolVersion) + print_message(refusal));
        auto client = open(dir / "s");
        REQUIRE(client.has_value());
        const auto refused = client->call(StatusRequest{});
        REQUIRE(!refused);
        CHECK(refused.error().code == ErrorCode::invalid_argument);
        CHECK(refused.error().message == "'colour' is not a field of it");
        CHECK(refused.error().hint.find("version 9 and this program 1") != std::string::npos);
        CHECK(refused.error().hint.find("daemon restart") != std::string::npos);
    }

    TEST_CASE("what a newer daemon adds to an answer is passed over") {
        const support::TempDir dir;
        const std::string answer =
            R"({"jsonrpc":"2.0","id":1,"result":{"state":"idle","colour":"blue","alarms":[{"code":)"
            R"("new_alarm","text":"t","severity":3}],"sources":[{"name":"n","mood":{}}]}})"
            "\n";
        const OneShot daemon(dir / "s", hello_reply(kProtocolVersion) + answer);
        auto client = open(dir / "s");
        REQUIRE(client.has_value());
        const auto status = client->call(StatusRequest{});
        REQUIRE(status.has_value());
        CHECK(status->state == "idle");
        CHECK(status->alarms.at(0).code == "new_alarm");
        CHECK(status->devices == 0);
    }

    TEST_CASE("a connection lost after a write was sent is an unknown outcome") {
        for (const bool writes : {true, false}) {
            const support::TempDir dir;
            const OneShot daemon(dir / "s", hello_reply(kProtocolVersion));
            auto client = open(dir / "s");
            REQUIRE(client.has_value());
            if (writes) {
                const auto lost = client->call(CycleRunRequest{});
                REQUIRE(!lost);
                CHECK(lost.error().code == ErrorCode::busy);
                CHECK(lost.error().message.find("outcome is not known") != std::string::npos);
            } else {
                const auto lost = client->call(StatusRequest{});
                REQUIRE(!lost);
                CHECK(lost.error().code == ErrorCode::offline);
            }
        }
    }

    TEST_CASE("nonsense from the other end is an error") {
        for (const char* line : {"{}\n", "\xff\n", "hello\n", "[]\n"}) {
            CAPTURE(line);
            const support::TempDir dir;
            const OneShot daemon(dir / "s", line);
            CHECK_FALSE(open(dir / "s").has_value());
        }
    }

    TEST_CASE("a daemon that does not answer is given up on") {
        const support::TempDir dir;
        auto listening = platform::listen_local(dir / "s");
        REQUIRE(listening.has_value());
        auto stream = platform::LocalStream::connect(dir / "s");
        REQUIRE(stream.has_value());
        const auto line = stream->read_line(100, milliseconds(20));
        REQUIRE(!line);
        CHECK(line.error().code == ErrorCode::busy);
        stream->set_interrupted([] { return true; });
        CHECK(stream->read_line(100, seconds(20)).error().code == ErrorCode::interrupted);
    }

    TEST_CASE("while another client starts the daemon this one only waits") {
        const support::TempDir dir;
        std::atomic<int> starts = 0;
        ctl::DaemonPlace place;
        place.socket = dir / "s";
        place.start_lock = dir / "start.lock";
        place.patience = milliseconds(60);
        place.start = [&] {
            ++starts;
            return ok();
        };
        {
            const auto held = platform::FileLock::acquire(place.start_lock);
            REQUIRE(held.has_value());
            CHECK(ctl::connect_to_daemon(place).error().code == ErrorCode::offline);
            CHECK(starts == 0);
        }
        CHECK(ctl::connect_to_daemon(place).error().code == ErrorCode::offline);
        CHECK(starts == 1);
        place.start = [] { return Status(Error{ErrorCode::not_found, "no program"}); };
        CHECK(ctl::connect_to_daemon(place).error().code == ErrorCode::not_found);
    }

    TEST_CASE("a daemon that takes its time is connected to when it listens") {
        const support::TempDir dir;
        platform::UniqueFd listening;
        std::thread daemon;
        ctl::DaemonPlace place;
        place.socket = dir / "run/s";
        place.start_lock = dir / "start.lock";
        place.patience = seconds(60);
        place.start = [&] {
            daemon = std::thread([&] {
                // Something else appears first: no reason to give up, none to believe it.
                dir.write("run/other", "");
                listening = *platform::listen_local(place.socket);
            });
            return ok();
        };
        const platform::SystemClock clock;
        const auto before = clock.steady_ms();
        const auto stream = ctl::connect_to_daemon(place);
        CHECK(clock.steady_ms() - before < seconds(20));
        daemon.join();
        CHECK(stream.has_value());
    }

    TEST_CASE("progress is told while a call runs") {
        support::Machine machine;
        machine.start_device([](Server& server) {
            server.on<CycleRunRequest>(
                [](const CycleRunRequest&, CallContext& call) -> Result<CycleResponse> {
                    for (int i = 1; i <= 3; ++i) call.progress({"push", i, 3, "items", "a"});
                    return CycleResponse{};
                });
        });
        auto client = open(machine.device().socket());
        REQUIRE(client.has_value());
        std::vector<std::int64_t> seen;
        client->on_progress([&](const Progress& progress) { seen.push_back(progress.done); });
        CHECK(client->call(CycleRunRequest{}).has_value());
        CHECK(seen == std::vector<std::int64_t>{1, 2, 3});
    }

    TEST_CASE("events arrive in order") {
        support::Machine machine;
        machine.start_device();
        auto client = open(machine.device().socket());
        REQUIRE(client.has_value());
        REQUIRE(client->call(EventsSubscribeRequest{}).has_value());
        machine.device().post([](Server& server) {
            for (const char* name : {"one", "two"})
                server.publish(Event{"cycle", {1}, name, "", json::Object{}});
        });
        CHECK(client->next_event()->message == "one");
        CHECK(client->next_event()->message == "two");
    }
}
