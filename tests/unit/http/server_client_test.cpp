// The real server and the real client over loopback.
#include "daemon/http/url.h"
#include "tests/unit/http/loopback.h"

using namespace satchel;
using namespace satchel::http;
using namespace std::chrono_literals;

namespace {

struct Fixture {
    asio::io_context io{1};
    ServerSettings settings{};
    std::optional<Server> server{};

    void start(Handler handler = echo) {
        server.emplace(io.get_executor(), settings, std::move(handler), no_failure);
        REQUIRE(server->start());
    }

    ~Fixture() {
        if (server) support::run(io, stop());
    }

    asio::awaitable<int> stop() {
        co_await server->stop();
        co_return 0;
    }

    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(server->port());
    }

    [[nodiscard]] Client client() {
        ClientSettings wanted;
        wanted.url = url();
        return Client(io.get_executor(), wanted);
    }

    Result<Response> send(Client& to,
                          const std::string& method,
                          const std::string& target,
                          Bytes body = {}) {
        Request request{method, target, {}, std::move(body)};
        return support::run(io, to.send(std::move(request), 5s));
    }

    std::string raw(const std::string& bytes, bool ends = false) {
        return exchange_raw(io, server->port(), bytes, ends);
    }
};

const std::string kGet = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

}  // namespace

