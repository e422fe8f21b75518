// TLS: pins, roots, host names, and peers that do not speak it.
#include "tests/unit/http/loopback.h"

using namespace satchel;
using namespace satchel::http;
using namespace std::chrono_literals;

namespace {

struct TlsFixture {
    support::TempDir dir{};
    TestCertificate certificate{dir, "hub"};
    asio::io_context io{1};
    Server server{io.get_executor(), server_settings(), echo, no_failure};

    TlsFixture() { REQUIRE(server.start()); }

    ~TlsFixture() { support::run(io, stop()); }

    asio::awaitable<int> stop() {
        co_await server.stop();
        co_return 0;
    }

    [[nodiscard]] ServerSettings server_settings() const {
        ServerSettings settings;
        settings.tls = TlsFiles{certificate.certificate, certificate.key};
        return settings;
    }

    Result<Response> ask(const std::string& scheme, std::optional<Hash256> pin) {
        ClientSettings settings;
        settings.url = scheme + "://127.0.0.1:" + std::to_string(server.port());
        settings.tls_pin = pin;
        Client client(io.get_executor(), settings);
        Request request{"POST", "/secret", {}, {'x'}};
        return support::run(io, client.send(std::move(request), 5s));
    }
};

}  // namespace

TEST_SUITE("http/tls") {
    TEST_CASE_FIXTURE(TlsFixture, "the pinned key is trusted") {
        const auto pin = pin_of_certificate(certificate.certificate);
        REQUIRE(pin);
        const auto response = ask("https", *pin);
        REQUIRE(response);
        CHECK(as_text(response->body) == "POST /secret x");
    }

    TEST_CASE_FIXTURE(TlsFixture, "another key than the pinned one is refused") {
        const TestCertificate other(dir, "other");
        const auto pin = pin_of_certificate(other.certificate);
        REQUIRE(pin);
        const auto response = ask("https", *pin);
        REQUIRE_FALSE(response);
        CHECK(response.error().code == ErrorCode::refused);
    }

    TEST_CASE_FIXTURE(TlsFixture, "a self-signed certificate without a pin is refused") {
        const auto response = ask("https", std::nullopt);
        REQUIRE_FALSE(response);
        CHECK(response.error().code == ErrorCode::refused);
    }

    TEST_CASE_FIXTURE(TlsFixture,
                      "the key of a server can be looked at before anything is believed") {
        const std::string authority = "127.0.0.1:" + std::to_string(server.port());
        const auto key = support::run(io, look_at_key(io.get_executor(), "https://" + authority));
        REQUIRE(key);
        CHECK(*key == *pin_of_certificate(certificate.certificate));
        CHECK(ask("https", *key));
        CHECK_FALSE(support::run(io, look_at_key(io.get_executor(), "http://" + authority)));
        CHECK_FALSE(support::run(io, look_at_key(io.get_executor(), "https://127.0.0.1:1")));
    }

    TEST_CASE_FIXTURE(TlsFixture, "plain HTTP to a TLS port fails and says nothing useful") {
        const auto response = ask("http", std::nullopt);
        REQUIRE_FALSE(response);
    }

    TEST_CASE("TLS to a plain port is refused at once and told as what it is") {
        asio::io_context io{1};
        Server server{io.get_executor(), ServerSettings(), echo, no_failure};
        REQUIRE(server.start());
        for (const auto& pin : {std::optional<Hash256>(), std::optional(Hash256{1})}) {
            ClientSettings settings;
            settings.url = "https://127.0.0.1:" + std::to_string(server.port());
            settings.tls_pin = pin;
            Client client(io.get_executor(), settings);
            Request request{"POST", "/secret", {}, {'x'}};
            const auto begun = std::chrono::steady_clock::now();
            const auto response = support::run(io, client.send(std::move(request), 5s));
            CHECK(std::chrono::steady_clock::now() - begun < 4s);
            REQUIRE_FALSE(response);
            CHECK(response.error().code == ErrorCode::refused);
            CHECK(response.error().message.find("without TLS") != std::string::npos);
            CHECK(response.error().hint.find("certificate") != std::string::npos);
        }
        auto stopping = [&]() -> asio::awaitable<int> {
            co_await server.stop();
            co_return 0;
        };
        support::run(io, stopping());
    }

    TEST_CASE_FIXTURE(TlsFixture, "TLS 1.1 is not spoken") {
        const std::string command =
            "openssl s_client -tls1_1 -cipher ALL:@SECLEVEL=0 -connect "
            "127.0.0.1:" +
            std::to_string(server.port()) + " </dev/null >/dev/null 2>&1";
        std::thread pump([&] { io.run_for(3s); });
        const int ended = std::system(command.c_str());
        pump.join();
        io.restart();
        CHECK(ended != 0);
    }

    TEST_CASE("a key that is not the certificate's is a configuration error") {
        const support::TempDir dir;
        const TestCertificate one(dir, "one");
        const TestCertificate two(dir, "two");
        const auto mixed = make_server_tls({one.certificate, two.key});
        REQUIRE_FALSE(mixed);
        CHECK(mixed.error().code == ErrorCode::bad_config);
        CHECK_FALSE(make_server_tls({dir / "missing.crt", one.key}));
        CHECK_FALSE(pin_of_certificate(one.key));
    }
}
