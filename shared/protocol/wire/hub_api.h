// What a device and a hub say to each other over HTTP: targets, header fields, bodies, refusals.
// All requests but three (health, session, enroll) are signed by the device over a canonical form
// that names the hub, a nonce the hub issued, and a counter that only grows: nothing on the wire or
// in the hub's database can be replayed, and no clock takes part.
//
// Bodies open with a format byte. Lists are a varint count and sized items. Integers are big-endian
// or varints (shared/base/bytes.h). Decoders take any bytes and return views into them.
#pragma once

#include "shared/base/clock.h"
#include "shared/base/ids.h"
#include "shared/base/result.h"
#include "shared/protocol/wire/preamble.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace satchel::wire {

inline constexpr std::string_view kTargetHealth = "/v1/health";
inline constexpr std::string_view kTargetSession = "/v1/session";
inline constexpr std::string_view kTargetEnroll = "/v1/enroll";

inline constexpr std::string_view kFieldDevice = "satchel-device";
inline constexpr std::string_view kFieldSession = "satchel-session";
inline constexpr std::string_view kFieldCounter = "satchel-counter";
inline constexpr std::string_view kFieldSignature = "satchel-signature";

/// A reply to pull may hold one object more than was asked for.
inline constexpr std::size_t kReplyBytesMax = 17u << 20;
inline constexpr std::uint32_t kWaitSecondsMax = 60;
inline constexpr std::size_t kPullCursorsMax = 64u << 10;

/// "/v1/<workspace>/<call>".
std::string workspace_target(const WorkspaceId& workspace, std::string_view call);

/// Why a hub says no.
enum class HubRefusal : std::uint8_t {
    malformed,
    unknown_session,
    replayed,
    bad_signature,
    unknown_device,
    not_admitted,
    bad_code,
    not_found,
    taken,
    different,
    gap,
    too_large,
    rate_limited,
    quota_full,
    method_not_allowed,
    defect,
    stopping,
    revoked,
    read_only,
    old_epoch,
    outdated,
    has_workspace,
    used_code,
};

/// One row of the table of refusals: everything both sides know about one.
struct HubRefusalRow {
    HubRefusal refusal;
    std::string_view name;  ///< first line of the reply's body
    unsigned status;        ///< of HTTP
    ErrorCode code;         ///< what it becomes on the device
    std::string_view text;  ///< for people; never contains what the request said
};

/// The table's row.
const HubRefusalRow& hub_refusal_row(HubRefusal refusal);
/// Body of a refusal: its name and its text, a line each.
std::string encode_refusal(HubRefusal refusal);
/// The refusal a reply's body names, when it is one this version knows.
std::optional<HubRefusal> decode_refusal(ByteView body);

/// What a hub tells anyone.
struct HubInfo {
    std::string version;
    std::string hub_id;  ///< 26 characters, random per database
    std::uint64_t body_bytes_max = 0;
    std::uint32_t wait_seconds_max = 0;
    std::uint32_t requests_per_second = 0;  ///< a device may sustain; 0: not limited

    bool operator==(const HubInfo&) const = default;
};

using SessionNonce = std::array<Byte, 16>;

/// A device opens a session.
struct SessionRequest {
    WorkspaceId workspace;
    DeviceId device;
};

/// The nonce that requests of this session are signed with.
struct SessionReply {
    HubInfo hub;
    SessionNonce nonce{};
};

/// What is signed of one request. `nonce` zero and `counter` zero for enroll, which has no session.
struct CanonicalRequest {
    std::string_view hub_id;
    SessionNonce nonce{};
    std::uint64_t counter = 0;
    std::string_view method;
    std::string_view target;
    Hash256 body_hash{};  ///< SHA-256
};

/// The bytes that a request signature covers.
Bytes canonical_request(const CanonicalRequest& request);

