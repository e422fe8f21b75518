// The hash state after the key block is kept and copied for every call, which halves the work of a
// short message.
#include "daemon/crypto/hash.h"

#include "daemon/crypto/secret.h"

#include <crypto++/sha.h>

namespace satchel::crypto {

namespace {

constexpr std::size_t kBlockBytes = 64;

Hash256 finish(CryptoPP::SHA256& hash) {
    Hash256 digest;
    hash.Final(digest.data());
    return digest;
}

}  // namespace

Hash256 sha256(std::initializer_list<ByteView> parts) {
    CryptoPP::SHA256 hash;
    for (const ByteView part : parts) hash.Update(part.data(), part.size());
    return finish(hash);
}

struct Hmac::State {
    CryptoPP::SHA256 inner;
    CryptoPP::SHA256 outer;

    Hash256 close(CryptoPP::SHA256& message) const {
        const Hash256 digest = finish(message);
        CryptoPP::SHA256 hash(outer);
        hash.Update(digest.data(), digest.size());
        return finish(hash);
    }
};

Hmac::Hmac(ByteView key) : state_(std::make_unique<State>()) {
    Wiped<kBlockBytes> block;
    const Hash256 short_key = key.size() > kBlockBytes ? sha256(key) : Hash256{};
    const ByteView used = key.size() > kBlockBytes ? ByteView(short_key) : key;
    std::copy(used.begin(), used.end(), block.span().begin());
    for (Byte& byte : block.span()) byte ^= 0x36;
    state_->inner.Update(block.view().data(), kBlockBytes);
    for (Byte& byte : block.span()) byte ^= 0x36 ^ 0x5c;
    state_->outer.Update(block.view().data(), kBlockBytes);
}

Hmac::Hmac(Hmac&&) noexcept = default;
Hmac& Hmac::operator=(Hmac&&) noexcept = default;
Hmac::~Hmac() = default;

Hash256 Hmac::operator()(std::initializer_list<ByteView> parts) const {
    CryptoPP::SHA256 hash(state_->inner);
    for (const ByteView part : parts) hash.Update(part.data(), part.size());
    return state_->close(hash);
}

Hash256 Prf::operator()(std::initializer_list<ByteView> parts) const {
    CryptoPP::SHA256 hash(hmac_.state_->inner);
    for (const ByteView part : parts) {
        const auto size = static_cast<std::uint64_t>(part.size());
        std::array<Byte, 8> length{};
        for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<Byte>(size >> (56 - 8 * i));
        hash.Update(length.data(), length.size());
        hash.Update(part.data(), part.size());
    }
    return hmac_.state_->close(hash);
}

}  // namespace satchel::crypto
