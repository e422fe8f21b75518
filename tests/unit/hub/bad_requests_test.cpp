// Bad HTTP requests, said to a real hub over a real socket. Each ends with its status, is followed
// by nothing on the same connection, and leaves what the hub keeps as it was. Requests that are
// only wrongly signed are in signature_test, devices that may not call in members_test, peers that
// are slow in http/slow_peers_test.
#include "daemon/http/client.h"
#include "tests/unit/http/loopback.h"
#include "tests/unit/hub/fixtures.h"

#include <SQLiteCpp/Database.h>

using namespace satchel;
using namespace satchel::test;
using wire::HubRefusal;

namespace {

/// A founded workspace, and a peer that says whatever it likes.
struct Rude : HubWorld {
    Rude() { found(); }

    std::string raw(const std::string& bytes, bool ends = false) {
        return http::exchange_raw(io, hub->port(), bytes, ends);
    }

    /// The status of the one answer to `bytes`, behind which a sound request waits to be smuggled
    /// in.
    int status_of(const std::string& bytes) {
        const std::string answer = raw(bytes + "GET /v1/health HTTP/1.1\r\nHost: h\r\n\r\n");
        CHECK(answer.find("\r\nConnection: close\r\n") != std::string::npos);
        CHECK(answer.find("HTTP/1.1 200") == std::string::npos);
        return answer.starts_with("HTTP/1.1 ") ? std::stoi(answer.substr(9, 3)) : 0;
    }

    std::uint64_t handled() { return run(hub->figures())->requests; }

