// The derivation is the counter-mode KDF of SP 800-108 over CMAC, written out: three AES calls.
#include "daemon/crypto/xaes.h"

#include "daemon/crypto/hkdf.h"
#include "daemon/crypto/labels.h"

#include <crypto++/aes.h>

namespace satchel::crypto {

namespace {

constexpr std::size_t kBlockBytes = 16;
constexpr std::size_t kPrefixBytes = 12;

// Multiplies by x in GF(2^128), as CMAC makes its subkey. No branch on the secret.
void double_block(std::span<Byte, kBlockBytes> block) {
    const unsigned carry = block[0] >> 7;
    for (std::size_t i = 0; i + 1 < kBlockBytes; ++i)
        block[i] = static_cast<Byte>(block[i] << 1 | block[i + 1] >> 7);
    block[kBlockBytes - 1] =
        static_cast<Byte>(unsigned{block[kBlockBytes - 1]} << 1 ^ carry * 0x87);
}

}  // namespace

XaesMessage::XaesMessage(KeyView key, const Nonce& nonce) : nonce_(nonce) {
    const CryptoPP::AES::Encryption aes(key.data(), key.size());
    Wiped<kBlockBytes> subkey;
    aes.ProcessBlock(subkey.span().data());
    double_block(subkey.span());
    for (Byte half = 1; half <= 2; ++half) {
        std::array<Byte, kBlockBytes> block{0, half, 'X', 0};
        std::copy_n(nonce.begin(), kPrefixBytes, block.begin() + 4);
        for (std::size_t i = 0; i < kBlockBytes; ++i) block[i] ^= subkey.view()[i];
        aes.ProcessBlock(block.data(), key_.span().data() + (half - 1) * kBlockBytes);
        wipe(block);
    }
}

Commitment XaesMessage::commitment() const {
    const Hash256 full = Hmac(key_.view())({as_bytes(labels::kCommit), nonce_});
    Commitment commitment;
    std::copy_n(full.begin(), commitment.size(), commitment.begin());
    return commitment;
}

Bytes XaesMessage::seal(ByteView aad, ByteView plain) const {
    return gcm_seal(key_.view(), std::span(nonce_).subspan<kPrefixBytes>(), aad, plain);
}

std::optional<Bytes> XaesMessage::open(ByteView aad, ByteView sealed) const {
    return gcm_open(key_.view(), std::span(nonce_).subspan<kPrefixBytes>(), aad, sealed);
}

Result<Nonce> hedged_nonce(KeyView hedge_key, RandomSource& random, ByteView plain, ByteView aad) {
    Wiped<32> fresh;
    if (auto drawn = random.fill(fresh.span()); !drawn) return std::move(drawn).error();
    const Hash256 mixed = Hmac(hedge_key)({fresh.view(), sha256(plain), sha256(aad)});
    Nonce nonce;
    std::copy_n(mixed.begin(), nonce.size(), nonce.begin());
    return nonce;
}

Result<Bytes> seal_box(KeyView key, RandomSource& random, ByteView aad, ByteView plain) {
    Wiped<32> hedge_key;
    derive(key, labels::kHedge, {}, hedge_key.span());
    SATCHEL_TRY(nonce, hedged_nonce(hedge_key.view(), random, plain, aad));
    const XaesMessage message(key, nonce);
    Bytes box;
    ByteWriter out(box);
    out.raw(nonce);
    out.raw(message.commitment());
    out.raw(message.seal(aad, plain));
    return box;
}

std::optional<Bytes> open_box(KeyView key, ByteView aad, ByteView box) {
    ByteReader in(box);
    Nonce nonce{};
    Commitment commitment{};
    in.fill(nonce);
    in.fill(commitment);
    if (in.failed()) return std::nullopt;
    const XaesMessage message(key, nonce);
    if (!equal_constant_time(commitment, message.commitment())) return std::nullopt;
    return message.open(aad, in.raw(in.remaining()));
}

}  // namespace satchel::crypto
