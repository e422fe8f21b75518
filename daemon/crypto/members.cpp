// Checks of the membership log, in the order: form, place in the chain, author, signature, and
// whether what the entry does may be done now. The log is one chain, so that two entries made at
// once do not meet: the second finds its number taken, and is made again on top of the first.
#include "daemon/crypto/members.h"

#include "daemon/crypto/agree.h"
#include "daemon/crypto/labels.h"

#include <algorithm>
#include <set>

namespace satchel::crypto {

namespace {

using wire::MemberEntry;
using wire::MemberKind;

Error refused(std::string_view why) {
    return {ErrorCode::refused, "verify the membership log: " + std::string(why)};
}

bool has_sound_keys(const MemberEntry& entry) {
    return is_sound_ed25519_public(entry.ed_public) && is_canonical_x25519_public(entry.x_public) &&
           device_id(entry.ed_public) == entry.device;
}

bool is_signed_by(const MemberEntry& entry, const PublicKey& author_key) {
    return verify_signed(
        author_key, labels::kSignMember, wire::encode_member_signed_part(entry), entry.signature);
}

bool adds(const MemberEntry& entry) {
    return entry.kind == MemberKind::genesis || entry.kind == MemberKind::add;
}

std::map<LaneId, wire::MemberLogEnd> by_lane(const std::vector<wire::MemberLogEnd>& ends) {
    std::map<LaneId, wire::MemberLogEnd> map;
    for (const wire::MemberLogEnd& end : ends) map.emplace(end.lane, end);
    return map;
}

}  // namespace

bool Member::may_have_written(LaneId lane, std::uint64_t seq) const {
    if (!log_ends) return true;
    const auto end = log_ends->find(lane);
    return end != log_ends->end() && seq <= end->second.seq;
}

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
    if (Status status = check_place(entry); !status) return status;
    if (adds(entry) && !has_sound_keys(entry))
        return refused("a device's keys do not match its id");
    if (adds(entry) && find(entry.device) != nullptr) return refused("a device is added twice");
    if (Status status = check_author(entry); !status) return status;
    if (Status status = check_change(entry); !status) return status;
    head_hash_ = sha256(bytes);
    if (entries_.empty()) genesis_hash_ = head_hash_;
    take(entry);
    entries_.push_back(std::move(entry));
    return ok();
}

Status Members::check_place(const MemberEntry& entry) const {
    const bool is_first = entries_.empty();
    if (is_first != (entry.kind == MemberKind::genesis))
        return refused("genesis is the first entry and no other");
    if (entry.number < entries_.size())
        return Error{ErrorCode::conflict,
                     "extend the membership log: entry " + std::to_string(entry.number) +
                         " is there already"};
    if (entry.number > entries_.size()) return refused("entries are missing");
    if (entry.previous != head_hash_) return refused("an entry does not follow the one before it");
    if (!is_first && entry.workspace != workspace())
        return refused("an entry is of another workspace");
    return ok();
}

Status Members::check_author(const MemberEntry& entry) const {
    const bool is_founder = entry.kind == MemberKind::genesis && entry.author == entry.device;
    const Member* author = find_active(entry.author);
    if (!is_founder && author == nullptr) return refused("an entry's author is not a member");
    const PublicKey& key = is_founder ? entry.ed_public : author->ed_public;
    if (!is_signed_by(entry, key)) return refused("an entry's signature is wrong");
    const bool leaves = entry.kind == MemberKind::revoke && entry.author == entry.device;
    if (!is_founder && !leaves && author->role == MemberRole::reader)
        return refused("an entry's author may only read");
    return ok();
}

Status Members::check_change(const MemberEntry& entry) const {
    if (entry.kind == MemberKind::genesis)
        return entry.epoch == 1 ? ok() : Status(refused("the first epoch is not number 1"));
    if (entry.kind == MemberKind::add || entry.kind == MemberKind::rename) {
        if (entry.epoch != epoch_) return refused("an entry is of another epoch");
        if (entry.kind == MemberKind::add) return ok();
    }
    if (entry.kind == MemberKind::rotate)
        return entry.device == entry.author ? check_epoch(entry, DeviceId{})
                                            : Status(refused("a rotation is of another device"));
    if (find_active(entry.device) == nullptr)
        return refused("an entry is about a device that is not a member");
    if (entry.kind == MemberKind::rename) return ok();
    const bool stays = entry.kind == MemberKind::role && entry.role == MemberRole::normal;
    if (!stays && !would_stay_without(entry.device))
        return Status(
            refused("no device would be left that may write")
                .with_hint("let another device write first: satchelctl device role NAME normal"));
    if (entry.kind == MemberKind::role) return ok();
    if (entry.author != entry.device) return check_epoch(entry, entry.device);
    const bool has_no_key = entry.epoch == epoch_ && entry.envelopes.empty();
    return has_no_key ? ok() : Status(refused("a device that leaves begins no epoch"));
}

Status Members::check_epoch(const MemberEntry& entry, const DeviceId& without) const {
    if (entry.epoch != epoch_ + 1) return refused("an epoch is not the next one");
    std::set<DeviceId> got;
    for (const wire::EpochEnvelope& envelope : entry.envelopes) {
        const bool is_due = envelope.device != without && find_active(envelope.device) != nullptr;
        if (!is_due || !got.insert(envelope.device).second)
            return refused("the key of an epoch is wrapped for a device it is not for");
    }
    const auto due = std::ranges::count_if(members_, [&](const Member& member) {
        return member.is_active() && member.device != without;
    });
    if (got.size() != static_cast<std::size_t>(due))
        return refused("the key of an epoch is not wrapped for every member");
    return ok();
}

bool Members::would_stay_without(const DeviceId& device) const {
    return std::ranges::any_of(members_, [&](const Member& member) {
        return member.is_active() && member.device != device && member.role == MemberRole::normal;
    });
}

void Members::take(const MemberEntry& entry) {
    switch (entry.kind) {
        case MemberKind::genesis:
        case MemberKind::add: {
            Member member;
            member.device = entry.device;
            member.ed_public = entry.ed_public;
            member.x_public = entry.x_public;
            member.sealed_name = entry.sealed_name;
            member.name_epoch = entry.epoch;
            member.added_by = entry.author;
            by_device_.emplace(entry.device, members_.size());
            members_.push_back(std::move(member));
            return;
        }
        case MemberKind::revoke:
            at(entry.device).revoked_by = entry.author;
            at(entry.device).log_ends = by_lane(entry.log_ends);
            needs_rotation_ = needs_rotation_ || entry.epoch == epoch_;
            [[fallthrough]];
        case MemberKind::rotate:
            if (entry.epoch == epoch_ + 1) needs_rotation_ = false;
            epoch_ = entry.epoch;
            return;
        case MemberKind::rename:
            at(entry.device).sealed_name = entry.sealed_name;
            at(entry.device).name_epoch = entry.epoch;
            return;
        case MemberKind::role:
            at(entry.device).role = entry.role;
            at(entry.device).log_ends.reset();
            if (entry.role != MemberRole::normal)
                at(entry.device).log_ends = by_lane(entry.log_ends);
            return;
    }
}

Member& Members::at(const DeviceId& device) {
    return members_[by_device_.at(device)];
}

const Member* Members::find(const DeviceId& device) const {
    const auto found = by_device_.find(device);
    return found == by_device_.end() ? nullptr : &members_[found->second];
}

const Member* Members::find_active(const DeviceId& device) const {
    const Member* member = find(device);
    return member != nullptr && member->is_active() ? member : nullptr;
}

}  // namespace satchel::crypto
