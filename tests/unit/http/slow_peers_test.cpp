// Peers that are slow on purpose: they are cut off, and hold nobody else up.
#include "tests/unit/http/loopback.h"

#include <algorithm>

#include <sys/resource.h>

using namespace satchel;
using namespace satchel::http;
using namespace std::chrono_literals;

namespace {

using std::chrono::steady_clock;
using tcp = asio::ip::tcp;

struct Slow {
    asio::io_context io{1};
    ServerSettings settings{};
    std::optional<Server> server{};

    Slow() { settings.connections_per_address = 0; }

    void start() {
        server.emplace(io.get_executor(), settings, echo, no_failure);
        REQUIRE(server->start());
    }

    ~Slow() {
        auto stopping = [this]() -> asio::awaitable<int> {
            co_await server->stop();
            co_return 0;
        };
        support::run(io, stopping());
    }

    /// Sends `head` at once, then a byte every 10 ms. Returns how long the server bore it.
    asio::awaitable<steady_clock::duration> drip(std::string head) {
        constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
        const auto begun = steady_clock::now();
        tcp::socket socket(io);
        const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), server->port());
        co_await socket.async_connect(endpoint, kNoThrow);
        const auto all = asio::buffer(head);
        co_await asio::async_write(socket, all, kNoThrow);
        asio::steady_timer pause(io);
        const std::string one = "a";
        const auto piece = asio::buffer(one);
        while (steady_clock::now() - begun < 20s) {
            pause.expires_after(10ms);
            co_await pause.async_wait(kNoThrow);
            const auto [failed, count] = co_await asio::async_write(socket, piece, kNoThrow);
            if (failed) break;
        }
        co_return steady_clock::now() - begun;
    }
};

}  // namespace

TEST_SUITE("http/slow peers") {
    TEST_CASE_FIXTURE(Slow, "a head of a byte now and then is cut off") {
        settings.head_limit = 100ms;
        start();
        CHECK(support::run(io, drip("GET /a")) < 5s);
        CHECK(server->connection_count() == 0);
    }

    TEST_CASE_FIXTURE(Slow, "a body of a byte now and then is cut off") {
        settings.body_grace = 100ms;
        start();
        const std::string head = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 9000\r\n\r\n";
        CHECK(support::run(io, drip(head)) < 5s);
        CHECK(server->connection_count() == 0);
    }

    TEST_CASE_FIXTURE(Slow, "hundreds of heads that never end hold nobody up") {
        rlimit files{};
        REQUIRE(::getrlimit(RLIMIT_NOFILE, &files) == 0);
        const std::size_t count = std::min<std::size_t>(1500, (files.rlim_cur - 64) / 2);
        settings.head_limit = 60s;
        start();
        std::vector<tcp::socket> held;
        const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), server->port());
        for (std::size_t i = 0; i < count; ++i) {
            held.emplace_back(io).connect(endpoint);
            asio::write(held.back(), asio::buffer(std::string("GET /a HTTP/1.1\r\nHost: ")));
            io.poll();
        }
        ClientSettings wanted;
        wanted.url = "http://127.0.0.1:" + std::to_string(server->port());
        Client client(io.get_executor(), wanted);
        std::vector<steady_clock::duration> times;
        for (int i = 0; i < 200; ++i) {
            const auto begun = steady_clock::now();
            Request request{"GET", "/a", {}, {}};
            REQUIRE(support::run(io, client.send(std::move(request), 5s)));
            times.push_back(steady_clock::now() - begun);
        }
        std::sort(times.begin(), times.end());
        CHECK(times[197] < 1s);
        CHECK(server->connection_count() > count);
    }
}
