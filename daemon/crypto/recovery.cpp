// BIP-39 over 256 bits: eleven bits are a word, the last eight are a checksum. What holds bits or
// letters of the secret is wiped.
#include "daemon/crypto/recovery.h"

#include "daemon/crypto/hkdf.h"
#include "daemon/crypto/labels.h"
#include "daemon/crypto/words.h"

#include <algorithm>

namespace satchel::crypto {

namespace {

constexpr std::size_t kSecretBytes = 32;
/// The secret and one byte of its hash.
constexpr std::size_t kBytes = kSecretBytes + 1;
static_assert(kBytes * 8 == kRecoveryWords * kBitsPerWord);
constexpr std::size_t kLettersMax = 8;
/// What `device list` shows; a person may rename it.
constexpr std::string_view kPaperName = "recovery words";

Error unreadable(std::string_view why, std::string hint) {
    return {ErrorCode::invalid_argument,
            "read the recovery words: " + std::string(why),
            std::move(hint)};
}

/// Cuts the next word off `rest`; empty at the end. Numbers are not words.
std::string_view next_word(std::string_view& rest) {
    constexpr std::string_view kSpace = " \t\r\n";
    while (true) {
        rest.remove_prefix(std::min(rest.find_first_not_of(kSpace), rest.size()));
        const std::string_view found = rest.substr(0, rest.find_first_of(kSpace));
        rest.remove_prefix(found.size());
        const bool is_number = !found.empty() && found.front() >= '0' && found.front() <= '9';
        if (!is_number) return found;
    }
}

std::size_t count_words(std::string_view text) {
    std::size_t count = 0;
    while (!next_word(text).empty()) ++count;
    return count;
}

/// The number of a word in the list; the error has its place in the paper.
Result<std::size_t> read_word(std::string_view text, std::size_t place) {
    Wiped<kLettersMax> letters;
    const std::string_view kept = text.substr(0, kLettersMax);
    std::ranges::transform(kept, letters.span().begin(), [](char letter) {
        const bool is_capital = letter >= 'A' && letter <= 'Z';
        return static_cast<Byte>(is_capital ? letter - 'A' + 'a' : letter);
    });
    const std::string_view lower = as_text(ByteView(letters.view()).first(kept.size()));
    const auto number = text.size() <= kLettersMax ? number_of_word(lower) : std::nullopt;
    if (number) return *number;
    const std::string_view meant = word_like(lower);
    return unreadable("word " + std::to_string(place) + " is not in the list they are made from",
                      meant.empty() ? "look at it again; all are English words of 3 to 8 letters"
                                    : "did you mean '" + std::string(meant) + "'?");
}

void put_bits(std::span<Byte> bytes, std::size_t from, std::size_t value) {
    for (std::size_t i = 0; i < kBitsPerWord; ++i) {
        const std::size_t bit = value >> (kBitsPerWord - 1 - i) & 1u;
        const std::size_t at = from + i;
        bytes[at / 8] = static_cast<Byte>(bytes[at / 8] | bit << (7 - at % 8));
    }
}

}  // namespace

Result<RecoveryKey> RecoveryKey::create(RandomSource& random) {
    Secret bytes(kSecretBytes);
    if (Status drawn = random.fill(bytes.span()); !drawn) return std::move(drawn).error();
    return RecoveryKey(std::move(bytes));
}

Result<RecoveryKey> RecoveryKey::parse(std::string_view text) {
    const std::size_t count = count_words(text);
    if (count != kRecoveryWords)
        return unreadable("there are " + std::to_string(count) + " words, not 24",
                          "they are the 24 words of satchelctl recovery create, in their order");
    Wiped<kBytes> bits;
    for (std::size_t i = 0; i < kRecoveryWords; ++i) {
        SATCHEL_TRY(number, read_word(next_word(text), i + 1));
        put_bits(bits.span(), i * kBitsPerWord, number);
    }
    const ByteView secret = ByteView(bits.view()).first<kSecretBytes>();
    if (sha256(secret).front() != bits.view().back())
        return unreadable("their checksum is wrong",
                          "a word is another one than on the paper, or two changed places");
    return RecoveryKey(Secret::copy_of(secret));
}

Secret RecoveryKey::words() const {
    Wiped<kBytes> bits;
    std::ranges::copy(bytes_.view(), bits.span().begin());
    bits.span().back() = sha256(bytes_.view()).front();
    const auto word_at = [&](std::size_t i) {
        return word(bits_at(bits.view(), i * kBitsPerWord));
    };
    std::size_t size = kRecoveryWords - 1;
    for (std::size_t i = 0; i < kRecoveryWords; ++i) size += word_at(i).size();
    Secret text(size);
    auto out = text.span().begin();
    for (std::size_t i = 0; i < kRecoveryWords; ++i) {
        if (i > 0) *out++ = ' ';
        out = std::ranges::copy(as_bytes(word_at(i)), out).out;
    }
    return text;
}

DeviceKeys RecoveryKey::keys() const {
    Wiped<32> root;
    derive(bytes_.view(), labels::kPaper, {}, root.span());
    return DeviceKeys(root.view());
}

Result<Bytes> make_paper_add(const Keyring& keyring,
                             const DeviceKeys& keys,
                             const Members& members,
                             const DeviceKeys& paper,
                             RandomSource& random) {
    const Newcomer newcomer{
        paper.device(), paper.ed_public(), paper.x_public(), std::string(kPaperName)};
    return make_add(keyring, keys, members, newcomer, random);
}

Result<Bytes> make_paper_role(const DeviceKeys& paper, const Members& members) {
    return make_role(paper, members, paper.device(), MemberRole::paper, {});
}

Status check_paper(const Members& members, const DeviceKeys& paper) {
    const DeviceId device = paper.device();
    const bool has_signed =
        std::ranges::any_of(members.entries(), [&](const wire::MemberEntry& entry) {
            return entry.kind == wire::MemberKind::role && entry.role == MemberRole::paper &&
                   entry.device == device && entry.author == device;
        });
    const Member* member = members.find(device);
    if (!has_signed || member == nullptr || member->ed_public != paper.ed_public() ||
        member->x_public != paper.x_public())
        return Error{ErrorCode::refused,
                     "check the list of devices: the recovery words never signed it",
                     "the hub shows another workspace than the one the words are of; see that its "
                     "address is right and who runs it"};
    if (!member->is_active())
        return Error{ErrorCode::refused,
                     "these recovery words were revoked: newer ones took their place, or a person "
                     "revoked them",
                     "use the newest words, or get a join string from a device of the workspace"};
    return ok();
}

}  // namespace satchel::crypto
