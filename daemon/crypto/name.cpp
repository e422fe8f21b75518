// length 1 | name | zeros: the plain form of a sealed name.
#include "daemon/crypto/name.h"

#include "daemon/crypto/labels.h"
#include "daemon/crypto/xaes.h"
#include "shared/base/utf8.h"

namespace satchel::crypto {

namespace {

constexpr std::size_t kStepBytes = 64;

Error refused() {
    return {ErrorCode::refused, "open a device's name: it was not sealed for us"};
}

}  // namespace

Result<Bytes> seal_name_under(KeyView key,
                              const DeviceId& device,
                              std::string_view name,
                              RandomSource& random) {
    if (name.empty() || name.size() > kNameBytesMax || !is_utf8(name))
        return Error{ErrorCode::invalid_argument,
                     "name the device: a name is 1 to 128 bytes of UTF-8"};
    Bytes plain;
    ByteWriter out(plain);
    out.u8(static_cast<Byte>(name.size()));
    out.raw(as_bytes(name));
    plain.resize((plain.size() + kStepBytes - 1) / kStepBytes * kStepBytes);
    return seal_box(key, random, device.view(), plain);
}

Result<std::string> open_name_under(KeyView key, const DeviceId& device, ByteView sealed) {
    const auto plain = open_box(key, device.view(), sealed);
    if (!plain) return refused();
    ByteReader in(*plain);
    const std::size_t count = in.u8();
    const std::string name(as_text(in.raw(count)));
    if (in.failed() || name.empty() || !is_utf8(name)) return refused();
    return name;
}

Result<Bytes> seal_name(const Keyring& keyring,
                        const DeviceId& device,
                        std::string_view name,
                        RandomSource& random) {
    Wiped<32> key;
    if (!keyring.object_key(keyring.epoch(), labels::kName, key.span())) return refused();
    return seal_name_under(key.view(), device, name, random);
}

Result<std::string> open_name(const Keyring& keyring,
                              std::uint32_t epoch,
                              const DeviceId& device,
                              ByteView sealed) {
    Wiped<32> key;
    if (!keyring.object_key(epoch, labels::kName, key.span())) return refused();
    return open_name_under(key.view(), device, sealed);
}

}  // namespace satchel::crypto
