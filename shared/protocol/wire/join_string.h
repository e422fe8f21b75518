// Join string: the one line that `sync register` prints on one device and `sync setup` reads on the
// next. It carries where the hub is, how to know it, leave to enrol once, and, when an enrolled
// device made it, an invitation into the workspace that the hub cannot forge.
//
//   satchel_iv1_ <lower-case base32 of the fields> <6 characters of CRC-32>
//   fields: version 1 | parts 1 | hub url | hub id | [pin 32] | admission code
//           | [workspace 16 | genesis 32 | secret 16 | inviter 16] | expires 8
#pragma once

#include "shared/base/clock.h"
#include "shared/base/ids.h"
#include "shared/base/result.h"

#include <optional>
#include <string>
#include <string_view>

namespace satchel::wire {

inline constexpr std::string_view kJoinPrefix = "satchel_iv1_";
/// Longest join string that is looked at.
inline constexpr std::size_t kJoinCharsMax = 2048;

/// What lets a new device into a workspace without a person comparing fingerprints.
struct Invite {
    WorkspaceId workspace;
    Hash256 genesis_hash{};         ///< pins the membership log
    std::array<Byte, 16> secret{};  ///< used once; the hub never sees it
    DeviceId inviter;               ///< who will sign the new entry

    bool operator==(const Invite&) const = default;
};

/// All that a join string says. Text is ASCII without control characters.
struct JoinTicket {
    std::string hub_url;               ///< 1 to 512 characters
    std::string hub_id;                ///< up to 64
    std::optional<Hash256> tls_pin{};  ///< SHA-256 of the hub's SubjectPublicKeyInfo
    std::string admission_code;        ///< up to 128; the hub's one-time enrolment code
    std::optional<Invite> invite{};
    UnixMs expires_ms = 0;

    bool operator==(const JoinTicket&) const = default;
};

/// The ticket as one line. Error: invalid_argument when a text field is too long or not ASCII.
Result<std::string> to_join_string(const JoinTicket& ticket);
/// Reads a join string, with any white space around it. Errors: refused when it is mistyped, cut or
/// something else, version_mismatch when a newer Satchel made it. Does not look at `expires_ms`.
Result<JoinTicket> parse_join_string(std::string_view text);

}  // namespace satchel::wire
