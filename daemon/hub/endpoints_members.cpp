// The membership log and the way into it. The hub checks every entry, though it could not forge one
// that a device would accept.
#include "daemon/http/gate.h"
#include "daemon/hub/service.h"
#include "shared/protocol/wire/head.h"
#include "shared/protocol/wire/member.h"

#include <algorithm>

namespace satchel::hub {

namespace {

using wire::HubRefusal;

/// An invitation is a matter of minutes, at most of a week.
constexpr UnixMs kInviteMsMax = 7ll * 24 * 3600 * 1000;

/// True when an entry that ends a device's log ends it where everybody has been told it goes.
bool ends_as_told(const Workspace& workspace, const wire::MemberEntry& entry) {
    const bool ends =
        entry.kind == wire::MemberKind::revoke ||
        (entry.kind == wire::MemberKind::role && entry.role != wire::MemberRole::normal);
    const auto stored = workspace.heads().find(entry.device);
    if (!ends || stored == workspace.heads().end()) return true;
    const auto head = wire::parse_head(stored->second.body);
    if (!head) return true;
    return std::ranges::equal(
        head->clear.lanes, entry.log_ends, [](const auto& lane, const auto& end) {
            return lane.lane == end.lane && lane.seq == end.seq && lane.link == end.link;
        });
}

std::string operation_of(wire::MemberKind kind) {
    switch (kind) {
        case wire::MemberKind::add:
            return "member.add";
        case wire::MemberKind::revoke:
            return "member.revoke";
        case wire::MemberKind::rotate:
            return "member.rotate";
        case wire::MemberKind::rename:
            return "member.rename";
        case wire::MemberKind::role:
            return "member.role";
        default:
            return "member.genesis";
    }
}

}  // namespace

Reply Service::members(Call call) {
    const std::string_view asked = query_value(call.query, "from");
    const auto from = asked.empty() ? 0 : http::parse_decimal(asked);
    if (!from) co_return refuse(HubRefusal::malformed);
    const auto until = std::chrono::steady_clock::now() + wait_of(call.query);
    while (call.workspace.entries().size() <= *from && std::chrono::steady_clock::now() < until) {
        const HeldPoll held(held_polls_);
        co_await call.workspace.news().wait(until);
    }
    std::vector<ByteView> entries;
    for (std::uint64_t n = *from; n < call.workspace.entries().size(); ++n)
        entries.emplace_back(call.workspace.entries()[n]);
    co_return reply_with(wire::encode_entries(entries));
}

Reply Service::add_member(Call call) {
    const Bytes& body = call.request.body;
    const auto parsed = wire::parse_member(body);
    if (!parsed) co_return refuse(HubRefusal::malformed);
    const wire::MemberEntry& entry = *parsed;
    const crypto::Members& members = call.workspace.members();
    if (entry.number > members.next_number()) co_return refuse(HubRefusal::gap);
    const bool is_full = members.all().size() >= settings_.devices_max;
    if (is_full && entry.kind == wire::MemberKind::add) co_return refuse(HubRefusal::quota_full);
    if (!ends_as_told(call.workspace, entry)) co_return refuse(HubRefusal::outdated);
    if (entry.number == members.next_number()) {
        crypto::Members next = members;
        if (!next.append(body)) co_return refuse(HubRefusal::malformed);
    }
    // A number that is taken is left to the store, which lets the same entry pass again.
    const std::uint64_t number = entry.number;
    const DeviceId added = entry.device;
    const ByteView bytes = body;
    AuditNote note{call.asker.device, call.asker.address, operation_of(entry.kind), added.text()};
    const Verdict refused =
        co_await store_.append_member(call.workspace_id, number, added, bytes, std::move(note));
    if (refused) co_return refuse(*refused);
    call.workspace.add_entry(body);
    co_return reply_with({});
}

Reply Service::joins(Call call) {
    co_return reply_with(wire::encode_waiting_devices(call.workspace.waiting()));
}

Reply Service::invite(Call call) {
    const auto asked = wire::decode_invite_request(call.request.body);
    if (!asked) co_return refuse(HubRefusal::malformed);
    Admission admission;
    admission.code_hash = asked->code_hash;
    admission.kind = AdmissionKind::joining;
    admission.workspace = call.workspace_id;
    admission.expires_ms = std::min(asked->expires_ms, clock_.now_ms() + kInviteMsMax);
    admission.note = {call.asker.device, call.asker.address, "invite", call.workspace_id.text()};
    const Verdict refused = co_await store_.add_admission(admission);
    if (refused) co_return refuse(*refused);
    co_return reply_with({});
}

}  // namespace satchel::hub
