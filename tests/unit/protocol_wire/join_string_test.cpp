// Join strings: one line there and back, and people who mistype.
#include "shared/protocol/wire/join_string.h"

#include "shared/protocol/wire/check_text.h"
#include "tests/support/result_text.h"

#include <algorithm>

#include <doctest/doctest.h>

namespace satchel::wire {

namespace {

JoinTicket full_ticket() {
    JoinTicket ticket;
    ticket.hub_url = "https://hub.example:8443";
    ticket.hub_id = "hub-1";
    ticket.tls_pin = Hash256{1, 2, 3};
    ticket.admission_code = "ABCD-EFGH";
    ticket.invite = Invite{WorkspaceId{{4}}, Hash256{5}, {6, 7}, DeviceId{{8}}};
    ticket.expires_ms = 1'800'000'000'000;
    return ticket;
}

}  // namespace

TEST_SUITE_BEGIN("wire/join_string");

TEST_CASE("the checksum is the crc of the standards") {
    CHECK(crc32(as_bytes("123456789")) == 0xcbf43926u);
}

TEST_CASE("tickets survive their text form with and without their optional parts") {
    JoinTicket ticket = full_ticket();
    SUBCASE("all parts") {}
    SUBCASE("no pin") {
        ticket.tls_pin.reset();
    }
    SUBCASE("no invitation") {
        ticket.invite.reset();
    }
    SUBCASE("neither") {
        ticket.tls_pin.reset();
        ticket.invite.reset();
    }
    SUBCASE("no code and no hub id") {
        ticket.admission_code.clear();
        ticket.hub_id.clear();
    }
    const auto text = to_join_string(ticket);
    REQUIRE(text);
    CHECK(text->starts_with("satchel_iv1_"));
    CHECK(std::all_of(text->begin(), text->end(), [](char letter) {
        return letter == '_' || base62_value(letter).has_value();
    }));
    const auto parsed = parse_join_string(" \t" + *text + "\r\n");
    REQUIRE(parsed);
    CHECK(*parsed == ticket);
}

TEST_CASE("every mistyped missing or doubled character is found and explained") {
    const std::string text = *to_join_string(full_ticket());
    for (std::size_t i = 0; i < text.size(); ++i) {
        CAPTURE(i);
        std::string typo = text;
        typo[i] = typo[i] == 'q' ? 'r' : 'q';
        std::string doubled = text;
        doubled.insert(i, 1, text[i]);
        for (const std::string& wrong : {typo, doubled, text.substr(0, i) + text.substr(i + 1)}) {
            const auto parsed = parse_join_string(wrong);
            REQUIRE_FALSE(parsed);
            CHECK(parsed.error().code == ErrorCode::refused);
            CHECK_FALSE(parsed.error().hint.empty());
        }
    }
    CHECK(parse_join_string(text.substr(0, text.size() - 1)).error().message ==
          "the join string's checksum does not match: a character is missing or mistyped");
}

TEST_CASE("a ticket of a newer version asks for an update") {
    std::string text = std::string(kJoinPrefix) + to_base32(Bytes{2, 0, 0});
    const auto check = check_text(text);
    text.append(check.data(), check.size());
    CHECK(parse_join_string(text).error().code == ErrorCode::version_mismatch);
}

TEST_CASE("texts that are no join strings are refused") {
    std::string empty_body(kJoinPrefix);
    const auto check = check_text(empty_body);
    empty_body.append(check.data(), check.size());
    for (const std::string& text : {std::string(),
                                    std::string("satchel_dk1_abc"),
                                    std::string(kJoinPrefix),
                                    empty_body,
                                    std::string(3000, 'a'),
                                    std::string(kJoinPrefix) + "abc"}) {
        CAPTURE(text);
        const auto parsed = parse_join_string(text);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().code == ErrorCode::refused);
    }
}

TEST_CASE("addresses and codes that would not print are not written") {
    JoinTicket ticket = full_ticket();
    SUBCASE("a control character") {
        ticket.hub_url = "https://hub\nexample";
    }
    SUBCASE("not ascii") {
        ticket.admission_code = "caf\xc3\xa9";
    }
    SUBCASE("no address") {
        ticket.hub_url.clear();
    }
    SUBCASE("too long") {
        ticket.hub_id = std::string(65, 'a');
    }
    const auto text = to_join_string(ticket);
    REQUIRE_FALSE(text);
    CHECK(text.error().code == ErrorCode::invalid_argument);
}

TEST_SUITE_END();

}  // namespace satchel::wire
