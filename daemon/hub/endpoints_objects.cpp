// Heads, push, pull: the daily traffic.
#include "daemon/crypto/seal.h"
#include "daemon/hub/service.h"
#include "shared/base/limits.h"
#include "shared/protocol/wire/head.h"
#include "shared/protocol/wire/object_name.h"
#include "shared/protocol/wire/segment.h"

#include <algorithm>
#include <limits>

namespace satchel::hub {

namespace {

using wire::HubRefusal;

/// Positions the database can hold and no honest device ever reaches.
constexpr std::uint64_t kSeqMax = std::numeric_limits<std::int64_t>::max();

/// Whose objects a push brings: the caller's own, or another member's from another hub. Whoever
/// hands them in, each is signed by its author.
const crypto::Member* author_of(const wire::PushBody& body, const Call& call) {
    std::optional<DeviceId> author;
    if (!body.segments.empty()) {
        const auto segment = wire::parse_segment(body.segments.front());
        if (segment) author = segment->header.device;
    } else if (body.head) {
        const auto head = wire::parse_head(*body.head);
        if (head) author = head->clear.device;
    }
    return call.workspace.members().find(author.value_or(call.device));
}

std::optional<HubRefusal> check_segment(ByteView object,
                                        const Call& call,
                                        const crypto::Member& author,
                                        NewObjects& objects) {
    const auto segment = wire::parse_segment(object);
    if (!segment) return HubRefusal::malformed;
    const wire::SegmentHeader& header = segment->header;
    if (header.from == 0 || header.to > kSeqMax) return HubRefusal::malformed;
    const bool is_authors =
        header.device == author.device &&
        crypto::verify_segment_signature(author.ed_public, call.workspace_id, *segment);
    if (!is_authors) return HubRefusal::bad_signature;
    if (!author.may_have_written(header.lane, header.to)) return HubRefusal::read_only;
    objects.segments.push_back(
        {header.lane, header.from, header.to, crypto::sha256(object), object});
    return std::nullopt;
}

std::optional<HubRefusal> check_head(ByteView object,
                                     const Call& call,
                                     const crypto::Member& author,
                                     NewObjects& objects) {
    const auto head = wire::parse_head(object);
    if (!head || head->clear.counter > kSeqMax) return HubRefusal::malformed;
    const bool is_authors =
        head->clear.device == author.device &&
        crypto::verify_head_signature(author.ed_public, call.workspace_id, *head);
    if (!is_authors) return HubRefusal::bad_signature;
    if (!author.is_active()) return HubRefusal::revoked;
    objects.head_counter = head->clear.counter;
    objects.head = object;
    return std::nullopt;
}

http::Response not_modified(const std::string& etag) {
    http::Response response;
    response.status = 304;
    response.fields.add("ETag", etag);
    return response;
}

}  // namespace

Reply Service::heads(Call call) {
    const std::string known(call.request.fields.get("if-none-match"));
    const auto until = std::chrono::steady_clock::now() + wait_of(call.query);
    while (known == call.workspace.etag()) {
        if (std::chrono::steady_clock::now() >= until) co_return not_modified(known);
        const HeldPoll held(held_polls_);
        co_await call.workspace.news().wait(until);
        if (call.workspace.standing_of(call.device) == Standing::revoked)
            co_return refuse(HubRefusal::revoked);
    }
    http::Response response = reply_with(call.workspace.heads_body());
    response.fields.add("ETag", call.workspace.etag());
    co_return response;
}

Reply Service::push(Call call) {
    const auto body = wire::decode_push(call.request.body);
    if (!body) co_return refuse(HubRefusal::malformed);
    // Whoever does not know of an epoch seals what revoked devices can still open.
    if (body->epoch < call.workspace.members().epoch()) co_return refuse(HubRefusal::old_epoch);
    const crypto::Member* author = author_of(*body, call);
    if (author == nullptr) co_return refuse(HubRefusal::bad_signature);
    const Standing standing = call.workspace.standing_of(call.device);
    const bool is_own = author->device == call.device;
    if (standing == Standing::reader && !(is_own && body->segments.empty()))
        co_return refuse(HubRefusal::read_only);
    NewObjects objects;
    objects.workspace = call.workspace_id;
    objects.device = author->device;
    for (const ByteView segment : body->segments)
        if (const auto refused = check_segment(segment, call, *author, objects))
            co_return refuse(*refused);
    if (body->head)
        if (const auto refused = check_head(*body->head, call, *author, objects))
            co_return refuse(*refused);
    const Verdict refused = co_await store_.push(objects, settings_.quota_bytes);
    if (refused) co_return refuse(*refused);
    if (objects.head_counter)
        call.workspace.set_head(objects.device, *objects.head_counter, objects.head);
    co_return reply_with({});
}

Reply Service::pull(Call call) {
    auto body = wire::decode_pull(call.request.body);
    if (!body) co_return refuse(HubRefusal::malformed);
    body->bytes_max = std::min<std::uint64_t>(body->bytes_max, limits::kHttpBodyBytesMax);
    for (const wire::PullCursor& cursor : body->cursors)
        if (cursor.after > kSeqMax) co_return refuse(HubRefusal::malformed);
    wire::PullBody request = std::move(*body);
    const auto pulled = co_await store_.pull(call.workspace_id, std::move(request));
    if (!pulled) co_return refuse(HubRefusal::defect);
    wire::PullReplyBody reply;
    reply.has_more = pulled->has_more;
    for (const Bytes& segment : pulled->segments) reply.segments.emplace_back(segment);
    co_return reply_with(wire::encode_pull_reply(reply));
}

Reply Service::object(Call call) {
    const auto name =
        wire::parse_object_name("v1/" + call.workspace_id.text() + "/" + std::string(call.name));
    if (!name) co_return refuse(HubRefusal::not_found);
    if (name->kind == wire::ObjectKind::head) {
        const auto head = call.workspace.heads().find(name->device);
        if (head == call.workspace.heads().end()) co_return refuse(HubRefusal::not_found);
        co_return reply_with(head->second.body);
    }
    if (name->kind != wire::ObjectKind::segment || name->from == 0 || name->to > kSeqMax)
        co_return refuse(HubRefusal::not_found);
    const wire::PullCursor position{name->device, name->lane, name->from - 1};
    auto found = co_await store_.find_segment(call.workspace_id, position, name->to);
    if (!found) co_return refuse(HubRefusal::defect);
    if (!*found) co_return refuse(HubRefusal::not_found);
    co_return reply_with(std::move(**found));
}

Reply Service::usage(Call call) {
    auto usage = co_await store_.usage(call.workspace_id);
    if (!usage) co_return refuse(HubRefusal::defect);
    usage->bytes_max = settings_.quota_bytes;
    usage->devices = static_cast<std::uint32_t>(std::ranges::count_if(
        call.workspace.members().all(), [](const auto& member) { return member.is_active(); }));
    co_return reply_with(wire::encode_usage(*usage));
}

}  // namespace satchel::hub
