// The server over a real socket: who gets in, what a line may do, and what never happens.
#include "daemon/control/server.h"

#include "shared/protocol/control/requests.h"
#include "tests/unit/control/running_server.h"

#include <atomic>
#include <optional>

#include <boost/asio/redirect_error.hpp>
#include <doctest/doctest.h>
#include <sys/stat.h>

using namespace satchel;
using namespace satchel::control;
using platform::LocalStream;
using support::RunningServer;

namespace {

constexpr auto kLimit = seconds(5);
constexpr std::size_t kLineMax = 2u << 20;

// A client that says exactly what the test says.
class RawClient {
  public:
    explicit RawClient(const RunningServer& server)
        : stream_(*LocalStream::connect(server.socket())) {}

    void send(std::string_view bytes) { REQUIRE(stream_.write(bytes, kLimit).has_value()); }

    void hello() {
        send(print_message(make_call(0, HelloRequest{"test", "1", kProtocolVersion})));
        REQUIRE(reply().result.has_value());
    }

    Result<std::string> line() { return stream_.read_line(kLineMax, kLimit); }

    Message message() {
        const auto text = line();
        REQUIRE(text.has_value());
        auto parsed = parse_message(*text);
        REQUIRE(parsed.has_value());
        return std::move(*parsed);
    }

    Reply reply() {
        auto got = message();
        REQUIRE(std::holds_alternative<Reply>(got));
        return std::get<Reply>(std::move(got));
    }

    template <class Request>
    Reply call(const Request& request, std::int64_t id = 1) {
        send(print_message(make_call(id, request)));
        return reply();
    }

    bool is_closed() {
        const auto got = line();
        return !got && got.error().code == ErrorCode::offline;
    }

  private:
    LocalStream stream_;
};

void install_status(Server& server) {
    server.on<StatusRequest>([](const StatusRequest&) -> Result<StatusResponse> {
        StatusResponse status;
        status.device = "laptop";
        return status;
    });
    server.on<SyncEnableRequest>(
        [](const SyncEnableRequest&) -> asio::awaitable<Result<SyncEnabledResponse>> {
            co_return Error{ErrorCode::not_enrolled, "no workspace", "run setup"};
        });
}

}  // namespace

