// One function fills an entry for genesis and for add; the envelope is bound to where the entry
// stands.
#include "daemon/crypto/membership.h"

#include "daemon/crypto/hkdf.h"
#include "daemon/crypto/labels.h"
#include "daemon/crypto/name.h"
#include "daemon/crypto/wrap.h"

namespace satchel::crypto {

namespace {

using wire::MemberEntry;
using wire::MemberKind;

Bytes envelope_info(std::string_view label, const MemberEntry& entry, const DeviceId& to) {
    Bytes info;
    ByteWriter out(info);
    out.raw(as_bytes(label));
    out.u8(0);
    out.raw(entry.workspace.view());
    out.u32(entry.epoch);
    out.raw(to.view());
    out.raw(entry.author.view());
    return info;
}

/// An entry to follow `members`, by the device with `keys`.
MemberEntry next_entry(const Members& members, const DeviceKeys& keys, MemberKind kind) {
    MemberEntry entry;
    entry.kind = kind;
    entry.number = members.next_number();
    entry.previous = members.head_hash();
    entry.workspace = members.workspace();
    entry.author = keys.device();
    entry.epoch = members.epoch();
    return entry;
}

/// Signs it, when it would be accepted.
Result<Bytes> finish(MemberEntry entry, const DeviceKeys& keys, Members members) {
    entry.signature = keys.sign(labels::kSignMember, wire::encode_member_signed_part(entry));
    Bytes bytes = wire::encode_member(entry);
    if (Status status = members.append(bytes); !status) return status.error();
    return bytes;
}

// Fills what a device's first entry says of it, then signs.
Result<Bytes> finish_first(MemberEntry entry,
                           const Keyring& keyring,
                           const DeviceKeys& keys,
                           std::string_view name,
                           RandomSource& random) {
    entry.workspace = keyring.workspace();
    entry.epoch = keyring.epoch();
    entry.author = keys.device();
    SATCHEL_TRY(sealed_name, seal_name(keyring, entry.device, name, random));
    entry.sealed_name = std::move(sealed_name);
    const Bytes info = envelope_info(labels::kEnvelope, entry, entry.device);
    const Secret plain = keyring.serialize();
    SATCHEL_TRY(envelope, wrap_to(entry.x_public, {info, entry.previous}, plain.view(), random));
    entry.envelope = std::move(envelope);
    entry.signature = keys.sign(labels::kSignMember, wire::encode_member_signed_part(entry));
    return wire::encode_member(entry);
}

Hash256 key_check(KeyView key, const MemberEntry& entry) {
    Bytes number;
    ByteWriter(number).u32(entry.epoch);
    Hash256 check{};
    derive(key, labels::kKeyCheck, {entry.workspace.view(), number}, check);
    return check;
}

/// Draws the key of the next epoch and wraps it to every member but `without`.
Status begin_epoch(MemberEntry& entry,
                   const Members& members,
                   const DeviceId& without,
                   RandomSource& random) {
    entry.epoch = members.epoch() + 1;
    Wiped<32> key;
    if (Status drawn = random.fill(key.span()); !drawn) return drawn;
    entry.key_check = key_check(key.view(), entry);
    for (const Member& member : members.all()) {
        if (!member.is_active() || member.device == without) continue;
        const Bytes info = envelope_info(labels::kEpochEnvelope, entry, member.device);
        SATCHEL_TRY(wrapped, wrap_to(member.x_public, {info, entry.previous}, key.view(), random));
        entry.envelopes.push_back({member.device, std::move(wrapped)});
    }
    return ok();
}

Result<Keyring> unwrap_first(const MemberEntry& entry, const DeviceKeys& keys) {
    const Bytes info = envelope_info(labels::kEnvelope, entry, entry.device);
    SATCHEL_TRY(plain, unwrap(keys.x_scalar(), {info, entry.previous}, entry.envelope));
    auto keyring = Keyring::parse(plain);
    wipe(plain);
    if (keyring && (keyring->workspace() != entry.workspace || keyring->epoch() != entry.epoch))
        return Error{ErrorCode::refused, "unwrap the keyring: it is of another workspace"};
    return keyring;
}

}  // namespace

Result<Bytes> make_genesis(const Keyring& keyring,
                           const DeviceKeys& keys,
                           std::string_view name,
                           RandomSource& random) {
    MemberEntry entry;
    entry.kind = MemberKind::genesis;
    entry.device = keys.device();
    entry.ed_public = keys.ed_public();
    entry.x_public = keys.x_public();
    return finish_first(std::move(entry), keyring, keys, name, random);
}

Result<Bytes> make_add(const Keyring& keyring,
                       const DeviceKeys& keys,
                       const Members& members,
                       const Newcomer& newcomer,
                       RandomSource& random) {
    const bool is_member = members.find_active(keys.device()) != nullptr;
    if (members.workspace() != keyring.workspace() || !is_member)
        return Error{ErrorCode::refused, "add a device: this device is not a member"};
    if (members.find(newcomer.device) != nullptr)
        return Error{ErrorCode::already_exists, "add a device: it is a member already"};
    if (!is_sound_ed25519_public(newcomer.ed_public) ||
        device_id(newcomer.ed_public) != newcomer.device)
        return Error{ErrorCode::refused, "add a device: its keys do not match its id"};
    MemberEntry entry = next_entry(members, keys, MemberKind::add);
    entry.device = newcomer.device;
    entry.ed_public = newcomer.ed_public;
    entry.x_public = newcomer.x_public;
    return finish_first(std::move(entry), keyring, keys, newcomer.name, random);
}

Result<Bytes> make_revoke(const DeviceKeys& keys,
                          const Members& members,
                          const DeviceId& device,
                          std::vector<wire::MemberLogEnd> log_ends,
                          RandomSource& random) {
    if (members.find_active(device) == nullptr)
        return Error{ErrorCode::not_found, "revoke a device: it is not a member"};
    MemberEntry entry = next_entry(members, keys, MemberKind::revoke);
    entry.device = device;
    entry.log_ends = std::move(log_ends);
    if (device != keys.device())
        if (Status begun = begin_epoch(entry, members, device, random); !begun)
            return begun.error();
    return finish(std::move(entry), keys, members);
}

Result<Bytes> make_rotation(const DeviceKeys& keys, const Members& members, RandomSource& random) {
    MemberEntry entry = next_entry(members, keys, MemberKind::rotate);
    entry.device = keys.device();
    if (Status begun = begin_epoch(entry, members, DeviceId{}, random); !begun)
        return begun.error();
    return finish(std::move(entry), keys, members);
}

Result<Bytes> make_rename(const Keyring& keyring,
                          const DeviceKeys& keys,
                          const Members& members,
                          const Newcomer& renamed,
                          RandomSource& random) {
    MemberEntry entry = next_entry(members, keys, MemberKind::rename);
    entry.device = renamed.device;
    SATCHEL_TRY(sealed_name, seal_name(keyring, renamed.device, renamed.name, random));
    entry.sealed_name = std::move(sealed_name);
    return finish(std::move(entry), keys, members);
}

Result<Bytes> make_role(const DeviceKeys& keys,
                        const Members& members,
                        const DeviceId& device,
                        MemberRole role,
                        std::vector<wire::MemberLogEnd> log_ends) {
    MemberEntry entry = next_entry(members, keys, MemberKind::role);
    entry.device = device;
    entry.role = role;
    entry.log_ends = std::move(log_ends);
    return finish(std::move(entry), keys, members);
}

Result<Keyring> unwrap_keyring(const Members& members, const DeviceKeys& keys) {
    std::optional<Keyring> keyring;
    for (const MemberEntry& entry : members.entries()) {
        const bool is_add = entry.kind == MemberKind::genesis || entry.kind == MemberKind::add;
        if (is_add && entry.device == keys.device()) {
            SATCHEL_TRY(first, unwrap_first(entry, keys));
            keyring = std::move(first);
        } else if (keyring) {
            if (entry.kind == MemberKind::revoke && entry.device == keys.device()) break;
            if (Status taken = follow_entry(*keyring, entry, keys); !taken) return taken.error();
        }
    }
    if (!keyring)
        return Error{ErrorCode::refused, "unwrap the keyring: the log does not name this device"};
    return std::move(*keyring);
}

Status follow_entry(Keyring& keyring, const MemberEntry& entry, const DeviceKeys& keys) {
    const bool begins = !entry.envelopes.empty() && entry.epoch == keyring.epoch() + 1;
    if (!begins) return ok();
    for (const wire::EpochEnvelope& envelope : entry.envelopes) {
        if (envelope.device != keys.device()) continue;
        const Bytes info = envelope_info(labels::kEpochEnvelope, entry, envelope.device);
        SATCHEL_TRY(plain, unwrap(keys.x_scalar(), {info, entry.previous}, envelope.wrapped));
        const bool is_sound = plain.size() == 32 && key_check(KeyView(ByteView(plain).first<32>()),
                                                              entry) == entry.key_check;
        Status begun = is_sound ? keyring.begin_epoch(KeyView(ByteView(plain).first<32>()))
                                : Status(Error{ErrorCode::refused,
                                               "take the key of an epoch: it is not the one the "
                                               "others got"});
        wipe(plain);
        return begun;
    }
    return Error{ErrorCode::refused, "take the key of an epoch: it is not meant for this device"};
}

Result<std::string> name_of(const Keyring& keyring, const Member& member) {
    return open_name(keyring, member.name_epoch, member.device, member.sealed_name);
}

}  // namespace satchel::crypto