/// A device asks for admission; sent with its signature in kFieldSignature.
struct EnrollRequest {
    std::string code;       ///< empty: a member asks which workspace it belongs to
    WorkspaceId workspace;  ///< zero: the one the code, or the hub, knows
    PublicKey ed_public{};
    PublicKey x_public{};
    Bytes sealed_name;
    Bytes proof;
    std::optional<Bytes> genesis{};  ///< founds the workspace; only with a founding code
    /// What follows genesis in the membership log of a workspace that comes from another hub.
    std::vector<Bytes> later_entries{};
};

/// What a device is told that asked to be admitted.
struct EnrollReply {
    WorkspaceId workspace;
    bool is_member = false;  ///< false: waits for a member's consent
};

/// A member announces a device it has invited.
struct InviteRequest {
    Hash256 code_hash{};
    UnixMs expires_ms = 0;
};

/// One device that waits.
struct WaitingDevice {
    DeviceId device;
    PublicKey ed_public{};
    PublicKey x_public{};
    Bytes sealed_name;
    Bytes proof;

    bool operator==(const WaitingDevice&) const = default;
};

/// All heads with the counts a device watches.
struct HeadsBody {
    std::uint32_t member_count = 0;
    std::uint32_t join_count = 0;
    std::vector<ByteView> heads;
};

/// Objects of one device to be stored, and its new head: the caller's own, or another member's that
/// the caller brings from another hub.
struct PushBody {
    std::vector<ByteView> segments;
    std::optional<ByteView> head;
    std::uint32_t epoch = 1;  ///< the newest the caller knows of
};

/// One lane of one device, and how far the asker has it.
struct PullCursor {
    DeviceId device;
    LaneId lane{};
    std::uint64_t after = 0;

    bool operator==(const PullCursor&) const = default;
};

/// Which segments the caller wants.
struct PullBody {
    std::vector<PullCursor> cursors;
    std::uint64_t bytes_max = 0;
};

/// Segments in order; more remain when the reply was full.
struct PullReplyBody {
    std::vector<ByteView> segments;
    bool has_more = false;
};

/// What the workspace takes at the hub.
struct UsageReply {
    std::uint64_t bytes = 0;
    std::uint64_t bytes_max = 0;  ///< 0: not limited
    std::uint64_t segments = 0;
    std::uint32_t devices = 0;

    bool operator==(const UsageReply&) const = default;
};

/// Bodies as bytes; equal values give equal bytes.
Bytes encode_hub_info(const HubInfo& info);
Bytes encode_session_request(const SessionRequest& request);
Bytes encode_session_reply(const SessionReply& reply);
Bytes encode_enroll_request(const EnrollRequest& request);
Bytes encode_enroll_reply(const EnrollReply& reply);
Bytes encode_invite_request(const InviteRequest& request);
Bytes encode_waiting_devices(const std::vector<WaitingDevice>& devices);
Bytes encode_entries(const std::vector<ByteView>& entries);
Bytes encode_heads(const HeadsBody& body);
Bytes encode_push(const PushBody& body);
Bytes encode_pull(const PullBody& body);
Bytes encode_pull_reply(const PullReplyBody& body);
Bytes encode_usage(const UsageReply& reply);

/// Every decoder fails with `corrupt` on malformed bytes and `version_mismatch` on a newer format.
Result<HubInfo> decode_hub_info(ByteView body);
Result<SessionRequest> decode_session_request(ByteView body);
Result<SessionReply> decode_session_reply(ByteView body);
Result<EnrollRequest> decode_enroll_request(ByteView body);
Result<EnrollReply> decode_enroll_reply(ByteView body);
Result<InviteRequest> decode_invite_request(ByteView body);
Result<std::vector<WaitingDevice>> decode_waiting_devices(ByteView body);
Result<std::vector<ByteView>> decode_entries(ByteView body);
Result<HeadsBody> decode_heads(ByteView body);
Result<PushBody> decode_push(ByteView body);
Result<PullBody> decode_pull(ByteView body);
Result<PullReplyBody> decode_pull_reply(ByteView body);
Result<UsageReply> decode_usage(ByteView body);

}  // namespace satchel::wire
