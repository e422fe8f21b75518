// What people paste where an API key or a join string belongs: each is refused with words that say
// what it is. Mistyped characters one by one are in api_key_test and wire/join_string_test.
#include "daemon/crypto/api_key.h"
#include "shared/protocol/wire/check_text.h"
#include "shared/protocol/wire/join_string.h"
#include "tests/support/result_text.h"
#include "tests/unit/crypto/fixtures.h"

#include <algorithm>
#include <cctype>

#include <doctest/doctest.h>

namespace satchel::crypto {

namespace {

/// A key and a join string that are good.
struct Good {
    std::string key;
    std::string join;

    Good() {
        test::CountingRandom random(3);
        key = std::string(as_text(ApiKey::create(random)->text().view()));
        wire::JoinTicket ticket;
        ticket.hub_url = "https://hub.example";
        ticket.admission_code = "ABCD";
        join = *wire::to_join_string(ticket);
        REQUIRE(ApiKey::parse(key));
        REQUIRE(wire::parse_join_string(join));
    }

    /// What is said of a text; empty when it is taken.
    static std::string of_key(const std::string& text) {
        const auto parsed = ApiKey::parse(text);
        if (parsed) return {};
        CHECK(parsed.error().code == ErrorCode::refused);
        CHECK_FALSE(parsed.error().hint.empty());
        return parsed.error().message;
    }

    static std::string of_join(const std::string& text) {
        const auto parsed = wire::parse_join_string(text);
        if (parsed) return {};
        CHECK(parsed.error().code == ErrorCode::refused);
        CHECK_FALSE(parsed.error().hint.empty());
        return parsed.error().message;
    }
};

bool says(const std::string& message, std::string_view words) {
    INFO(message);
    return message.find(words) != std::string::npos;
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char letter) {
        return static_cast<char>(std::tolower(letter));
    });
    return text;
}

/// The full-width forms of ASCII letters, as some input methods type them.
std::string full_width(const std::string& text) {
    std::string wide;
    for (const char letter : text) {
        const int point = 0xff00 + (static_cast<unsigned char>(letter) - 0x20);
        wide += static_cast<char>(0xe0 | point >> 12);
        wide += static_cast<char>(0x80 | (point >> 6 & 0x3f));
        wide += static_cast<char>(0x80 | (point & 0x3f));
    }
    return wide;
}

}  // namespace

TEST_SUITE_BEGIN("crypto/bad keys");

TEST_CASE_FIXTURE(Good, "a character changed or swapped or missing or added is a typing mistake") {
    const auto each = [](const std::string& good, auto judge) {
        for (std::size_t at = 12; at + 1 < good.size(); ++at) {
            CAPTURE(at);
            std::string changed = good;
            changed[at] = changed[at] == 'k' ? 'm' : 'k';
            std::string swapped = good;
            std::swap(swapped[at], swapped[at + 1]);
            std::string missing = good;
            missing.erase(at, 1);
            std::string added = good;
            added.insert(at, 1, 'k');
            for (const std::string& wrong : {changed, swapped, missing, added})
                if (wrong != good) CHECK(says(judge(wrong), "checksum does not match"));
        }
    };
    each(key, of_key);
    each(join, of_join);
}

TEST_CASE_FIXTURE(Good, "a key where a join string belongs is named and the other way round") {
    CHECK(says(of_key(join), "a join string"));
    CHECK(says(of_join(key), "a device's API key"));
}

TEST_CASE_FIXTURE(Good, "a key of another program is said to be one") {
    for (const std::string& foreign : {std::string("sk-ant-api03-") + std::string(40, 'x'),
                                       std::string("ghp_") + std::string(36, 'x'),
                                       std::string("AKIAXXXXXXXXXXXXXXXX"),
                                       std::string("tskey-auth-xxxx")}) {
        CAPTURE(foreign);
        CHECK(says(of_key(foreign), "not one of Satchel"));
        CHECK(says(of_join(foreign), "does not start with satchel_iv1_"));
        CHECK_FALSE(says(of_key(foreign), foreign.substr(4)));
        CHECK_FALSE(says(of_join(foreign), foreign.substr(4)));
    }
}

TEST_CASE_FIXTURE(Good, "white space around is trimmed") {
    for (const char* space : {"\n", "\r\n", " ", "\t ", "\n\n"}) {
        CHECK(of_key(space + key + space).empty());
        CHECK(of_join(space + join + space).empty());
    }
}

TEST_CASE_FIXTURE(Good, "what a mail or an editor makes of it is explained") {
    for (const auto& judge_of : {std::pair(&Good::of_key, key), std::pair(&Good::of_join, join)}) {
        const auto judge = judge_of.first;
        const std::string& good = judge_of.second;
        CHECK(says(judge("\"" + good + "\""), "quotation marks"));
        CHECK(says(judge("'" + good + "'"), "quotation marks"));
        CHECK(says(judge(good.substr(0, 30) + "\n" + good.substr(30)), "more than one line"));
        CHECK(says(judge(good.substr(0, 30) + " " + good.substr(30)), "a blank"));
        CHECK(says(judge(full_width(good)), "not plain ASCII"));
        if (lower(good) != good) CHECK(says(judge(lower(good)), "checksum does not match"));
    }
}

TEST_CASE("a secret of zeros or of one pattern over and over is too weak") {
    for (const std::size_t period : {std::size_t{1}, std::size_t{2}, std::size_t{8}}) {
        for (const Byte base : {Byte{0}, Byte{0xff}, Byte{0x41}}) {
            class Repeated final : public RandomSource {
              public:
                Repeated(std::size_t period_of, Byte base_of)
                    : period_(period_of), base_(base_of) {}

                Status fill(std::span<Byte> out) override {
                    for (std::size_t i = 0; i < out.size(); ++i)
                        out[i] = static_cast<Byte>(base_ + i % period_);
                    return ok();
                }

              private:
                std::size_t period_;
                Byte base_;
            } random(period, base);

            const auto made = ApiKey::create(random);
            REQUIRE_FALSE(made);
            CHECK(says(made.error().message, "too weak"));
        }
    }
    // The same as text, with a checksum that is right.
    std::string zeros = std::string(kApiKeyPrefix) + std::string(43, '0');
    const auto check = wire::check_text(zeros);
    zeros.append(check.data(), check.size());
    const auto parsed = ApiKey::parse(zeros);
    REQUIRE_FALSE(parsed);
    CHECK(says(parsed.error().message, "too weak"));
}

TEST_SUITE_END();

}  // namespace satchel::crypto
