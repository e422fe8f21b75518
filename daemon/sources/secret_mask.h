// Secrets in text that travels: overwritten with as many asterisks, so that nothing else moves.
//
// Problem: transcripts hold keys that people pasted, in many forms and coats, among hundreds of
// megabytes of ordinary text, and none may leave the device.
//
// Idea: every secret shows itself by a few fixed characters: what a token begins with (in each of
// its coats), the name before a value, the scheme before a password. One pass looks for three of
// those characters in a table of bits; only where they stand is anything compared.
//
// Why it is right: a mark begins with an asterisk, and nothing that does is a secret, so that
// masking again changes nothing; and it keeps the length, so that offsets into the text stay true.
//
// Cost: about a nanosecond a byte; linear, for what is no secret is seen after a bounded number of
// steps and what is one is stepped over.
#pragma once

#include "shared/base/bytes.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace satchel::sources {

/// Raised whenever the same text may be masked otherwise; zero means not at all.
constexpr std::uint32_t kSecretRules = 1;

/// Masks the secrets in `text`, whole lines; returns how many there were. A function of the text
/// alone.
std::size_t mask_secrets(std::span<Byte> text);

}  // namespace satchel::sources
