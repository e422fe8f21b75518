// Base 62 of a 256-bit number, digit by digit in locked memory.
#include "daemon/crypto/api_key.h"

#include "daemon/crypto/hash.h"
#include "daemon/crypto/labels.h"
#include "shared/protocol/wire/check_text.h"

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
    return ApiKey(std::move(bytes));
}

Result<ApiKey> ApiKey::parse(std::string_view text) {
    text = trimmed(text);
    if (text.size() != kApiKeyChars || !text.starts_with(kApiKeyPrefix))
        return refused("it does not look like one");
    const auto body = wire::without_check(text);
    if (!body) return refused("its checksum does not match: a character is missing or mistyped");
    Secret bytes(32);
    for (const char letter : body->substr(kApiKeyPrefix.size())) {
        const auto digit = wire::base62_value(letter);
        if (!digit || !append_digit(bytes.span(), *digit)) return refused("it is not a number");
    }
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
