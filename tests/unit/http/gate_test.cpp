// Every rule of the gate has a row here: what is sent, which status it earns (0: it passes).
#include "daemon/http/gate.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::http;

namespace {

const std::string kHost = "Host: hub.example\r\n";

std::string get(const std::string& target, const std::string& fields = kHost) {
    return "GET " + target + " HTTP/1.1\r\n" + fields + "\r\n";
}

std::string post(const std::string& fields) {
    return "POST /v1/x HTTP/1.1\r\n" + kHost + fields + "\r\n";
}

std::string many_fields(std::size_t count) {
    std::string fields = kHost;
    for (std::size_t i = 1; i < count; ++i) fields += "a" + std::to_string(i) + ": b\r\n";
    return fields;
}

unsigned status_of(std::string_view head) {
    const auto parsed = parse_request_head(as_bytes(head));
    const auto* refusal = std::get_if<Refusal>(&parsed);
    return refusal != nullptr ? refusal->status : 0;
}

unsigned reply_status_of(std::string_view head) {
    const auto parsed = parse_reply_head(as_bytes(head), 100);
    const auto* refusal = std::get_if<Refusal>(&parsed);
    return refusal != nullptr ? refusal->status : 0;
}

struct Row {
    const char* what;
    std::string head;
    unsigned status;
};

const std::vector<Row> kRequests = {
    {"a plain request", get("/v1/health"), 0},
    {"a query", get("/v1/x?wait=60&from=3"), 0},
    {"dots in a query are not a path", get("/v1/x?a=..//"), 0},
    {"a body", post("Content-Length: 3\r\n"), 0},
    {"an empty body", post("Content-Length: 0\r\n"), 0},
    {"the largest body", post("Content-Length: 8388608\r\n"), 0},
    {"64 fields", get("/", many_fields(64)), 0},
    {"a value with tabs and spaces", get("/", kHost + "a: \t b c \t\r\n"), 0},
    {"GET with length zero", get("/", kHost + "Content-Length: 0\r\n"), 0},
    {"the longest target", get("/" + std::string(2047, 'a')), 0},

    {"no host", get("/", "a: b\r\n"), 400},
    {"two hosts", get("/", kHost + kHost), 400},
    {"two hosts of different case", get("/", kHost + "HOST: hub.example\r\n"), 400},
    {"empty host", get("/", "Host: \r\n"), 400},
    {"host with a blank", get("/", "Host: a b\r\n"), 400},
    {"host with user", get("/", "Host: a@b\r\n"), 400},
    {"a list of hosts", get("/", "Host: a,b\r\n"), 400},

    {"HTTP/1.0", "GET / HTTP/1.0\r\n" + kHost + "\r\n", 400},
    {"HTTP/2", "GET / HTTP/2.0\r\n" + kHost + "\r\n", 400},
    {"HTTP/1.12", "GET / HTTP/1.12\r\n" + kHost + "\r\n", 400},
    {"lower-case http", "GET / http/1.1\r\n" + kHost + "\r\n", 400},
    {"no version", "GET /\r\n" + kHost + "\r\n", 400},
    {"two blanks after the method", "GET  / HTTP/1.1\r\n" + kHost + "\r\n", 400},
    {"leading blank", " GET / HTTP/1.1\r\n" + kHost + "\r\n", 400},
    {"leading empty line", "\r\nGET / HTTP/1.1\r\n" + kHost + "\r\n", 400},

    {"chunked", post("Transfer-Encoding: chunked\r\n"), 400},
    {"length then chunked", post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"), 400},
    {"chunked then length", post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"), 400},
    {"coding gzip", post("Transfer-Encoding: gzip\r\nContent-Length: 3\r\n"), 400},
    {"coding xchunked", post("Transfer-Encoding: xchunked\r\nContent-Length: 3\r\n"), 400},
    {"coding list", post("Transfer-Encoding: chunked, gzip\r\n"), 400},
    {"coding on GET", get("/", kHost + "transfer-encoding: identity\r\n"), 400},
    {"compressed body", post("Content-Encoding: gzip\r\nContent-Length: 3\r\n"), 400},
    {"trailers announced", post("Trailer: a\r\nContent-Length: 3\r\n"), 400},

    {"no length", post(""), 411},
    {"length list", post("Content-Length: 3, 3\r\n"), 400},
    {"two equal lengths", post("Content-Length: 3\r\nContent-Length: 3\r\n"), 400},
    {"two different lengths", post("Content-Length: 3\r\nContent-Length: 4\r\n"), 400},
    {"negative length", post("Content-Length: -1\r\n"), 400},
    {"signed length", post("Content-Length: +3\r\n"), 400},
    {"hexadecimal length", post("Content-Length: 0x3\r\n"), 400},
    {"empty length", post("Content-Length: \r\n"), 400},
    {"length with a blank", post("Content-Length: 3 3\r\n"), 400},
    {"length 2^64", post("Content-Length: 18446744073709551616\r\n"), 400},
    {"length of 30 digits", post("Content-Length: 000000000000000000000000000003\r\n"), 400},
    {"a byte too many", post("Content-Length: 8388609\r\n"), 413},
    {"GET with a body", get("/", kHost + "Content-Length: 3\r\n"), 400},

    {"folded field", get("/", kHost + "a: b\r\n c\r\n"), 400},
    {"folded first field", get("/", " a: b\r\n" + kHost), 400},
    {"bare LF", get("/", kHost + "a: b\nc: d\r\n"), 400},
    {"bare CR", get("/", kHost + "a: b\rc: d\r\n"), 400},
    {"bare LF in the request line", "GET / HTTP/1.1\n" + kHost + "\r\n", 400},
    {"NUL in a value", get("/", kHost + std::string("a: b\0c\r\n", 8)), 400},
    {"NUL in the target", "GET /a" + std::string(1, '\0') + " HTTP/1.1\r\n" + kHost + "\r\n", 400},
    {"blank before the colon", get("/", kHost + "a : b\r\n"), 400},
    {"empty name", get("/", kHost + ": b\r\n"), 400},
    {"no colon", get("/", kHost + "a\r\n"), 400},
    {"name outside tokens", get("/", kHost + "a(b): c\r\n"), 400},
    {"value outside ASCII", get("/", kHost + "a: \xc3\xa4\r\n"), 400},

    {"absolute form", get("http://hub.example/"), 400},
    {"authority form", get("hub.example:443"), 400},
    {"asterisk form", get("*"), 400},
    {"double slash", get("/v1//x"), 400},
    {"double slash first", get("//v1/x"), 400},
    {"dot dot", get("/v1/../x"), 400},
    {"dot dot at the end", get("/v1/.."), 400},
    {"single dot", get("/v1/./x"), 400},
    {"encoded dots", get("/v1/%2e%2e/x"), 400},
    {"encoded dots in upper case", get("/v1/%2E%2E/x"), 400},
    {"encoded slash", get("/v1%2fx"), 400},
    {"backslash", get("/v1\\x"), 400},
    {"fragment", get("/v1/x#y"), 400},
    {"blank in the target", get("/v1/x y"), 400},
    {"target too long", get("/" + std::string(2048, 'a')), 414},

    {"65 fields", get("/", many_fields(65)), 431},
    {"head of 8 KiB and a byte", get("/", kHost + "a: " + std::string(8192, 'b') + "\r\n"), 431},

    {"100-continue", post("Expect: 100-continue\r\nContent-Length: 3\r\n"), 417},
    {"TRACE", "TRACE / HTTP/1.1\r\n" + kHost + "\r\n", 405},
    {"CONNECT", "CONNECT hub.example:443 HTTP/1.1\r\n" + kHost + "\r\n", 405},
    {"lower-case method", "get / HTTP/1.1\r\n" + kHost + "\r\n", 405},
    {"upgrade", get("/", kHost + "Connection: upgrade\r\nUpgrade: websocket\r\n"), 405},
    {"bytes after the head", get("/") + "x", 400},
    {"no empty line", "GET / HTTP/1.1\r\n" + kHost, 400},
    {"nothing", "", 400},
};

const std::vector<Row> kReplies = {
    {"a body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", 0},
    {"no reason", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", 0},
    {"not modified", "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n", 0},
    {"chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
    {"no length", "HTTP/1.1 200 OK\r\n\r\n", 400},
    {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", 400},
    {"too long", "HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n", 413},
    {"old version", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n", 400},
    {"interim status", "HTTP/1.1 100 Continue\r\n\r\n", 400},
    {"status of letters", "HTTP/1.1 2x0 OK\r\nContent-Length: 1\r\n\r\n", 400},
    {"status of four digits", "HTTP/1.1 2000 OK\r\nContent-Length: 1\r\n\r\n", 400},
    {"another protocol", "SSH-2.0-OpenSSH_9.2\r\n\r\n", 400},
    {"bare LF", "HTTP/1.1 200 OK\nContent-Length: 1\r\n\r\n", 400},
    {"folded", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n a\r\n\r\n", 400},
};

}  // namespace

TEST_SUITE("http/gate") {
    TEST_CASE("every row of the request table gets its status") {
        for (const Row& row : kRequests) {
            CAPTURE(row.what);
            CHECK(status_of(row.head) == row.status);
        }
    }

    TEST_CASE("every row of the reply table gets its status") {
        for (const Row& row : kReplies) {
            CAPTURE(row.what);
            CHECK(reply_status_of(row.head) == row.status);
        }
    }

    TEST_CASE("a request head is taken apart") {
        const std::string text =
            "PUT /v1/a?b=c HTTP/1.1\r\nHost: h\r\nX-Thing:  v \r\nContent-Length: 7\r\n"
            "Connection: Close\r\n\r\n";
        const auto parsed = parse_request_head(as_bytes(text));
        const auto* head = std::get_if<RequestHead>(&parsed);
        REQUIRE(head != nullptr);
        CHECK(head->method == "PUT");
        CHECK(head->target == "/v1/a?b=c");
        CHECK(head->fields.get("x-thing") == "v");
        CHECK(head->body_bytes == 7);
        CHECK_FALSE(head->keep_alive);
    }

    TEST_CASE("a head cut anywhere never passes") {
        const std::string whole = post("Content-Length: 3\r\n");
        for (std::size_t size = 0; size < whole.size(); ++size)
            CHECK(status_of(std::string_view(whole).substr(0, size)) != 0);
    }

    TEST_CASE("the end of a head is CRLF CRLF only") {
        CHECK_FALSE(find_head_end(as_bytes("GET / HTTP/1.1\n\n")));
        CHECK_FALSE(find_head_end(as_bytes("GET / HTTP/1.1\r\n")));
        CHECK(find_head_end(as_bytes("a\r\n\r\nrest")) == 5);
        for (const char first : {'G', 'P', 'D'}) CHECK(may_begin_request(static_cast<Byte>(first)));
        for (const int first : {0x16, 0x80, 0, 0x0d, 0x67, 0x20})
            CHECK_FALSE(may_begin_request(static_cast<Byte>(first)));
    }

    TEST_CASE("numbers are all digits and fit") {
        CHECK(parse_decimal("0") == 0u);
        CHECK(parse_decimal("9999999999999999999") == 9999999999999999999u);
        CHECK_FALSE(parse_decimal(""));
        CHECK_FALSE(parse_decimal("-1"));
        CHECK_FALSE(parse_decimal(" 1"));
        CHECK_FALSE(parse_decimal("18446744073709551615"));
    }
}
