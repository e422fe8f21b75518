// version 1 | workspace 16 | epoch 4 | five constants | one key per epoch: the serialized form.
#include "daemon/crypto/keyring.h"

#include "daemon/crypto/hkdf.h"
#include "daemon/crypto/labels.h"
#include "daemon/crypto/xaes.h"

#include <cstring>

namespace satchel::crypto {

namespace {

constexpr Byte kVersion = 1;
constexpr std::size_t kPrefixBytes = 21;
constexpr std::size_t kConstants = 5;
// Rotating every 90 days reaches this in two centuries.
constexpr std::uint32_t kEpochsMax = 1000;

}  // namespace

Result<Keyring> Keyring::create(RandomSource& random) {
    Keyring keyring;
    keyring.epoch_ = 1;
    keyring.keys_ = Secret((kConstants + 1) * 32);
    if (auto drawn = random.fill(keyring.workspace_.bytes); !drawn) return std::move(drawn).error();
    if (auto drawn = random.fill(keyring.keys_.span()); !drawn) return std::move(drawn).error();
    return keyring;
}

Secret Keyring::serialize() const {
    Bytes prefix;
    ByteWriter out(prefix);
    out.u8(kVersion);
    out.raw(workspace_.view());
    out.u32(epoch_);
    Secret bytes(kPrefixBytes + keys_.size());
    std::memcpy(bytes.span().data(), prefix.data(), kPrefixBytes);
    std::memcpy(bytes.span().data() + kPrefixBytes, keys_.view().data(), keys_.size());
    return bytes;
}

Result<Keyring> Keyring::parse(ByteView bytes) {
    ByteReader in(bytes);
    const unsigned version = in.u8();
    Keyring keyring;
    in.fill(keyring.workspace_.bytes);
    keyring.epoch_ = in.u32();
    if (in.failed()) return Error{ErrorCode::corrupt, "read the keyring: it ends early"};
    if (version != kVersion)
        return Error{ErrorCode::version_mismatch,
                     "read the keyring: it is of another version",
                     "update Satchel on this device"};
    const bool fits = keyring.epoch_ >= 1 && keyring.epoch_ <= kEpochsMax &&
                      in.remaining() == (kConstants + keyring.epoch_) * 32;
    if (!fits) return Error{ErrorCode::corrupt, "read the keyring: its length is wrong"};
    keyring.keys_ = Secret::copy_of(in.raw(in.remaining()));
    return keyring;
}

Keyring Keyring::clone() const {
    Keyring copy;
    copy.workspace_ = workspace_;
    copy.epoch_ = epoch_;
    copy.keys_ = keys_.clone();
    return copy;
}

Status Keyring::begin_epoch(KeyView key) {
    if (epoch_ == kEpochsMax) return Error{ErrorCode::too_large, "begin an epoch: too many"};
    Secret longer(keys_.size() + key.size());
    std::memcpy(longer.span().data(), keys_.view().data(), keys_.size());
    std::memcpy(longer.span().data() + keys_.size(), key.data(), key.size());
    keys_ = std::move(longer);
    ++epoch_;
    return ok();
}

bool Keyring::object_key(std::uint32_t epoch,
                         std::string_view label,
                         std::span<Byte, 32> out) const {
    if (epoch == 0 || epoch > epoch_) return false;
    Bytes number;
    ByteWriter(number).u32(epoch);
    derive(constant(kConstants + epoch - 1), label, {workspace_.view(), number}, out);
    return true;
}

Result<Bytes> seal_keyring(const Keyring& keyring, const DeviceKeys& keys, RandomSource& random) {
    return seal_box(keys.local_key(), random, as_bytes(labels::kLocal), keyring.serialize().view());
}

Result<Keyring> open_keyring(const DeviceKeys& keys, ByteView sealed) {
    auto plain = open_box(keys.local_key(), as_bytes(labels::kLocal), sealed);
    if (!plain)
        return Error{ErrorCode::refused,
                     "open the keyring: the API key is not the one it was sealed with",
                     "put back the API key of this device, or enroll it again"};
    auto keyring = Keyring::parse(*plain);
    wipe(*plain);
    return keyring;
}

}  // namespace satchel::crypto
