// The verified membership log: who may write, by which key, how far. Built from entries that anyone
// may have tampered with; needs no secret, so the hub uses it as it is.
#pragma once

#include "daemon/crypto/device_keys.h"
#include "shared/protocol/wire/member.h"

#include <map>
#include <optional>
#include <span>

namespace satchel::crypto {

using wire::MemberRole;

/// One device that belongs or belonged to the workspace, as the log says.
struct Member {
    DeviceId device;
    PublicKey ed_public{};
    PublicKey x_public{};
    MemberRole role = MemberRole::normal;
    Bytes sealed_name;
    std::uint32_t name_epoch = 0;  ///< under whose key the name is sealed
    DeviceId added_by;             ///< itself for the founder
    std::optional<DeviceId> revoked_by{};
    /// Where its log ends, by lane: what stands behind was written without leave. Nothing while it
    /// may write.
    std::optional<std::map<LaneId, wire::MemberLogEnd>> log_ends{};

    [[nodiscard]] bool is_active() const { return !revoked_by.has_value(); }

    /// True when op `seq` of `lane` counts.
    [[nodiscard]] bool may_have_written(LaneId lane, std::uint64_t seq) const;
};

/// A membership log that held every check so far.
class Members {
  public:
    /// Verifies a whole log, genesis first. With a pin, genesis must have that hash: without one
    /// the log is only consistent in itself. Errors: corrupt, refused, version_mismatch.
    static Result<Members> verify(std::span<const Bytes> entries,
                                  const std::optional<Hash256>& pinned_genesis);
    /// Verifies the next entry and takes it. After an error nothing has changed. Errors as above;
    /// conflict when another entry has that number already.
    Status append(ByteView bytes);

    /// The device with this id, member or revoked, or null. Valid until the next `append`.
    [[nodiscard]] const Member* find(const DeviceId& device) const;
    /// The same, but only while it is a member.
    [[nodiscard]] const Member* find_active(const DeviceId& device) const;

    /// All that ever were members, in the order they came; number 0 is the founder.
    [[nodiscard]] std::span<const Member> all() const { return members_; }

    /// The log.
    [[nodiscard]] std::span<const wire::MemberEntry> entries() const { return entries_; }

    [[nodiscard]] const WorkspaceId& workspace() const { return entries_.front().workspace; }

    /// SHA-256 of the first entry: what invitations pin.
    [[nodiscard]] const Hash256& genesis_hash() const { return genesis_hash_; }

    /// SHA-256 of the last entry: what the next one links to.
    [[nodiscard]] const Hash256& head_hash() const { return head_hash_; }

    /// Number the next entry must have.
    [[nodiscard]] std::uint64_t next_number() const { return entries_.size(); }

    /// The epoch that new objects belong to.
    [[nodiscard]] std::uint32_t epoch() const { return epoch_; }

    /// True when a device went by itself and nobody has begun an epoch without it yet.
    [[nodiscard]] bool needs_rotation() const { return needs_rotation_; }

  private:
    Members() = default;

    Status check_place(const wire::MemberEntry& entry) const;
    Status check_author(const wire::MemberEntry& entry) const;
    Status check_change(const wire::MemberEntry& entry) const;
    /// The envelopes go to every member but `without`, once, and the epoch is the next.
    Status check_epoch(const wire::MemberEntry& entry, const DeviceId& without) const;
    [[nodiscard]] bool would_stay_without(const DeviceId& device) const;
    void take(const wire::MemberEntry& entry);
    Member& at(const DeviceId& device);

    std::vector<wire::MemberEntry> entries_;  // never empty once handed out
    std::vector<Member> members_;
    std::map<DeviceId, std::size_t> by_device_;
    Hash256 genesis_hash_{};
    Hash256 head_hash_{};
    std::uint32_t epoch_ = 1;
    bool needs_rotation_ = false;
};

}  // namespace satchel::crypto
