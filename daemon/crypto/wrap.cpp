// Sections 4 to 5 of RFC 9180, cut down to the one suite and the first message of a context.
#include "daemon/crypto/wrap.h"

#include "daemon/crypto/aes_gcm.h"
#include "daemon/crypto/hkdf.h"

namespace satchel::crypto {

namespace {

// "KEM" and the number of DHKEM(X25519, HKDF-SHA256).
constexpr std::array<Byte, 5> kKemSuite{'K', 'E', 'M', 0x00, 0x20};
// "HPKE" and the numbers of KEM, HKDF-SHA256 and AES-256-GCM.
constexpr std::array<Byte, 10> kHpkeSuite{'H', 'P', 'K', 'E', 0x00, 0x20, 0x00, 0x01, 0x00, 0x02};
constexpr std::string_view kVersion = "HPKE-v1";

Hash256 labeled_extract(ByteView suite, ByteView salt, std::string_view label, ByteView input) {
    return Hmac(salt)({as_bytes(kVersion), suite, as_bytes(label), input});
}

void labeled_expand(
    ByteView suite, ByteView prk, std::string_view label, ByteView info, std::span<Byte> out) {
    Bytes labeled;
    ByteWriter writer(labeled);
    writer.u16(static_cast<std::uint16_t>(out.size()));
    writer.raw(as_bytes(kVersion));
    writer.raw(suite);
    writer.raw(as_bytes(label));
    writer.raw(info);
    hkdf_expand(prk, labeled, out);
}

struct MessageKey {
    Wiped<32> key;
    std::array<Byte, 12> nonce{};
};

// ExtractAndExpand of the KEM, then the key schedule of base mode.
void schedule(KeyView shared_point,
              const PublicKey& ephemeral,
              const PublicKey& recipient,
              ByteView info,
              MessageKey& out) {
    Bytes kem_context = to_bytes(ephemeral);
    ByteWriter(kem_context).raw(recipient);
    Hash256 prk = labeled_extract(kKemSuite, {}, "eae_prk", shared_point);
    Wiped<32> shared_secret;
    labeled_expand(kKemSuite, prk, "shared_secret", kem_context, shared_secret.span());

    Bytes context{0};  // base mode
    ByteWriter writer(context);
    writer.raw(labeled_extract(kHpkeSuite, {}, "psk_id_hash", {}));
    writer.raw(labeled_extract(kHpkeSuite, {}, "info_hash", info));
    prk = labeled_extract(kHpkeSuite, shared_secret.view(), "secret", {});
    labeled_expand(kHpkeSuite, prk, "key", context, out.key.span());
    labeled_expand(kHpkeSuite, prk, "base_nonce", context, out.nonce);
    wipe(prk);
}

Error refused(std::string_view why) {
    return {ErrorCode::refused, std::string(why)};
}

}  // namespace

void hpke_derive_scalar(ByteView ikm, std::span<Byte, 32> scalar) {
    Hash256 prk = labeled_extract(kKemSuite, {}, "dkp_prk", ikm);
    labeled_expand(kKemSuite, prk, "sk", {}, scalar);
    wipe(prk);
}

Result<Bytes> wrap_to(const PublicKey& recipient,
                      const WrapContext& context,
                      ByteView plain,
                      RandomSource& random) {
    Wiped<32> seed;
    Wiped<32> scalar;
    Wiped<32> shared;
    if (auto drawn = random.fill(seed.span()); !drawn) return std::move(drawn).error();
    hpke_derive_scalar(seed.view(), scalar.span());
    if (!x25519_agree(scalar.view(), recipient, shared.span()))
        return refused("wrap a key: the recipient's public key is not sound");
    const PublicKey ephemeral = x25519_public(scalar.view());
    MessageKey message;
    schedule(shared.view(), ephemeral, recipient, context.info, message);
    Bytes wrapped = to_bytes(ephemeral);
    ByteWriter(wrapped).raw(gcm_seal(message.key.view(), message.nonce, context.aad, plain));
    return wrapped;
}

Result<Bytes> unwrap(std::span<const Byte, 32> scalar,
                     const WrapContext& context,
                     ByteView wrapped) {
    ByteReader in(wrapped);
    PublicKey ephemeral{};
    in.fill(ephemeral);
    Wiped<32> shared;
    if (in.failed() || !x25519_agree(scalar, ephemeral, shared.span()))
        return refused("unwrap a key: its ephemeral public key is not sound");
    MessageKey message;
    schedule(shared.view(), ephemeral, x25519_public(scalar), context.info, message);
    auto plain = gcm_open(message.key.view(), message.nonce, context.aad, in.raw(in.remaining()));
    if (!plain) return refused("unwrap a key: it was not wrapped to this device");
    return std::move(*plain);
}

}  // namespace satchel::crypto
