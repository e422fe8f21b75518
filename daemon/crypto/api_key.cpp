// Base 62 of a 256-bit number, digit by digit in locked memory.
#include "daemon/crypto/api_key.h"

#include "daemon/crypto/hash.h"
#include "daemon/crypto/labels.h"
#include "shared/protocol/wire/check_text.h"
#include "shared/protocol/wire/join_string.h"
#include "shared/protocol/wire/pasted.h"

#include <algorithm>

namespace satchel::crypto {

namespace {

constexpr std::size_t kDigits = 43;

// number = number / 62; gives the remainder.
unsigned divide_by_62(std::span<Byte> number) {
    unsigned rest = 0;
    for (Byte& digit : number) {
        const unsigned value = rest << 8 | digit;
        digit = static_cast<Byte>(value / 62);
        rest = value % 62;
    }
    return rest;
}

// number = number * 62 + digit; false when that overflows.
bool append_digit(std::span<Byte> number, unsigned digit) {
    unsigned carry = digit;
    for (std::size_t i = number.size(); i-- > 0;) {
        const unsigned value = number[i] * 62u + carry;
        number[i] = static_cast<Byte>(value);
        carry = value >> 8;
    }
    return carry == 0;
}

Error refused(std::string_view why) {
    return {ErrorCode::refused,
            "read the device API key: " + std::string(why),
            "a key is one word of 61 characters that starts with " + std::string(kApiKeyPrefix)};
}

/// True for bytes no kernel ever drew: one short pattern over and over.
bool is_weak(ByteView secret) {
    for (std::size_t period = 1; period <= secret.size() / 2; ++period)
        if (std::equal(
                secret.begin() + static_cast<std::ptrdiff_t>(period), secret.end(), secret.begin()))
            return true;
    return false;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n";
    const std::size_t first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace

Result<ApiKey> ApiKey::create(RandomSource& random) {
    Secret bytes(32);
    if (auto drawn = random.fill(bytes.span()); !drawn) return std::move(drawn).error();
    if (is_weak(bytes.view()))
        return Error{ErrorCode::refused,
                     "make a device API key: the randomness of this system repeats itself, and a "
                     "key made of it is too weak",
                     "see that the system's random device is what it should be"};
    return ApiKey(std::move(bytes));
}

Result<ApiKey> ApiKey::parse(std::string_view text) {
    text = trimmed(text);
    if (const auto mistake = wire::pasting_mistake(text); !mistake.empty()) return refused(mistake);
    if (text.starts_with(wire::kJoinPrefix)) return refused("it is a join string");
    if (!text.starts_with(kApiKeyPrefix)) return refused("it is not one of Satchel");
    const auto body = wire::without_check(text);
    if (!body || text.size() != kApiKeyChars)
        return refused("its checksum does not match: a character is missing or mistyped");
    Secret bytes(32);
    for (const char letter : body->substr(kApiKeyPrefix.size())) {
        const auto digit = wire::base62_value(letter);
        if (!digit || !append_digit(bytes.span(), *digit)) return refused("it is not a number");
    }
    if (is_weak(bytes.view())) return refused("its secret is too weak to be one");
    return ApiKey(std::move(bytes));
}

Secret ApiKey::text() const {
    Secret number = bytes_.clone();
    Secret text(kApiKeyChars);
    const auto out = text.span();
    std::copy(kApiKeyPrefix.begin(), kApiKeyPrefix.end(), out.begin());
    for (std::size_t i = kApiKeyPrefix.size() + kDigits; i-- > kApiKeyPrefix.size();)
        out[i] = static_cast<Byte>(wire::kBase62[divide_by_62(number.span())]);
    const std::size_t body_chars = kApiKeyChars - wire::kCheckChars;
    const auto check = wire::check_text(as_text(text.view().first(body_chars)));
    std::copy(check.begin(), check.end(), out.begin() + static_cast<std::ptrdiff_t>(body_chars));
    return text;
}

std::string ApiKey::key_id() const {
    const Hash256 digest = sha256({as_bytes(labels::kSalt), as_bytes(labels::kKeyId), view()});
    return to_hex(ByteView(digest).first(8));
}

}  // namespace satchel::crypto
