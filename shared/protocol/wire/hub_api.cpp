#include "shared/protocol/wire/hub_api.h"

namespace satchel::wire {

namespace {

constexpr Byte kBodyFormat = 1;
constexpr std::string_view kHubName = "satchel-hub";
constexpr std::size_t kTextMax = 128;
constexpr std::size_t kSealedMax = 4096;
/// Items of a list: what no honest body comes near, and what a vector can bear.
constexpr std::uint64_t kListMax = 64u << 10;

/// What an enrolment brings of the membership log.
constexpr Byte kNoLog = 0;
constexpr Byte kGenesisOnly = 1;
constexpr Byte kWholeLog = 2;

Bytes begin_body() {
    return {kBodyFormat};
}

Status read_format(ByteReader& in) {
    const Byte format = in.u8();
    // What opens with a letter is some other program's text, not a format to come.
    const bool is_newer = format > kBodyFormat && format < ' ';
    if (is_newer)
        return Error{ErrorCode::version_mismatch,
                     "read a hub message: format " + std::to_string(format) + " is newer",
                     "update Satchel on this device"};
    if (format != kBodyFormat) in.fail();
    return ok();
}

Error malformed(std::string_view what) {
    return {ErrorCode::corrupt, "read a hub message: malformed " + std::string(what)};
}

void write_list(ByteWriter& out, const std::vector<ByteView>& items) {
    out.varint(items.size());
    for (const ByteView item : items) out.sized(item);
}

std::vector<ByteView> read_list(ByteReader& in) {
    std::vector<ByteView> items;
    const std::uint64_t count = in.varint();
    if (count > kListMax) in.fail();
    for (std::uint64_t i = 0; i < count && !in.failed(); ++i) items.push_back(in.sized());
    return items;
}

std::string read_text(ByteReader& in) {
    const ByteView text = in.sized();
    if (text.size() > kTextMax) in.fail();
    for (const Byte c : text)
        if (c < 0x20 || c >= 0x7f) in.fail();
    return in.failed() ? std::string() : std::string(as_text(text));
}

Bytes read_sealed(ByteReader& in) {
    const ByteView bytes = in.sized();
    if (bytes.size() > kSealedMax) in.fail();
    return in.failed() ? Bytes() : to_bytes(bytes);
}

bool read_flag(ByteReader& in) {
    const Byte flag = in.u8();
    if (flag > 1) in.fail();
    return flag == 1;
}

template <class T>
Result<T> finish(const ByteReader& in, T value, std::string_view what) {
    if (!in.finished()) return malformed(what);
    return value;
}

void write_hub_info(ByteWriter& out, const HubInfo& info) {
    out.sized(kHubName);
    out.sized(info.version);
    out.sized(info.hub_id);
    out.varint(info.body_bytes_max);
    out.u32(info.wait_seconds_max);
    out.u32(info.requests_per_second);
}

HubInfo read_hub_info(ByteReader& in) {
    HubInfo info;
    if (read_text(in) != kHubName) in.fail();
    info.version = read_text(in);
    info.hub_id = read_text(in);
    info.body_bytes_max = in.varint();
    info.wait_seconds_max = in.u32();
    info.requests_per_second = in.u32();
    return info;
}

}  // namespace

std::string workspace_target(const WorkspaceId& workspace, std::string_view call) {
    return "/v1/" + workspace.text() + "/" + std::string(call);
}

Bytes canonical_request(const CanonicalRequest& request) {
    Bytes bytes;
    ByteWriter out(bytes);
    out.sized(request.hub_id);
    out.raw(request.nonce);
    out.u64(request.counter);
    out.sized(request.method);
    out.sized(request.target);
    out.raw(request.body_hash);
    return bytes;
}

Bytes encode_hub_info(const HubInfo& info) {
    Bytes bytes = begin_body();
    ByteWriter out(bytes);
    write_hub_info(out, info);
    return bytes;
}

Result<HubInfo> decode_hub_info(ByteView body) {
    ByteReader in(body);
    if (const Status is_known = read_format(in); !is_known) return is_known.error();
    HubInfo info = read_hub_info(in);
    return finish(in, std::move(info), "hub information");
}

Bytes encode_session_request(const SessionRequest& request) {
    Bytes bytes = begin_body();
    ByteWriter out(bytes);
    out.raw(request.workspace.view());
    out.raw(request.device.view());
    return bytes;
}

Result<SessionRequest> decode_session_request(ByteView body) {
    ByteReader in(body);
    if (const Status is_known = read_format(in); !is_known) return is_known.error();
    SessionRequest request;
    in.fill(request.workspace.bytes);
    in.fill(request.device.bytes);
    return finish(in, request, "session request");
}

Bytes encode_session_reply(const SessionReply& reply) {
    Bytes bytes = begin_body();
    ByteWriter out(bytes);
    write_hub_info(out, reply.hub);
    out.raw(reply.nonce);
    return bytes;
}

Result<SessionReply> decode_session_reply(ByteView body) {
    ByteReader in(body);
    if (const Status is_known = read_format(in); !is_known) return is_known.error();
    SessionReply reply;
    reply.hub = read_hub_info(in);
    in.fill(reply.nonce);
    return finish(in, std::move(reply), "session reply");
}

Bytes encode_enroll_request(const EnrollRequest& request) {
    Bytes bytes = begin_body();
    ByteWriter out(bytes);
    out.sized(request.code);
    out.raw(request.workspace.view());
    out.raw(request.ed_public);
    out.raw(request.x_public);
    out.sized(request.sealed_name);
    out.sized(request.proof);
    const bool has_more = !request.later_entries.empty();
    out.u8(request.genesis ? (has_more ? kWholeLog : kGenesisOnly) : kNoLog);
    if (request.genesis) out.sized(*request.genesis);
    if (!has_more) return bytes;
    out.varint(request.later_entries.size());
    for (const Bytes& entry : request.later_entries) out.sized(entry);
    return bytes;
}

Result<EnrollRequest> decode_enroll_request(ByteView body) {
    ByteReader in(body);
    if (const Status is_known = read_format(in); !is_known) return is_known.error();
    EnrollRequest request;
    request.code = read_text(in);
    in.fill(request.workspace.bytes);
    in.fill(request.ed_public);
    in.fill(request.x_public);
    request.sealed_name = read_sealed(in);
    request.proof = read_sealed(in);
    const Byte log = in.u8();
    if (log > kWholeLog) in.fail();
    if (log != kNoLog) request.genesis = to_bytes(in.sized());
    if (log == kWholeLog) {
        for (const ByteView entry : read_list(in)) request.later_entries.push_back(to_bytes(entry));
        if (request.later_entries.empty()) in.fail();
    }
    return finish(in, std::move(request), "enrolment");
}

Bytes encode_enroll_reply(const EnrollReply& reply) {
    Bytes bytes = begin_body();
    ByteWriter out(bytes);
    out.raw(reply.workspace.view());
    out.u8(reply.is_member ? 1 : 0);
    return bytes;
}

Result<EnrollReply> decode_enroll_reply(ByteView body) {
    ByteReader in(body);
    if (const Status is_known = read_format(in); !is_known) return is_known.error();
    EnrollReply reply;
    in.fill(reply.workspace.bytes);
    reply.is_member = read_flag(in);
    return finish(in, reply, "enrolment reply");
}

Bytes encode_invite_request(const InviteRequest& request) {
    Bytes bytes = begin_body();
    ByteWriter out(bytes);
    out.raw(request.code_hash);
    out.u64(static_cast<std::uint64_t>(request.expires_ms));
    return bytes;
}

Result<InviteRequest> decode_invite_request(ByteView body) {
    ByteReader in(body);
    if (const Status is_known = read_format(in); !is_known) return is_known.error();
    InviteRequest request;
    in.fill(request.code_hash);
    request.expires_ms = static_cast<UnixMs>(in.u64());
    return finish(in, request, "invitation");
}

Bytes encode_waiting_devices(const std::vector<WaitingDevice>& devices) {
    Bytes bytes = begin_body();
    ByteWriter out(bytes);
    out.varint(devices.size());
    for (const WaitingDevice& device : devices) {
        out.raw(device.device.view());
        out.raw(device.ed_public);
        out.raw(device.x_public);
        out.sized(device.sealed_name);
        out.sized(device.proof);
    }
    return bytes;
}

Result<std::vector<WaitingDevice>> decode_waiting_devices(ByteView body) {
    ByteReader in(body);
    if (const Status is_known = read_format(in); !is_known) return is_known.error();
    std::vector<WaitingDevice> devices;
    const std::uint64_t count = in.varint();
    if (count > kListMax) in.fail();
    for (std::uint64_t i = 0; i < count && !in.failed(); ++i) {
        WaitingDevice& device = devices.emplace_back();
        in.fill(device.device.bytes);
        in.fill(device.ed_public);
        in.fill(device.x_public);
        device.sealed_name = read_sealed(in);
        device.proof = read_sealed(in);
    }
    return finish(in, std::move(devices), "list of waiting devices");
}

Bytes encode_entries(const std::vector<ByteView>& entries) {
    Bytes bytes = begin_body();
    ByteWriter out(bytes);
    write_list(out, entries);
    return bytes;
}

Result<std::vector<ByteView>> decode_entries(ByteView body) {
    ByteReader in(body);
    if (const Status is_known = read_format(in); !is_known) return is_known.error();
    std::vector<ByteView> entries = read_list(in);
    return finish(in, std::move(entries), "membership log");
}

Bytes encode_heads(const HeadsBody& body) {
    Bytes bytes = begin_body();
    ByteWriter out(bytes);
    out.u32(body.member_count);
    out.u32(body.join_count);
    write_list(out, body.heads);
    return bytes;
}

Result<HeadsBody> decode_heads(ByteView body) {
    ByteReader in(body);
    if (const Status is_known = read_format(in); !is_known) return is_known.error();
    HeadsBody heads;
    heads.member_count = in.u32();
    heads.join_count = in.u32();
    heads.heads = read_list(in);
    return finish(in, std::move(heads), "list of heads");
}

Bytes encode_push(const PushBody& body) {
    Bytes bytes = begin_body();
    std::size_t size = 64;
    for (const ByteView segment : body.segments) size += segment.size() + 10;
    bytes.reserve(size + (body.head ? body.head->size() : 0));
    ByteWriter out(bytes);
    write_list(out, body.segments);
    out.u8(body.head ? 1 : 0);
    if (body.head) out.sized(*body.head);
    out.u32(body.epoch);
    return bytes;
}

Result<PushBody> decode_push(ByteView body) {
    ByteReader in(body);
    if (const Status is_known = read_format(in); !is_known) return is_known.error();
    PushBody push;
    push.segments = read_list(in);
    if (read_flag(in)) push.head = in.sized();
    push.epoch = in.u32();
    return finish(in, std::move(push), "push");
}

Bytes encode_pull(const PullBody& body) {
    Bytes bytes = begin_body();
    ByteWriter out(bytes);
    out.varint(body.bytes_max);
    out.varint(body.cursors.size());
    for (const PullCursor& cursor : body.cursors) {
        out.raw(cursor.device.view());
        out.u16(static_cast<std::uint16_t>(cursor.lane));
        out.varint(cursor.after);
    }
    return bytes;
}

Result<PullBody> decode_pull(ByteView body) {
    ByteReader in(body);
    if (const Status is_known = read_format(in); !is_known) return is_known.error();
    PullBody pull;
    pull.bytes_max = in.varint();
    const std::uint64_t count = in.varint();
    if (count > kPullCursorsMax) in.fail();
    for (std::uint64_t i = 0; i < count && !in.failed(); ++i) {
        PullCursor& cursor = pull.cursors.emplace_back();
        in.fill(cursor.device.bytes);
        cursor.lane = static_cast<LaneId>(in.u16());
        cursor.after = in.varint();
    }
    return finish(in, std::move(pull), "pull");
}

Bytes encode_pull_reply(const PullReplyBody& body) {
    Bytes bytes = begin_body();
    ByteWriter out(bytes);
    out.u8(body.has_more ? 1 : 0);
    write_list(out, body.segments);
    return bytes;
}

Result<PullReplyBody> decode_pull_reply(ByteView body) {
    ByteReader in(body);
    if (const Status is_known = read_format(in); !is_known) return is_known.error();
    PullReplyBody reply;
    reply.has_more = read_flag(in);
    reply.segments = read_list(in);
    return finish(in, std::move(reply), "pull reply");
}

Bytes encode_usage(const UsageReply& reply) {
    Bytes bytes = begin_body();
    ByteWriter out(bytes);
    out.varint(reply.bytes);
    out.varint(reply.bytes_max);
    out.varint(reply.segments);
    out.u32(reply.devices);
    return bytes;
}

Result<UsageReply> decode_usage(ByteView body) {
    ByteReader in(body);
    if (const Status is_known = read_format(in); !is_known) return is_known.error();
    UsageReply reply;
    reply.bytes = in.varint();
    reply.bytes_max = in.varint();
    reply.segments = in.varint();
    reply.devices = in.u32();
    return finish(in, reply, "usage");
}

}  // namespace satchel::wire
