// What a device makes of things that answer at a hub's address and are none, or are wrapped in TLS.
#include "tests/unit/http/loopback.h"
#include "tests/unit/hub/fixtures.h"

using namespace satchel;
using namespace satchel::test;

namespace {

/// Something that speaks HTTP and is no hub.
struct Stranger {
    asio::io_context io{1};
    http::Response answer{};
    http::Server server{io.get_executor(),
                        {},
                        [this](http::Request, http::PeerInfo) -> asio::awaitable<http::Response> {
                            co_return answer;
                        },
                        http::no_failure};
    Device device = Device::make();

    Stranger() { REQUIRE(server.start()); }

    ~Stranger() {
        auto stop = [this]() -> asio::awaitable<int> {
            co_await server.stop();
            co_return 0;
        };
        support::run(io, stop());
    }

    [[nodiscard]] transport::HubSettings settings() const {
        transport::HubSettings wanted;
        wanted.url = "http://127.0.0.1:" + std::to_string(server.port());
        wanted.device = device.keys.device();
        return wanted;
    }

    ErrorCode probe() {
        return code_of(support::run(io, transport::probe_health(io.get_executor(), settings())));
    }

    ErrorCode heads() {
        transport::HubTransport hub(io.get_executor(), settings(), device.signer());
        return code_of(support::run(io, hub.heads({}, 0s)));
    }
};

}  // namespace

TEST_SUITE("transport/hub") {
    TEST_CASE_FIXTURE(Stranger, "a web server that is no hub is named so") {
        answer.body = to_bytes(as_bytes("<html>welcome</html>"));
        CHECK(probe() == ErrorCode::corrupt);
        CHECK(heads() == ErrorCode::corrupt);
        answer.status = 404;
        CHECK(probe() == ErrorCode::corrupt);
    }

    TEST_CASE_FIXTURE(Stranger, "an overloaded proxy in front of a hub is not a broken hub") {
        answer.status = 503;
        CHECK(heads() == ErrorCode::busy);
        CHECK(probe() == ErrorCode::busy);
        answer.status = 429;
        CHECK(probe() == ErrorCode::rate_limited);
    }

    TEST_CASE_FIXTURE(Stranger, "a hub of a newer format is a version mismatch") {
        answer.body = {2, 0, 0};
        CHECK(probe() == ErrorCode::version_mismatch);
    }

    TEST_CASE_FIXTURE(HubWorld, "a workspace works over TLS with the pin of the join string") {
        const http::TestCertificate certificate(dir, "tls");
        settings.tls_certificate = certificate.certificate;
        settings.tls_key = certificate.key;
        start();
        const auto pin = hub->tls_pin();
        REQUIRE(pin);
        REQUIRE(pin->has_value());
        CHECK(hub->url().starts_with("https://"));
        auto wanted = device_settings(founder);
        CHECK(code_of(run(transport::probe_health(io.get_executor(), wanted))) ==
              ErrorCode::refused);
        wanted.tls_pin = **pin;
        CHECK(run(transport::probe_health(io.get_executor(), wanted)));
        (*wanted.tls_pin)[0] ^= 1;
        CHECK(code_of(run(transport::probe_health(io.get_executor(), wanted))) ==
              ErrorCode::refused);
    }
}
