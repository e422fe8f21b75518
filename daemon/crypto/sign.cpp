// The library checks neither that the scalar of a signature is reduced nor what the public key is;
// both checks stand here.
#include "daemon/crypto/sign.h"

#include <crypto++/xed25519.h>

namespace satchel::crypto {

namespace {

using Number = std::array<Byte, 32>;  // big-endian, for comparing

// clang-format off
// Order of the base point: 2^252 + 27742317777372353535851937790883648493.
constexpr Number kOrder = {
    0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0x14, 0xde, 0xf9, 0xde, 0xa2, 0xf7, 0x9c, 0xd6, 0x58, 0x12, 0x63, 0x1a, 0x5c, 0xf5, 0xd3, 0xed};
// 2^255 - 19.
constexpr Number kPrime = {
    0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xed};
// The y of the points of order 8 (the other one is its negative).
constexpr Number kOrderEight = {
    0x05, 0xfc, 0x53, 0x6d, 0x88, 0x02, 0x38, 0xb1, 0x39, 0x33, 0xc6, 0xd3, 0x05, 0xac, 0xdf, 0xd5,
    0xf0, 0x98, 0xef, 0xf2, 0x89, 0xf4, 0xc3, 0x45, 0xb0, 0x27, 0xb2, 0xc2, 0x8f, 0x95, 0xe8, 0x26};

// clang-format on

Number reversed(ByteView little_endian) {
    Number number{};
    std::copy(little_endian.begin(), little_endian.end(), number.rbegin());
    return number;
}

constexpr Number negated(const Number& number) {
    Number difference{};
    int borrow = 0;
    for (std::size_t i = 32; i-- > 0;) {
        const int digit = kPrime[i] - number[i] - borrow;
        borrow = digit < 0 ? 1 : 0;
        difference[i] = static_cast<Byte>(digit + borrow * 256);
    }
    return difference;
}

constexpr Number small_number(Byte value) {
    Number number{};
    number[31] = value;
    return number;
}

}  // namespace

PublicKey ed25519_public(std::span<const Byte, 32> seed) {
    PublicKey public_key;
    CryptoPP::ed25519Signer signer(seed.data());
    const auto& key = static_cast<const CryptoPP::ed25519PrivateKey&>(signer.GetPrivateKey());
    std::copy_n(key.GetPublicKeyBytePtr(), public_key.size(), public_key.begin());
    return public_key;
}

Signature ed25519_sign(std::span<const Byte, 32> seed,
                       const PublicKey& public_key,
                       ByteView message) {
    const CryptoPP::ed25519Signer signer(public_key.data(), seed.data());
    Signature signature;
    signer.SignMessage(CryptoPP::NullRNG(), message.data(), message.size(), signature.data());
    return signature;
}

bool is_sound_ed25519_public(const PublicKey& public_key) {
    PublicKey unsigned_key = public_key;
    unsigned_key[31] &= 0x7f;
    const Number y = reversed(unsigned_key);
    if (y >= kPrime) return false;
    // y of the points of order 1, 2, 4 and 8.
    return y != small_number(1) && y != negated(small_number(1)) && y != small_number(0) &&
           y != kOrderEight && y != negated(kOrderEight);
}

bool ed25519_verify(const PublicKey& public_key, ByteView message, ByteView signature) {
    if (signature.size() != sizeof(Signature) || !is_sound_ed25519_public(public_key)) return false;
    if (reversed(signature.subspan(32)) >= kOrder) return false;
    const CryptoPP::ed25519Verifier verifier(public_key.data());
    return verifier.VerifyMessage(
        message.data(), message.size(), signature.data(), signature.size());
}

}  // namespace satchel::crypto