TEST_SUITE("http/server and client") {
    TEST_CASE_FIXTURE(Fixture, "a request is answered and the connection is kept") {
        start();
        Client to = client();
        for (int i = 0; i < 3; ++i) {
            const auto response = send(to, "POST", "/x", {'h', 'i'});
            REQUIRE(response);
            CHECK(response->status == 200);
            CHECK(as_text(response->body) == "POST /x hi");
        }
        CHECK(server->connection_count() == 1);
        CHECK(to.counters().requests == 3);
    }

    TEST_CASE_FIXTURE(Fixture, "a body of the largest size arrives whole") {
        start();
        Client to = client();
        Bytes body(8u << 20);
        for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<Byte>(i * 31 >> 3);
        const auto response = send(to, "POST", "/x", body);
        REQUIRE(response);
        CHECK(ByteView(response->body).subspan(8).size() == body.size());
        CHECK(std::equal(body.begin(), body.end(), response->body.begin() + 8));
    }

    TEST_CASE_FIXTURE(Fixture, "a body over the limit is refused with 413 before it is read") {
        start();
        Client to = client();
        const auto response = send(to, "POST", "/x", Bytes((8u << 20) + 1));
        REQUIRE(response);
        CHECK(response->status == 413);
    }

    TEST_CASE_FIXTURE(Fixture, "what the gate refuses is answered once and closed") {
        start();
        const std::string answer =
            raw("POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n" + kGet);
        CHECK(answer.starts_with("HTTP/1.1 400 "));
        CHECK(answer.find("Connection: close") != std::string::npos);
        CHECK(answer.find("HTTP/1.1", 1) == std::string::npos);
    }

    TEST_CASE_FIXTURE(Fixture, "a second request before the first reply is refused") {
        start();
        CHECK(raw(kGet + kGet).starts_with("HTTP/1.1 400 "));
    }

    TEST_CASE_FIXTURE(Fixture, "a head that is too long is refused with 431") {
        start();
        CHECK(
            raw("GET / HTTP/1.1\r\nHost: " + std::string(9000, 'a')).starts_with("HTTP/1.1 431 "));
    }

    TEST_CASE_FIXTURE(Fixture, "replies never echo what was sent") {
        start();
        const std::string answer = raw("GET /<marker> HTTP/1.0\r\nmarker: x\r\n\r\n");
        CHECK(answer.starts_with("HTTP/1.1 400 "));
        CHECK(answer.find("marker") == std::string::npos);
    }

    TEST_CASE_FIXTURE(Fixture, "a body cut short is never handled") {
        int handled = 0;
        start([&](Request request, PeerInfo peer) {
            ++handled;
            return echo(std::move(request), std::move(peer));
        });
        CHECK(raw("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc", true).empty());
        CHECK(handled == 0);
    }

    TEST_CASE_FIXTURE(Fixture, "a head that takes too long ends the connection") {
        settings.head_limit = 50ms;
        start();
        const auto begun = std::chrono::steady_clock::now();
        CHECK(raw("GET /a HT").empty());
        CHECK(std::chrono::steady_clock::now() - begun < 5s);
    }

    TEST_CASE_FIXTURE(Fixture, "a body that takes too long ends the connection") {
        settings.body_grace = 50ms;
        start();
        CHECK(raw("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc").empty());
    }

    TEST_CASE_FIXTURE(Fixture, "a handler that throws becomes status 500 and is reported") {
        std::string reported;
        auto throwing = [](Request, PeerInfo) -> asio::awaitable<Response> {
            throw std::runtime_error("broken");
            co_return Response{};
        };
        server.emplace(io.get_executor(),
                       settings,
                       throwing,
                       [&](const std::string&, const std::string& what) { reported = what; });
        REQUIRE(server->start());
        Client to = client();
        const auto response = send(to, "GET", "/");
        REQUIRE(response);
        CHECK(response->status == 500);
        CHECK(response->body.empty());
        CHECK(reported == "broken");
    }

    TEST_CASE_FIXTURE(Fixture, "one address gets its share of connections and no more") {
        settings.connections_per_address = 2;
        start();
        std::vector<Client> clients;
        for (int i = 0; i < 3; ++i) clients.push_back(client());
        CHECK(send(clients[0], "GET", "/"));
        CHECK(send(clients[1], "GET", "/"));
        const auto third = send(clients[2], "GET", "/");
        REQUIRE_FALSE(third);
        CHECK(third.error().code == ErrorCode::offline);
        clients[0].close();
        const auto retried = send(clients[1], "GET", "/");
        CHECK(retried);
        CHECK(send(clients[2], "GET", "/"));
    }

    TEST_CASE_FIXTURE(Fixture, "a kept connection the server closed is opened again") {
        settings.idle_limit = 20ms;
        start();
        Client to = client();
        REQUIRE(send(to, "GET", "/a"));
        asio::steady_timer later(io, 100ms);
        auto wait = [&]() -> asio::awaitable<int> {
            co_await later.async_wait(asio::use_awaitable);
            co_return 0;
        };
        support::run(io, wait());
        CHECK(server->connection_count() == 0);
        CHECK(send(to, "GET", "/b"));
    }

    TEST_CASE_FIXTURE(Fixture, "nobody listening is offline") {
        ClientSettings wanted;
        wanted.url = "http://127.0.0.1:1";
        Client to(io.get_executor(), wanted);
        const auto response = send(to, "GET", "/");
        REQUIRE_FALSE(response);
        CHECK(response.error().code == ErrorCode::offline);
    }

    TEST_CASE_FIXTURE(Fixture, "plain HTTP to another machine is refused") {
        ClientSettings wanted;
        wanted.url = "http://192.0.2.1:80";
        Client to(io.get_executor(), wanted);
        const auto response = send(to, "GET", "/");
        REQUIRE_FALSE(response);
        CHECK(response.error().code == ErrorCode::refused);
    }

    TEST_CASE_FIXTURE(Fixture, "a redirect is not followed") {
        start([](Request, PeerInfo) -> asio::awaitable<Response> {
            Response response;
            response.status = 302;
            response.fields.add("Location", "http://192.0.2.1/");
            co_return response;
        });
        Client to = client();
        const auto response = send(to, "GET", "/");
        REQUIRE_FALSE(response);
        CHECK(response.error().code == ErrorCode::corrupt);
    }

    TEST_CASE_FIXTURE(Fixture, "a reply over the client's limit is too large") {
        start([](Request, PeerInfo) -> asio::awaitable<Response> {
            Response response;
            response.body.resize(1000);
            co_return response;
        });
        ClientSettings wanted;
        wanted.url = url();
        wanted.body_bytes_max = 999;
        Client to(io.get_executor(), wanted);
        const auto response = send(to, "GET", "/");
        REQUIRE_FALSE(response);
        CHECK(response.error().code == ErrorCode::too_large);
    }

    TEST_CASE_FIXTURE(Fixture, "a port in use is named so") {
        start();
        settings.port = server->port();
        Server second(io.get_executor(), settings, echo, no_failure);
        const Status started = second.start();
        REQUIRE_FALSE(started);
        CHECK(started.error().code == ErrorCode::busy);
    }

    TEST_CASE("addresses of hubs are held to their form") {
        const auto good = parse_url("https://hub.example.org");
        REQUIRE(good);
        CHECK(good->is_tls);
        CHECK(good->port == 443);
        const auto v6 = parse_url("http://[::1]:8080/");
        REQUIRE(v6);
        CHECK(v6->host == "::1");
        CHECK(v6->authority == "[::1]:8080");
        CHECK(is_loopback_host(v6->host));
        for (const std::string bad : {"",
                                      "hub",
                                      "ftp://hub",
                                      "https://",
                                      "https://a:b@hub",
                                      "https://hub/path",
                                      "https://hub?x=1",
                                      "https://hub#x",
                                      "https://hub:0",
                                      "https://hub:99999",
                                      "https://hub:",
                                      "https://h h",
                                      "https://a%0ab",
                                      "https://a%2fb"}) {
            CAPTURE(bad);
            CHECK_FALSE(parse_url(bad));
        }
    }
}
