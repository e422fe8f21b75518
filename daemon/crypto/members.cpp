// Checks of the membership log, in the order: form, place in the chain, keys, author, signature.
#include "daemon/crypto/members.h"

#include "daemon/crypto/agree.h"
#include "daemon/crypto/labels.h"

namespace satchel::crypto {

namespace {

Error refused(std::string_view why) {
    return {ErrorCode::refused, "verify the membership log: " + std::string(why)};
}

bool has_sound_keys(const Member& entry) {
    return is_sound_ed25519_public(entry.ed_public) && is_canonical_x25519_public(entry.x_public) &&
           device_id(entry.ed_public) == entry.device;
}

bool is_signed_by(const Member& entry, const PublicKey& author_key) {
    return verify_signed(
        author_key, labels::kSignMember, wire::encode_member_signed_part(entry), entry.signature);
}

}  // namespace

Result<Members> Members::verify(std::span<const Bytes> entries,
                                const std::optional<Hash256>& pinned_genesis) {
    if (entries.empty()) return refused("it is empty");
    if (pinned_genesis && sha256(ByteView(entries.front())) != *pinned_genesis)
        return refused("its first entry is not the one this device trusts");
    Members members;
    for (const Bytes& entry : entries)
        if (auto added = members.append(entry); !added) return std::move(added).error();
    return members;
}

Status Members::append(ByteView bytes) {
    SATCHEL_TRY(entry, wire::parse_member(bytes));
    const bool is_first = members_.empty();
    if (is_first != (entry.kind == wire::MemberKind::genesis))
        return refused("genesis is the first entry and no other");
    if (entry.number < members_.size())
        return Error{ErrorCode::conflict,
                     "extend the membership log: entry " + std::to_string(entry.number) +
                         " is there already"};
    if (entry.number > members_.size()) return refused("entries are missing");
    if (entry.previous != head_hash_) return refused("an entry does not follow the one before it");
    if (!is_first && entry.workspace != workspace())
        return refused("an entry is of another workspace");
    if (!has_sound_keys(entry)) return refused("a device's keys do not match its id");
    if (find(entry.device) != nullptr) return refused("a device is added twice");
    const Member* author = entry.author == entry.device && is_first ? &entry : find(entry.author);
    if (author == nullptr) return refused("an entry's author is not a member");
    if (!is_signed_by(entry, author->ed_public)) return refused("an entry's signature is wrong");

    head_hash_ = sha256(bytes);
    if (is_first) genesis_hash_ = head_hash_;
    by_device_.emplace(entry.device, members_.size());
    members_.push_back(std::move(entry));
    return ok();
}

const Member* Members::find(const DeviceId& device) const {
    const auto found = by_device_.find(device);
    return found == by_device_.end() ? nullptr : &members_[found->second];
}

}  // namespace satchel::crypto
