// The verified membership log: who may write, by which key. Built from entries that anyone may have
// tampered with; needs no secret, so the hub uses it as it is.
#pragma once

#include "daemon/crypto/device_keys.h"
#include "shared/protocol/wire/member.h"

#include <map>
#include <optional>
#include <span>

namespace satchel::crypto {

/// One device that belongs to the workspace, as its entry says.
using Member = wire::MemberEntry;

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

    /// The member with this id, or null. Valid until the next `append`.
    [[nodiscard]] const Member* find(const DeviceId& device) const;

    /// All members in the order they came; number 0 is the founder.
    [[nodiscard]] std::span<const Member> all() const { return members_; }

    [[nodiscard]] const WorkspaceId& workspace() const { return members_.front().workspace; }

    /// SHA-256 of the first entry: what invitations pin.
    [[nodiscard]] const Hash256& genesis_hash() const { return genesis_hash_; }

    /// SHA-256 of the last entry: what the next one links to.
    [[nodiscard]] const Hash256& head_hash() const { return head_hash_; }

    /// Number the next entry must have.
    [[nodiscard]] std::uint64_t next_number() const { return members_.size(); }

  private:
    Members() = default;

    std::vector<Member> members_;  // never empty once handed out
    std::map<DeviceId, std::size_t> by_device_;
    Hash256 genesis_hash_{};
    Hash256 head_hash_{};
};

}  // namespace satchel::crypto