TEST_SUITE("control/server") {
    TEST_CASE("a call is answered and the socket is for its owner only") {
        const support::TempDir dir;
        const RunningServer server(dir.path(), install_status);

        struct stat found {};

        REQUIRE(::stat(server.socket().c_str(), &found) == 0);
        CHECK((found.st_mode & 0777) == 0600);
        RawClient client(server);
        client.hello();
        const auto reply = client.call(StatusRequest{}, 41);
        CHECK(reply.id == 41);
        REQUIRE(reply.result.has_value());
        CHECK(json::from_json<StatusResponse>(*reply.result)->device == "laptop");
        CHECK(client.call(SyncEnableRequest{}).result.error().hint == "run setup");
    }

    TEST_CASE("nothing is answered before hello and another protocol is told so") {
        const support::TempDir dir;
        const RunningServer server(dir.path(), install_status);
        RawClient rude(server);
        CHECK(rude.call(StatusRequest{}).result.error().code == ErrorCode::invalid_argument);
        CHECK(rude.is_closed());
        RawClient old(server);
        const auto reply = old.call(HelloRequest{"test", "1", kProtocolVersion + 1});
        CHECK(reply.result.error().code == ErrorCode::version_mismatch);
        CHECK(old.is_closed());
    }

    TEST_CASE("a line that is no message gets an error and the connection stays") {
        const support::TempDir dir;
        const RunningServer server(dir.path(), install_status);
        RawClient client(server);
        client.hello();
        for (const char* line : {"\n",
                                 "{\n",
                                 "{\"a\":1,\"a\":2}\n",
                                 "[1]\n",
                                 "\xff\n",
                                 "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"status\"}\n"}) {
            CAPTURE(line);
            client.send(line);
            const auto reply = client.reply();
            CHECK_FALSE(reply.id.has_value());
            CHECK_FALSE(reply.result.has_value());
        }
        client.send(R"({"jsonrpc":"2.0","id":3,"method":"statsu"})"
                    "\n");
        const auto text = client.line();
        REQUIRE(text.has_value());
        CHECK(text->find("-32601") != std::string::npos);
        CHECK(text->find("did you mean 'status'?") != std::string::npos);
        client.send(R"({"jsonrpc":"2.0","id":3,"method":"status","params":{"x":1}})"
                    "\n");
        CHECK(client.reply().result.error().code == ErrorCode::invalid_argument);
        client.send(R"({"jsonrpc":"2.0","id":3,"method":"cycle.run"})"
                    "\n");
        CHECK(client.reply().result.error().message.find("not served") != std::string::npos);
        CHECK(client.call(StatusRequest{}).result.has_value());
    }

    TEST_CASE("a line over the limit is refused and the connection closed") {
        const support::TempDir dir;
        ServerOptions options;
        options.frame_bytes_max = 1000;
        const RunningServer server(dir.path(), install_status, options);
        RawClient client(server);
        client.hello();
        client.send(std::string(5000, 'x'));
        CHECK(client.reply().result.error().code == ErrorCode::too_large);
        CHECK(client.is_closed());
    }

    TEST_CASE("a client that sends no whole line in time is closed and a subscriber is not") {
        const support::TempDir dir;
        ServerOptions options;
        options.idle_limit = milliseconds(80);
        options.ping_interval = milliseconds(40);
        const RunningServer server(dir.path(), install_status, options);
        RawClient subscriber(server);
        subscriber.hello();
        REQUIRE(subscriber.call(EventsSubscribeRequest{}).result.has_value());
        RawClient mute(server);
        RawClient slow(server);
        slow.send("{");
        CHECK(mute.is_closed());
        CHECK(slow.is_closed());
        for (int i = 0; i < 3; ++i) {
            const auto ping = subscriber.message();
            CHECK(json::from_json<Event>(std::get<Notification>(ping).params)->kind == "ping");
        }
    }

    TEST_CASE("pipelined calls are answered in order") {
        const support::TempDir dir;
        const RunningServer server(dir.path(), install_status);
        RawClient client(server);
        std::string lines =
            print_message(make_call(0, HelloRequest{"test", "1", kProtocolVersion}));
        for (int i = 1; i <= 300; ++i) lines += print_message(make_call(i, StatusRequest{}));
        client.send(lines);
        for (int i = 0; i <= 300; ++i) CHECK(client.reply().id == i);
    }

    TEST_CASE("more connections than allowed are told and closed while the others are served") {
        const support::TempDir dir;
        ServerOptions options;
        options.connections_max = 2;
        const RunningServer server(dir.path(), install_status, options);
        RawClient first(server);
        first.hello();
        {
            RawClient second(server);
            second.hello();
            RawClient third(server);
            CHECK(third.reply().result.error().code == ErrorCode::busy);
            CHECK(third.is_closed());
        }
        CHECK(first.call(StatusRequest{}).result.has_value());
    }

    TEST_CASE("another user is turned away and root may only read") {
        const support::TempDir dir;
        ServerOptions options;
        std::atomic<uid_t> user = ::geteuid() + 1;
        options.peer_user = [&](int) -> Result<uid_t> { return user.load(); };
        const RunningServer server(dir.path(), install_status, options);
        RawClient stranger(server);
        CHECK(stranger.is_closed());
        user = 0;
        RawClient root(server);
        root.hello();
        CHECK(root.call(StatusRequest{}).result.has_value());
        const auto expected = ::geteuid() == 0 ? ErrorCode::not_enrolled : ErrorCode::refused;
        CHECK(root.call(SyncEnableRequest{}).result.error().code == expected);
    }

    TEST_CASE("a second write method is told busy while reading and stopping go on") {
        const support::TempDir dir;
        std::optional<asio::steady_timer> gate;
        const auto install = [&](Server& server) {
            install_status(server);
            server.on<CycleRunRequest>([&](const CycleRunRequest&, CallContext& call)
                                           -> asio::awaitable<Result<CycleResponse>> {
                const auto executor = co_await asio::this_coro::executor;
                gate.emplace(executor, asio::steady_timer::time_point::max());
                const Progress progress{"push", 1, 2, "items", "a"};
                call.progress(progress);
                boost::system::error_code woken;
                co_await gate->async_wait(boost::asio::redirect_error(asio::use_awaitable, woken));
                gate.reset();  // it must not outlive its loop
                CycleResponse response;
                response.pushed_items = 2;
                co_return response;
            });
            server.on<DaemonStopRequest>(
                [](const DaemonStopRequest&) -> Result<DaemonStopResponse> {
                    return DaemonStopResponse{99};
                });
        };
        RunningServer server(dir.path(), install);
        RawClient runner(server);
        runner.hello();
        runner.send(print_message(make_call(5, CycleRunRequest{})));
        const auto note = std::get<Notification>(runner.message());
        CHECK(note.method == "progress");
        RawClient other(server);
        other.hello();
        CHECK(other.call(SyncEnableRequest{}).result.error().code == ErrorCode::busy);
        CHECK(other.call(StatusRequest{}).result.has_value());
        CHECK(other.call(DaemonStopRequest{}).result.has_value());
        server.post([&](Server&) { gate->cancel(); });
        CHECK(runner.reply().id == 5);
        CHECK(other.call(SyncEnableRequest{}).result.error().code == ErrorCode::not_enrolled);
    }

    TEST_CASE("a handler that throws becomes an internal error and the daemon goes on") {
        const support::TempDir dir;
        const RunningServer server(dir.path(), [](Server& made) {
            install_status(made);
            made.on<DaemonInfoRequest>(
                [](const DaemonInfoRequest&) -> asio::awaitable<Result<DaemonInfoResponse>> {
                    throw std::runtime_error("the detail stays in the log");
                    co_return DaemonInfoResponse{};
                });
            made.on<SyncEnableRequest>([](const SyncEnableRequest&) -> Result<SyncEnabledResponse> {
                throw std::logic_error("boom");
            });
        });
        RawClient client(server);
        client.hello();
        for (int i = 0; i < 2; ++i) {
            const auto reply = client.call(DaemonInfoRequest{});
            CHECK(reply.result.error().code == ErrorCode::internal);
            CHECK(reply.result.error().message.find("detail") == std::string::npos);
            CHECK(client.call(SyncEnableRequest{}).result.error().code == ErrorCode::internal);
        }
        CHECK(client.call(StatusRequest{}).result.has_value());
    }

    TEST_CASE("events reach those who asked for their kind") {
        const support::TempDir dir;
        RunningServer server(dir.path(), install_status);
        RawClient all(server);
        RawClient picky(server);
        all.hello();
        picky.hello();
        REQUIRE(all.call(EventsSubscribeRequest{}).result.has_value());
        REQUIRE(picky.call(EventsSubscribeRequest{{"conflict"}}).result.has_value());
        server.post([](Server& made) {
            made.publish(Event{"cycle", {1}, "done", "", json::Object{}});
            made.publish(Event{"conflict", {2}, "one", "notes", json::Object{}});
        });
        const auto kind = [](RawClient& client) {
            return json::from_json<Event>(std::get<Notification>(client.message()).params)->kind;
        };
        CHECK(kind(all) == "cycle");
        CHECK(kind(all) == "conflict");
        CHECK(kind(picky) == "conflict");
    }

    TEST_CASE("a client that dies with a reply on the way harms nobody") {
        const support::TempDir dir;
        const RunningServer server(dir.path(), install_status);
        for (int i = 0; i < 20; ++i) {
            RawClient client(server);
            client.send(print_message(make_call(0, HelloRequest{"test", "1", kProtocolVersion})) +
                        print_message(make_call(1, StatusRequest{})));
        }
        RawClient client(server);
        client.hello();
        CHECK(client.call(StatusRequest{}).result.has_value());
    }

    TEST_CASE("stopping delivers the last reply cancels calls in hand and removes the socket") {
        const support::TempDir dir;
        std::filesystem::path socket;
        std::optional<RawClient> client;
        std::optional<RawClient> waiting;
        {
            const RunningServer server(dir.path(), [](Server& made) {
                install_status(made);
                made.on<CycleRunRequest>(
                    [](const CycleRunRequest&) -> asio::awaitable<Result<CycleResponse>> {
                        const auto executor = co_await asio::this_coro::executor;
                        asio::steady_timer never(executor, asio::steady_timer::time_point::max());
                        co_await never.async_wait(asio::use_awaitable);
                        co_return CycleResponse{};
                    });
            });
            socket = server.socket();
            client.emplace(server);
            client->hello();
            waiting.emplace(server);
            waiting->hello();
            waiting->send(print_message(make_call(1, CycleRunRequest{})));
            REQUIRE(client->call(StatusRequest{}).result.has_value());
        }
        CHECK(client->is_closed());
        CHECK(waiting->is_closed());
        CHECK_FALSE(std::filesystem::exists(socket));
    }

    TEST_CASE("a leftover socket is replaced and something else in its place is not") {
        const support::TempDir dir;
        {
            auto left = platform::listen_local(dir / "control.sock");
            REQUIRE(left.has_value());
        }
        CHECK(std::filesystem::exists(dir / "control.sock"));
        { const RunningServer server(dir.path(), install_status); }
        dir.write("control.sock", "precious");
        CHECK_THROWS(RunningServer(dir.path(), install_status));
        CHECK(dir.read("control.sock") == "precious");
    }

    TEST_CASE("a path too long for a socket names the way out") {
        const support::TempDir dir;
        const auto listening =
            platform::listen_local(dir / (std::string(120, 'x') + "/control.sock"));
        REQUIRE(!listening);
        CHECK(listening.error().code == ErrorCode::bad_config);
        CHECK(listening.error().hint.find("XDG_RUNTIME_DIR") != std::string::npos);
    }

    TEST_CASE("rpc.describe lists what is served") {
        const support::TempDir dir;
        const RunningServer server(dir.path(), install_status);
        RawClient client(server);
        client.hello();
        const auto reply = client.call(RpcDescribeRequest{});
        const auto list = json::from_json<RpcDescribeResponse>(*reply.result);
        REQUIRE(list.has_value());
        REQUIRE(list->methods.size() == 4);
        CHECK(list->methods.at(0).name == "events.subscribe");
        CHECK(list->methods.at(3).access == "write");
    }
}
