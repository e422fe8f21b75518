#include "daemon/crypto/words.h"

#include "daemon/crypto/labels.h"
#include "daemon/crypto/word_list.h"
#include "shared/base/assert.h"
#include "shared/base/edit_distance.h"

#include <algorithm>
#include <vector>

#include <crypto++/scrypt.h>

namespace satchel::crypto {

namespace {

constexpr std::size_t kWords = 2048;
constexpr std::size_t kComparedWords = 6;
/// So many letters tell all words apart.
constexpr std::size_t kTellingLetters = 4;
// 128 * cost * block bytes of memory: 32 MiB.
constexpr CryptoPP::word64 kScryptCost = 1u << 15;
constexpr CryptoPP::word64 kScryptBlock = 8;

std::vector<std::string_view> split_list() {
    std::vector<std::string_view> words;
    words.reserve(kWords);
    for (std::string_view rest = kWordList; !rest.empty();) {
        const std::size_t end = rest.find(' ');
        words.push_back(rest.substr(0, end));
        rest.remove_prefix(end + 1);
    }
    SATCHEL_ASSERT(words.size() == kWords);
    return words;
}

const std::vector<std::string_view>& all_words() {
    static const std::vector<std::string_view> words = split_list();
    return words;
}

}  // namespace

std::size_t bits_at(ByteView bytes, std::size_t from) {
    std::size_t value = 0;
    for (std::size_t i = from; i < from + kBitsPerWord; ++i)
        value = value << 1 | ((bytes[i / 8] >> (7 - i % 8)) & 1u);
    return value;
}

std::string_view word(std::size_t number) {
    return all_words().at(number);
}

std::optional<std::size_t> number_of_word(std::string_view text) {
    const auto& words = all_words();
    const auto found = std::ranges::lower_bound(words, text);
    if (found == words.end() || *found != text) return std::nullopt;
    return static_cast<std::size_t>(found - words.begin());
}

std::string_view word_like(std::string_view text) {
    const auto& words = all_words();
    const std::string_view beginning = text.substr(0, kTellingLetters);
    const auto found = std::ranges::lower_bound(words, beginning);
    const bool is_told = beginning.size() == kTellingLetters && found != words.end() &&
                         found->starts_with(beginning);
    return is_told ? *found : nearest_word(text, words);
}

std::string comparison_words(const PublicKey& ed_public,
                             const PublicKey& x_public,
                             const Hash256& genesis_hash) {
    Bytes seen;
    ByteWriter out(seen);
    out.raw(ed_public);
    out.raw(x_public);
    out.raw(genesis_hash);
    std::array<Byte, (kComparedWords * kBitsPerWord + 7) / 8> bits{};
    const CryptoPP::Scrypt scrypt;
    scrypt.DeriveKey(bits.data(),
                     bits.size(),
                     seen.data(),
                     seen.size(),
                     as_bytes(labels::kCompare).data(),
                     labels::kCompare.size(),
                     kScryptCost,
                     kScryptBlock,
                     1);
    std::string text;
    for (std::size_t i = 0; i < kComparedWords; ++i) {
        if (i > 0) text += ' ';
        text += word(bits_at(bits, i * kBitsPerWord));
    }
    return text;
}

}  // namespace satchel::crypto
