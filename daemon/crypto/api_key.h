// The device's API key: 32 random bytes made on the device, the root of its identity and of the key
// that guards its local secrets. As text `satchel_dk1_`, 43 base62 digits, 6 of checksum: one word,
// always 61 characters, recognised by ^satchel_dk1_[0-9A-Za-z]{49}$.
#pragma once

#include "daemon/crypto/random.h"
#include "daemon/crypto/secret.h"

#include <string>
#include <string_view>

namespace satchel::crypto {

inline constexpr std::string_view kApiKeyPrefix = "satchel_dk1_";
inline constexpr std::size_t kApiKeyChars = 61;

/// An API key in memory that is wiped when it goes.
class ApiKey {
  public:
    /// A new key from `random`.
    static Result<ApiKey> create(RandomSource& random);
    /// Reads the text form, with white space around it; the caller wipes `text`. Error: refused
    /// when the text is no key or has a typing mistake.
    static Result<ApiKey> parse(std::string_view text);

    /// The text form, kApiKeyChars characters without an end mark.
    [[nodiscard]] Secret text() const;
    /// What may be shown and logged: 16 hexadecimal digits that tell keys apart.
    [[nodiscard]] std::string key_id() const;

    [[nodiscard]] std::span<const Byte, 32> view() const { return bytes_.view().first<32>(); }

    [[nodiscard]] ApiKey clone() const { return ApiKey(bytes_.clone()); }

  private:
    explicit ApiKey(Secret bytes) : bytes_(std::move(bytes)) {}

    Secret bytes_;
};

}  // namespace satchel::crypto
