// What must not stand in a log cannot be given to a line: there is no way from these types to a
// value of a line, and a way made by accident does not compile here.
#include "daemon/core/value.h"
#include "daemon/crypto/secret.h"
#include "shared/log/log.h"
#include "shared/protocol/wire/join_string.h"

#include <sstream>

#include <doctest/doctest.h>

namespace satchel {

namespace {

template <class T>
constexpr bool kMayBeLogged = std::is_constructible_v<log::Pair, std::string_view, const T&>;

static_assert(kMayBeLogged<std::string>);
static_assert(kMayBeLogged<std::int64_t>);
static_assert(!kMayBeLogged<Bytes>);
static_assert(!kMayBeLogged<ByteView>);
static_assert(!kMayBeLogged<crypto::Secret>);
static_assert(!kMayBeLogged<crypto::Wiped<32>>);
static_assert(!kMayBeLogged<core::Value>);
static_assert(!kMayBeLogged<wire::JoinTicket>);

}  // namespace

TEST_SUITE("log/redaction") {
    TEST_CASE("a secret that is streamed shows nothing of itself") {
        const crypto::Secret secret = crypto::Secret::copy_of(as_bytes("tell nobody"));
        std::ostringstream out;
        out << secret;
        CHECK(out.str() == "***");
    }

    TEST_CASE("a join string that got into a text is masked") {
        wire::JoinTicket ticket;
        ticket.hub_url = "https://hub.example";
        ticket.admission_code = "code";
        const auto text = wire::to_join_string(ticket);
        REQUIRE(text.has_value());
        const std::string line = log::format_line("joined by " + *text, {{"join", *text}});
        const std::string secret_part = text->substr(text->size() - 20);
        CHECK(line.find(secret_part) == std::string::npos);
        CHECK(line.find("***") != std::string::npos);
    }
}

}  // namespace satchel
