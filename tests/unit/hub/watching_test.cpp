// What a hub tells its operator: whom a proxy speaks for, numbers that name nobody, whether it is
// well.
#include "daemon/hub/metrics.h"
#include "daemon/hub/proxies.h"
#include "tests/unit/hub/fixtures.h"

using namespace satchel;
using namespace satchel::test;
using hub::TrustedProxies;

TEST_SUITE_BEGIN("hub/watching");

TEST_CASE("only a trusted proxy is believed and only about the nearest address") {
    struct Row {
        std::string trusted;
        std::string peer;
        std::string forwarded;
        std::string client;
    };

    for (const Row& row : {
             Row{"", "127.0.0.1", "192.0.2.7", "127.0.0.1"},
             Row{"127.0.0.1", "192.0.2.9", "192.0.2.7", "192.0.2.9"},
             Row{"127.0.0.1", "127.0.0.1", "192.0.2.7", "192.0.2.7"},
             Row{"127.0.0.1", "127.0.0.1", "203.0.113.5, 192.0.2.7", "192.0.2.7"},
             Row{"127.0.0.1,10.0.0.0/8", "127.0.0.1", "192.0.2.7, 10.3.4.5", "192.0.2.7"},
             Row{"127.0.0.1", "127.0.0.1", "", "127.0.0.1"},
             Row{"127.0.0.1", "127.0.0.1", "unknown", "127.0.0.1"},
             Row{"127.0.0.1", "127.0.0.1", "192.0.2.7, evil\"name", "127.0.0.1"},
             Row{"127.0.0.1", "127.0.0.1", "192.0.2.7,", "127.0.0.1"},
             Row{"127.0.0.1", "::ffff:127.0.0.1", "192.0.2.7", "192.0.2.7"},
             Row{"2001:db8::/32", "2001:db8::1", "2001:db9::7", "2001:db9::7"},
             Row{"10.0.0.0/9", "10.128.0.1", "192.0.2.7", "10.128.0.1"},
         }) {
        CAPTURE(row.trusted);
        CAPTURE(row.forwarded);
        const auto proxies = TrustedProxies::parse(row.trusted);
        REQUIRE(proxies);
        CHECK(proxies->client_of(row.peer, row.forwarded) == row.client);
    }
}

TEST_CASE("a list of proxies with a mistake is refused whole") {
    for (const char* list : {"localhost",
                             ",127.0.0.1",
                             "127.0.0.1/0",
                             "127.0.0.1/33",
                             "10.0.0.0/",
                             "10.0.0.0/8x",
                             "10.0.0",
                             " "}) {
        CAPTURE(list);
        const auto proxies = TrustedProxies::parse(list);
        REQUIRE(!proxies);
        CHECK(proxies.error().code == ErrorCode::invalid_argument);
    }
}

TEST_CASE("metrics count by kind and name nobody") {
    hub::Metrics metrics;
    metrics.count({"POST", "push", 200, "", 500, 0, 20ms, "nbt45abd5kexzajqf5mhheu25a"});
    metrics.count({"POST", "push", 200, "", 100, 0, 30ms, "nbt45abd5kexzajqf5mhheu25a"});
    metrics.count({"POST", "push", 429, "rate-limited", 0, 40, 0ms, ""});
    hub::Gauges now;
    now.version = "1.2.3";
    now.devices = 2;
    const std::string text = metrics.text(now);
    const auto says = [&](std::string_view line) {
        return text.find("\n" + std::string(line) + "\n") != std::string::npos;
    };
    CHECK(says("satchel_hub_requests_total{class=\"push\",status=\"200\"} 2"));
    CHECK(says("satchel_hub_requests_total{class=\"push\",status=\"429\"} 1"));
    CHECK(says("satchel_hub_request_seconds_total{class=\"push\"} 0.050"));
    CHECK(says("satchel_hub_refusals_total{reason=\"rate-limited\"} 1"));
    CHECK(says("satchel_hub_received_bytes_total 600"));
    CHECK(says("satchel_hub_sent_bytes_total 40"));
    CHECK(says("satchel_hub_devices 2"));
    CHECK(says("# TYPE satchel_hub_devices gauge"));
    CHECK(text.find("nbt45") == std::string::npos);
    // Nothing is known of these, so nothing is said.
    CHECK(text.find("last_backup") == std::string::npos);
    CHECK(text.find("tls_expires") == std::string::npos);
}

TEST_CASE_FIXTURE(HubWorld, "every request is told once with its kind and who proved to ask") {
    std::vector<std::string> told;
    settings.metrics_address = "127.0.0.1";
    hub.emplace(io.get_executor(), settings, clock, [](const auto&, const auto&) {});
    hub->on_served([&](const hub::Served& served) {
        told.push_back(std::string(served.operation) + " " + std::to_string(served.status) +
                       (served.device.empty() ? "" : " proved"));
    });
    REQUIRE(hub->start());
    CHECK(hub->metrics_port() != 0);
    const auto code = hub->new_admission(hub::AdmissionKind::founding, 60s);
    REQUIRE(code);
    REQUIRE(enroll(founder, *code, genesis()));
    REQUIRE(run(connect(founder)->members(0, 0s)));
    CHECK(std::ranges::find(told, "enroll 200 proved") != told.end());
    CHECK(std::ranges::find(told, "session 200") != told.end());
    CHECK(std::ranges::find(told, "members 200 proved") != told.end());
    const auto figures = run(hub->figures());
    REQUIRE(figures);
    CHECK(figures->requests == told.size());
}

TEST_SUITE_END();
