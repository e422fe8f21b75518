// One function fills an entry for genesis and for add; the envelope is bound to where the entry
// stands.
#include "daemon/crypto/membership.h"

#include "daemon/crypto/labels.h"
#include "daemon/crypto/name.h"
#include "daemon/crypto/wrap.h"

namespace satchel::crypto {

namespace {

Bytes envelope_info(const Member& entry) {
    Bytes info;
    ByteWriter out(info);
    out.raw(as_bytes(labels::kEnvelope));
    out.u8(0);
    out.raw(entry.workspace.view());
    out.u32(entry.epoch);
    out.raw(entry.device.view());
    out.raw(entry.author.view());
    return info;
}

// Fills what depends on secrets, then signs.
Result<Bytes> finish_entry(Member entry,
                           const Keyring& keyring,
                           const DeviceKeys& keys,
                           std::string_view name,
                           RandomSource& random) {
    entry.workspace = keyring.workspace();
    entry.epoch = keyring.epoch();
    entry.author = keys.device();
    SATCHEL_TRY(sealed_name, seal_name(keyring, entry.device, name, random));
    entry.sealed_name = std::move(sealed_name);
    const Bytes info = envelope_info(entry);
    const Secret plain = keyring.serialize();
    SATCHEL_TRY(envelope, wrap_to(entry.x_public, {info, entry.previous}, plain.view(), random));
    entry.envelope = std::move(envelope);
    entry.signature = keys.sign(labels::kSignMember, wire::encode_member_signed_part(entry));
    return wire::encode_member(entry);
}

}  // namespace

Result<Bytes> make_genesis(const Keyring& keyring,
                           const DeviceKeys& keys,
                           std::string_view name,
                           RandomSource& random) {
    Member entry;
    entry.kind = wire::MemberKind::genesis;
    entry.device = keys.device();
    entry.ed_public = keys.ed_public();
    entry.x_public = keys.x_public();
    return finish_entry(std::move(entry), keyring, keys, name, random);
}

Result<Bytes> make_add(const Keyring& keyring,
                       const DeviceKeys& keys,
                       const Members& members,
                       const Newcomer& newcomer,
                       RandomSource& random) {
    if (members.workspace() != keyring.workspace() || members.find(keys.device()) == nullptr)
        return Error{ErrorCode::refused, "add a device: this device is not a member"};
    if (members.find(newcomer.device) != nullptr)
        return Error{ErrorCode::already_exists, "add a device: it is a member already"};
    if (!is_sound_ed25519_public(newcomer.ed_public) ||
        device_id(newcomer.ed_public) != newcomer.device)
        return Error{ErrorCode::refused, "add a device: its keys do not match its id"};
    Member entry;
    entry.kind = wire::MemberKind::add;
    entry.number = members.next_number();
    entry.previous = members.head_hash();
    entry.device = newcomer.device;
    entry.ed_public = newcomer.ed_public;
    entry.x_public = newcomer.x_public;
    return finish_entry(std::move(entry), keyring, keys, newcomer.name, random);
}

Result<Keyring> unwrap_keyring(const Member& entry, const DeviceKeys& keys) {
    if (entry.device != keys.device())
        return Error{ErrorCode::refused, "unwrap the keyring: the entry is another device's"};
    const Bytes info = envelope_info(entry);
    SATCHEL_TRY(plain, unwrap(keys.x_scalar(), {info, entry.previous}, entry.envelope));
    auto keyring = Keyring::parse(plain);
    wipe(plain);
    if (keyring && (keyring->workspace() != entry.workspace || keyring->epoch() != entry.epoch))
        return Error{ErrorCode::refused, "unwrap the keyring: it is of another workspace"};
    return keyring;
}

Result<std::string> name_of(const Keyring& keyring, const Member& member) {
    return open_name(keyring, member.epoch, member.device, member.sealed_name);
}

}  // namespace satchel::crypto
