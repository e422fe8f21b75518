// Keys as a file, a seal or a person gives them back: the text of an API key, also with a right
// checksum, recovery words, and the bytes of a keyring.
// links: satchel::crypto
#include "daemon/crypto/keyring.h"
#include "daemon/crypto/recovery.h"
#include "shared/protocol/wire/check_text.h"

#include <cstdlib>

namespace {

using namespace satchel;

void check_api_key(const std::string& text) {
    const auto key = crypto::ApiKey::parse(text);
    // A key has one text: what was read is found in what it was read from.
    if (key && text.find(as_text(key->text().view())) == std::string::npos) std::abort();
}

// What was read, written out, is read as the same.
void check_words(std::string_view text) {
    const auto key = crypto::RecoveryKey::parse(text);
    if (!key) return;
    const crypto::Secret words = key->words();
    const auto again = crypto::RecoveryKey::parse(as_text(words.view()));
    if (!again || to_bytes(again->words().view()) != to_bytes(words.view())) std::abort();
}

int fuzz_keys(std::span<const std::uint8_t> input) {
    std::string text(as_text(input));
    check_words(text);
    check_api_key(text);
    const auto check = wire::check_text(text);
    check_api_key(text.append(check.data(), check.size()));
    const auto keyring = crypto::Keyring::parse(input);
    if (keyring && to_bytes(keyring->serialize().view()) != to_bytes(input)) std::abort();
    return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return fuzz_keys({data, size});
}