    std::string stored() {
        SQLite::Database database((dir / "hub/hub.db").string(), SQLite::OPEN_READONLY);
        std::string rows;
        for (const char* table : {"workspace", "member", "waiting", "admission", "head", "segment"})
            rows +=
                std::to_string(
                    database.execAndGet(std::string("SELECT count(*) FROM ") + table).getInt()) +
                " ";
        return rows;
    }
};

struct Row {
    const char* what;
    std::string request;
    int status;
};

const std::string kPost = "POST /v1/enroll HTTP/1.1\r\nHost: h\r\n";
const std::string kGet = "GET /v1/health HTTP/1.1\r\nHost: h\r\n";

std::string fields(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += "a" + std::to_string(i) + ": b\r\n";
    return text;
}

const std::vector<Row> kRows = {
    {"CL then TE", kPost + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"TE then CL", kPost + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400},
    {"TE gzip", kPost + "Transfer-Encoding: gzip\r\n\r\n", 400},
    {"TE xchunked", kPost + "Transfer-Encoding: xchunked\r\nContent-Length: 3\r\n\r\nabc", 400},
    {"TE list", kPost + "Transfer-Encoding: chunked, gzip\r\n\r\n", 400},
    {"TE obfuscated", kPost + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400},
    {"HTTP/1.0 chunked",
     "POST /v1/enroll HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     400},
    {"length -1", kPost + "Content-Length: -1\r\n\r\n", 400},
    {"length +3", kPost + "Content-Length: +3\r\n\r\nabc", 400},
    {"length 3, 3", kPost + "Content-Length: 3, 3\r\n\r\nabc", 400},
    {"length twice", kPost + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400},
    {"length 2^64", kPost + "Content-Length: 18446744073709551616\r\n\r\n", 400},
    {"length missing on POST", kPost + "\r\n", 411},
    {"two Host", kGet + "Host: h\r\n\r\n", 400},
    {"no Host", "GET /v1/health HTTP/1.1\r\n\r\n", 400},
    {"absolute form", "GET http://h/v1/health HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"double slash", "GET //v1/health HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"dot dot", "GET /v1/../v1/health HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"encoded dot dot", "GET /v1/%2e%2e/v1/health HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"NUL in the target",
     "GET /v1/health" + std::string(1, '\0') + " HTTP/1.1\r\nHost: h\r\n\r\n",
     400},
    {"target of 3 KiB", "GET /v1/" + std::string(3072, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n", 414},
    {"head of 8 KiB and a byte", kGet + "a: " + std::string(8192, 'b') + "\r\n\r\n", 431},
    {"65 fields", kGet + fields(64) + "\r\n", 431},
    {"folded field", kGet + "a: b\r\n c\r\n\r\n", 400},
    {"bare LF", kGet + "a: b\nc: d\r\n\r\n", 400},
    {"NUL in a field", kGet + std::string("a: b\0c\r\n\r\n", 10), 400},
    {"body of 8 MiB and a byte", kPost + "Content-Length: 8388609\r\n\r\n", 413},
    {"compressed body", kPost + "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", 400},
    {"TRACE", "TRACE /v1/health HTTP/1.1\r\nHost: h\r\n\r\n", 405},
    {"CONNECT", "CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n", 405},
    {"upgrade", kGet + "Connection: upgrade\r\nUpgrade: h2c\r\n\r\n", 405},
    {"100-continue", kPost + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc", 417},
};

}  // namespace

TEST_SUITE("hub/bad requests") {
    TEST_CASE_FIXTURE(Rude, "every bad head gets its status and nothing behind it is read") {
        const std::string before = stored();
        const std::uint64_t handled_before = handled();
        for (const Row& row : kRows) {
            CAPTURE(row.what);
            CHECK(status_of(row.request) == row.status);
        }
        CHECK(handled() == handled_before);
        CHECK(stored() == before);
    }

    TEST_CASE_FIXTURE(Rude, "a body that ends before its length is handled at no length") {
        const auto code = hub->new_admission(hub::AdmissionKind::joining, 60s);
        REQUIRE(code);
        const std::string before = stored();
        wire::EnrollRequest request;
        request.code = *code;
        const Bytes whole = wire::encode_enroll_request(request);
        const std::string body(as_text(whole));
        const std::string head =
            kPost + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
        const std::uint64_t handled_before = handled();
        for (std::size_t size = 0; size < body.size(); ++size)
            CHECK(raw(head + body.substr(0, size), true).empty());
        CHECK(handled() == handled_before);
        CHECK(stored() == before);
    }

    TEST_CASE_FIXTURE(Rude, "positions that no honest device reaches are refused") {
        constexpr std::uint64_t kTooFar = std::uint64_t{1} << 63;
        auto desk = connect(founder);
        CHECK(code_of(run(desk->push({{segment(founder, 1, kTooFar)}, {}}))) ==
              ErrorCode::invalid_argument);
        CHECK(code_of(run(desk->push({{segment(founder, 0, 1)}, {}}))) ==
              ErrorCode::invalid_argument);
        CHECK(code_of(run(desk->push({{}, head(founder, kTooFar)}))) ==
              ErrorCode::invalid_argument);
        CHECK(code_of(run(desk->pull({{founder.keys.device(), LaneId{1}, kTooFar}}, 100))) ==
              ErrorCode::invalid_argument);
        CHECK(run(desk->push({{segment(founder, 1, 1)}, head(founder, 1)})));
    }

    TEST_CASE_FIXTURE(Rude, "cursors of the future and limits beyond all bounds are cut to size") {
        auto desk = connect(founder);
        std::vector<Bytes> segments;
        for (std::uint64_t seq = 1; seq <= 5; ++seq)
            segments.push_back(segment(founder, seq, seq, 2u << 20));
        for (const Bytes& one : segments) REQUIRE(run(desk->push({{one}, {}})));
        const auto device = founder.keys.device();
        CHECK(run(desk->pull({{device, LaneId{1}, 1'000'000}}, 100))->segments.empty());
        const auto page = run(desk->pull({{device, LaneId{1}, 0}}, 1'000'000'000));
        REQUIRE(page);
        CHECK(page->has_more);
        CHECK(page->segments.size() < segments.size());
        CHECK(run(desk->members(1'000'000, 0s))->empty());
    }

    TEST_CASE_FIXTURE(Rude, "numbers in a query are all digits or malformed") {
        http::ClientSettings wanted;
        wanted.url = hub->url();
        http::Client client(io.get_executor(), wanted);
        http::Request open{"POST", std::string(wire::kTargetSession), {}, {}};
        open.body = wire::encode_session_request({keyring.workspace(), founder.keys.device()});
        const auto opened = run(client.send(open, 5s));
        REQUIRE(opened);
        const auto session = wire::decode_session_reply(opened->body);
        REQUIRE(session);
        std::uint64_t counter = 0;
        const auto ask = [&](const std::string& call) {
            http::Request request{"GET", wire::workspace_target(keyring.workspace(), call), {}, {}};
            const Bytes canonical = wire::canonical_request({hub->hub_id(),
                                                             session->nonce,
                                                             ++counter,
                                                             request.method,
                                                             request.target,
                                                             crypto::sha256(request.body)});
            request.fields.add("Satchel-Device", founder.keys.device().text());
            request.fields.add("Satchel-Session", to_base32(session->nonce));
            request.fields.add("Satchel-Counter", std::to_string(counter));
            request.fields.add("Satchel-Signature",
                               to_base32(crypto::sign_request(founder.keys, canonical)));
            return run(client.send(request, 5s))->status;
        };
        for (const char* number : {"-1", "+1", "1.5", "0x1", "x", "18446744073709551616"}) {
            CAPTURE(number);
            CHECK(ask(std::string("members?from=") + number) == 400);
        }
        CHECK(ask("members?from=0") == 200);
        // A wait that is none, or negative, is no wait; nobody is made to hang.
        const auto begun = std::chrono::steady_clock::now();
        for (const char* wait : {"-1", "x", "18446744073709551616"})
            CHECK(ask(std::string("heads?wait=") + wait) == 200);
        CHECK(std::chrono::steady_clock::now() - begun < 5s);
    }

    TEST_CASE_FIXTURE(Rude, "a flood of bad codes is limited and leaves nothing behind") {
        const std::uint16_t port = hub->port();
        stop();
        settings.opens_per_second = 1;
        settings.port = port;
        start();
        const std::string before = stored();
        int refused = 0;
        int limited = 0;
        for (int i = 0; i < 300; ++i) {
            const auto code = code_of(enroll(founder, "guess-" + std::to_string(i)));
            refused += code == ErrorCode::refused ? 1 : 0;
            limited += code == ErrorCode::rate_limited ? 1 : 0;
        }
        CHECK(refused + limited == 300);
        CHECK(refused > 0);
        CHECK(refused < 60);
        CHECK(stored() == before);
    }

    TEST_CASE_FIXTURE(Rude, "marks that mean something to SQL or a template are only text") {
        for (const std::string text : {"' OR 1=1 --",
                                       "\"); DROP TABLE member; --",
                                       "%' UNION SELECT id FROM workspace --",
                                       "{{7*7}} ${7*7} %n%s <script>"}) {
            CAPTURE(text);
            CHECK(code_of(enroll(Device::make(), text)) == ErrorCode::refused);
            const Hash256 hash = crypto::sha256(as_bytes(text));
            REQUIRE(run(connect(founder)->invite(hash, clock.now_ms() + 60'000)));
            const Device laptop = Device::make();
            wire::EnrollRequest request;
            request.code = text;
            request.workspace = keyring.workspace();
            request.ed_public = laptop.keys.ed_public();
            request.x_public = laptop.keys.x_public();
            request.sealed_name = to_bytes(as_bytes(text));
            request.proof = to_bytes(as_bytes(text));
            REQUIRE(run(transport::enroll(
                io.get_executor(), device_settings(laptop), std::move(request), laptop.signer())));
            const auto joins = run(connect(founder)->joins());
            REQUIRE(joins);
            CHECK(as_text(joins->back().sealed_name) == text);
            CHECK(as_text(joins->back().proof) == text);
        }
        CHECK(run(connect(founder)->members(0, 0s))->size() == 1);
    }
}
