// Bad lines and bad clients on the control socket, each against a real server: a typed error or a
// closed connection, no memory taken by a claim, and the next client is served. Two writes at once
// and other users are in server_test; a daemon that goes between call and reply is in
// ctl/client_test.
#include "daemon/control/server.h"
#include "shared/protocol/control/requests.h"
#include "tests/unit/control/running_server.h"

#include <cstring>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace satchel;
using namespace satchel::control;
using platform::LocalStream;
using platform::UniqueFd;
using support::RunningServer;

namespace {

constexpr auto kLimit = seconds(10);

void install(Server& server) {
    server.on<StatusRequest>([](const StatusRequest&) -> Result<StatusResponse> {
        StatusResponse status;
        status.device = "laptop";
        return status;
    });
}

std::string hello() {
    return print_message(make_call(0, HelloRequest{"test", "1", kProtocolVersion}));
}

std::string call(std::int64_t id) {
    return print_message(make_call(id, StatusRequest{}));
}

class Talk {
  public:
    explicit Talk(const RunningServer& server) : stream_(*LocalStream::connect(server.socket())) {}

    void send(std::string_view bytes) { REQUIRE(stream_.write(bytes, kLimit).has_value()); }

    Reply reply() {
        const auto line = stream_.read_line(2u << 20, kLimit);
        REQUIRE(line.has_value());
        auto message = parse_message(*line);
        REQUIRE(message.has_value());
        return std::get<Reply>(std::move(*message));
    }

    bool is_closed() {
        const auto line = stream_.read_line(2u << 20, kLimit);
        return !line && line.error().code == ErrorCode::offline;
    }

