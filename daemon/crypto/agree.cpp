// The library's own validation misses small-order points with the top bit set, so it is switched
// off and replaced.
#include "daemon/crypto/agree.h"

#include <crypto++/xed25519.h>

namespace satchel::crypto {

void x25519(std::span<const Byte, 32> scalar, const PublicKey& point, std::span<Byte, 32> out) {
    Wiped<32> clamped;
    std::copy(scalar.begin(), scalar.end(), clamped.span().begin());
    clamped.span()[0] &= 0xf8;
    clamped.span()[31] = static_cast<Byte>((clamped.span()[31] & 0x7f) | 0x40);
    PublicKey masked = point;
    masked[31] &= 0x7f;
    const CryptoPP::x25519 library;
    // With validation off the answer says nothing; our own checks follow in x25519_agree.
    static_cast<void>(
        library.Agree(out.data(), clamped.view().data(), masked.data(), /*validate=*/false));
}

PublicKey x25519_public(std::span<const Byte, 32> scalar) {
    constexpr PublicKey kBasePoint{9};
    PublicKey public_key;
    x25519(scalar, kBasePoint, public_key);
    return public_key;
}

bool is_canonical_x25519_public(const PublicKey& point) {
    if (point[31] != 0x7f) return point[31] < 0x7f;
    for (std::size_t i = 30; i > 0; --i)
        if (point[i] != 0xff) return true;
    return point[0] < 0xed;
}

bool x25519_agree(std::span<const Byte, 32> scalar,
                  const PublicKey& point,
                  std::span<Byte, 32> out) {
    x25519(scalar, point, out);
    constexpr std::array<Byte, 32> kZeros{};
    const bool sound = !equal_constant_time(out, kZeros) && is_canonical_x25519_public(point);
    if (!sound) wipe(out);
    return sound;
}

}  // namespace satchel::crypto
