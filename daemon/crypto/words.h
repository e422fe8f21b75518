// Bits as words: six that two screens show alike, for a person to compare when nothing secret can
// be carried from one device to the other, and the list that they and recovery words are from.
#pragma once

#include "daemon/crypto/device_keys.h"

#include <optional>
#include <string>
#include <string_view>

namespace satchel::crypto {

/// Six words of a new device's keys and the workspace it was told of, separated by spaces. Both
/// sides make them from what each of them sees, so a hub that gave them different keys or different
/// workspaces shows different words.
///
/// A hub that lies may choose a key for one side and a workspace for the other, and look for a pair
/// that gives the same words: 66 bits are 2^33 tries on each side. Each try costs scrypt with 32
/// MiB (about a tenth of a second), which makes that decades of one machine within the ten minutes
/// in which a join string is good.
std::string comparison_words(const PublicKey& ed_public,
                             const PublicKey& x_public,
                             const Hash256& genesis_hash);

/// What one word of the list stands for.
inline constexpr std::size_t kBitsPerWord = 11;
/// The number in bits `from` to `from` + 10, counted from the most significant one of the first
/// byte; they are all there.
std::size_t bits_at(ByteView bytes, std::size_t from);

/// The `number`th of 2,048 words.
std::string_view word(std::size_t number);
/// The number of a word in lower case; nothing when the list has no such word.
std::optional<std::size_t> number_of_word(std::string_view text);
/// The word of the list that was most likely meant by `text`, or empty.
std::string_view word_like(std::string_view text);

}  // namespace satchel::crypto