  private:
    LocalStream stream_;
};

/// Status is served to somebody new.
bool serves(const RunningServer& server) {
    Talk talk(server);
    talk.send(hello() + call(1));
    return talk.reply().result.has_value() && talk.reply().result.has_value();
}

/// A connected socket of our own, for what LocalStream would not do.
UniqueFd connect_bare(const RunningServer& server) {
    UniqueFd made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, server.socket().c_str(), sizeof address.sun_path - 1);
    REQUIRE(::connect(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
            0);
    const timeval limit{10, 0};
    ::setsockopt(made.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return made;
}

/// Sends `text` with the descriptor `passed` beside it.
void send_with_descriptor(int socket, std::string text, int passed) {
    iovec bytes{text.data(), text.size()};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &bytes;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &passed, sizeof passed);
    REQUIRE(::sendmsg(socket, &message, MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
}

/// Reads until `count` lines have come.
void read_lines(int socket, int count) {
    char piece[4096];
    while (count > 0) {
        const ssize_t got = ::recv(socket, piece, sizeof piece, 0);
        REQUIRE(got > 0);
        for (ssize_t i = 0; i < got; ++i) count -= piece[i] == '\n' ? 1 : 0;
    }
}

/// Answers status, and counts how often.
RunningServer::Install count_served(std::atomic<int>& served) {
    return [&served](Server& made) {
        made.on<StatusRequest>([&served](const StatusRequest&) -> Result<StatusResponse> {
            ++served;
            return StatusResponse{};
        });
    };
}

}  // namespace

TEST_SUITE("control/bad frames") {
    TEST_CASE("a line of the largest size is read and one byte more is refused") {
        const support::TempDir dir;
        const RunningServer server(dir.path(), install);
        Talk talk(server);
        talk.send(hello());
        REQUIRE(talk.reply().result.has_value());
        std::string whole = call(5);
        whole.insert(whole.size() - 1, limits::kControlFrameBytesMax + 1 - whole.size(), ' ');
        talk.send(whole);
        CHECK(talk.reply().id == 5);
        whole.insert(whole.size() - 1, 1, ' ');
        talk.send(whole);
        CHECK(talk.reply().result.error().code == ErrorCode::too_large);
        CHECK(talk.is_closed());
        CHECK(serves(server));
    }

    TEST_CASE("a line that ends before its newline is no call") {
        const support::TempDir dir;
        std::atomic<int> served = 0;
        const RunningServer server(dir.path(), count_served(served));
        const std::string text = call(1);
        for (std::size_t size = 1; size < text.size(); ++size) {
            Talk talk(server);
            talk.send(hello() + text.substr(0, size));
        }
        Talk last(server);
        last.send(hello() + text);
        REQUIRE(last.reply().result.has_value());
        REQUIRE(last.reply().result.has_value());
        CHECK(served == 1);
    }

    TEST_CASE("a line of single bytes is read when it comes in time") {
        const support::TempDir dir;
        const RunningServer server(dir.path(), install);
        Talk talk(server);
        for (const char byte : hello() + call(1)) talk.send(std::string_view(&byte, 1));
        CHECK(talk.reply().result.has_value());
        CHECK(talk.reply().id == 1);
    }

    TEST_CASE("what is too deep or doubled or of a wrong type is told and the connection is kept") {
        const support::TempDir dir;
        const RunningServer server(dir.path(), install);
        Talk talk(server);
        talk.send(hello());
        REQUIRE(talk.reply().result.has_value());
        const auto with_params = [](const std::string& params) {
            return R"({"jsonrpc":"2.0","id":3,"method":"status","params":)" + params + "}\n";
        };
        for (const std::string& line : {std::string("\n"),
                                        with_params(std::string(33, '[') + std::string(33, ']')),
                                        with_params(R"({"a":1,"a":2})"),
                                        with_params(R"({"a":1})"),
                                        with_params("\"\xed\xa0\x80\""),
                                        with_params("1e400"),
                                        with_params("null"),
                                        std::string("{\"jsonrpc\":\"2.0\"\0}\n", 19)}) {
            CAPTURE(line);
            talk.send(line);
            CHECK_FALSE(talk.reply().result.has_value());
        }
        talk.send(call(9));
        CHECK(talk.reply().id == 9);
    }

    TEST_CASE("of a thousand connections 64 are held and the others told") {
        rlimit files{};
        REQUIRE(::getrlimit(RLIMIT_NOFILE, &files) == 0);
        files.rlim_cur = files.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &files);
        const support::TempDir dir;
        const RunningServer server(dir.path(), install);
        std::vector<Talk> mute;
        for (std::size_t i = 0; i < limits::kControlConnectionsMax; ++i) mute.emplace_back(server);
        Talk served(server);  // the 65th
        CHECK(served.reply().result.error().code == ErrorCode::busy);
        for (int i = 0; i < 1000; ++i) {
            Talk refused(server);
            CHECK(refused.reply().result.error().code == ErrorCode::busy);
            CHECK(refused.is_closed());
        }
        // The ones that are held are served whenever they speak.
        mute[63].send(hello() + call(1));
        CHECK(mute[63].reply().result.has_value());
        CHECK(mute[63].reply().result.has_value());
        mute.clear();
        while (!serves(server)) std::this_thread::yield();
    }

    TEST_CASE("ten thousand calls that nobody reads the answers of hold their sender back") {
        const support::TempDir dir;
        std::atomic<int> served = 0;
        const RunningServer server(dir.path(), count_served(served));
        const UniqueFd socket = connect_bare(server);
        std::string lines = hello();
        for (int i = 1; i <= 10'000; ++i) lines += call(i);
        std::thread sender([&] {
            for (std::size_t sent = 0; sent < lines.size();) {
                const ssize_t count =
                    ::send(socket.get(), lines.data() + sent, lines.size() - sent, MSG_NOSIGNAL);
                if (count <= 0) return;
                sent += static_cast<std::size_t>(count);
            }
        });
        // Others are served meanwhile, and only what the socket's buffers hold was answered.
        for (int i = 0; i < 50; ++i) CHECK(serves(server));
        CHECK(served < 10'000);
        read_lines(socket.get(), 10'001);
        sender.join();
        CHECK(served == 10'050);
    }

    TEST_CASE("a descriptor that comes with a call is not kept") {
        const support::TempDir dir;
        const RunningServer server(dir.path(), install);
        const UniqueFd socket = connect_bare(server);
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        const UniqueFd reading(ends[0]);
        {
            const UniqueFd writing(ends[1]);
            send_with_descriptor(socket.get(), hello() + call(1), writing.get());
        }
        read_lines(socket.get(), 2);
        // Nobody has the pipe's other end any more.
        char byte = 0;
        CHECK(::read(reading.get(), &byte, 1) == 0);
    }

    TEST_CASE("urgent bytes harm nobody") {
        const support::TempDir dir;
        const RunningServer server(dir.path(), install);
        const UniqueFd socket = connect_bare(server);
        // Systems without them for local sockets refuse, which is as good.
        ::send(socket.get(), "x", 1, MSG_OOB | MSG_NOSIGNAL);
        CHECK(serves(server));
    }
}
