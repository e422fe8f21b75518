// Derivation of a device's keys, and signatures that say what they are for.
#include "daemon/crypto/device_keys.h"

#include "daemon/crypto/agree.h"
#include "daemon/crypto/hkdf.h"
#include "daemon/crypto/labels.h"

namespace satchel::crypto {

namespace {

// The context, a zero byte that no context holds, the message.
Bytes in_context(std::string_view context, ByteView message) {
    Bytes bytes = to_bytes(as_bytes(context));
    ByteWriter out(bytes);
    out.u8(0);
    out.raw(message);
    return bytes;
}

}  // namespace

DeviceId device_id(const PublicKey& ed_public) {
    return *DeviceId::from(ByteView(sha256(ByteView(ed_public))).first(DeviceId::kSize));
}

DeviceKeys::DeviceKeys(KeyView root) {
    const auto keys = keys_.span();
    derive(root, labels::kDeviceEd25519, {}, keys.subspan(0, 32));
    derive(root, labels::kDeviceX25519, {}, keys.subspan(32, 32));
    ed_public_ = ed25519_public(part(0));
    x_public_ = x25519_public(part(1));
    device_ = device_id(ed_public_);
    derive(root, labels::kLocal, {device_.view()}, keys.subspan(64, 32));
    derive(root, labels::kHedge, {device_.view()}, keys.subspan(96, 32));
}

Signature DeviceKeys::sign(std::string_view context, ByteView message) const {
    return ed25519_sign(part(0), ed_public_, in_context(context, message));
}

bool verify_signed(const PublicKey& ed_public,
                   std::string_view context,
                   ByteView message,
                   ByteView signature) {
    return ed25519_verify(ed_public, in_context(context, message), signature);
}

Signature sign_request(const DeviceKeys& keys, ByteView canonical) {
    return keys.sign(labels::kSignRequest, canonical);
}

bool verify_request(const PublicKey& ed_public, ByteView canonical, ByteView signature) {
    return verify_signed(ed_public, labels::kSignRequest, canonical, signature);
}

}  // namespace satchel::crypto
