// Requests that get lost before or after they took effect, come twice, answer with old news, or
// kill the caller.
#include "tests/simulation/hub.h"

#include "daemon/crypto/members.h"
#include "shared/protocol/wire/head.h"
#include "shared/protocol/wire/segment.h"

#include <algorithm>

namespace satchel::simulation {

namespace {

constexpr std::size_t kHeadsKept = 4;

/// Lets other devices run between a request and its answer.
asio::awaitable<void> pass_on() {
    const auto executor = co_await asio::this_coro::executor;
    co_await asio::post(executor, asio::use_awaitable);
}

Error lost(Tally& tally) {
    ++tally.lost_messages;
    return {ErrorCode::offline, "reach the hub: no answer"};
}

}  // namespace

Status Hub::put(const Bytes& segment) {
    SATCHEL_TRY(view, wire::parse_segment(segment));
    Log& log = logs[{view.header.device, view.header.lane}];
    const auto known = log.find(view.header.from);
    if (known != log.end()) {
        if (known->second.body == segment) return ok();
        // The same ops sealed under another epoch.
        const auto held = wire::parse_segment(known->second.body);
        const bool is_resealed = held->header.epoch != view.header.epoch &&
                                 held->header.to == view.header.to &&
                                 held->header.link == view.header.link;
        if (is_resealed) return ok();
        return Error{ErrorCode::conflict, "the hub holds other bytes at this position"};
    }
    const std::uint64_t end = log.empty() ? 0 : log.rbegin()->second.to;
    if (view.header.from != end + 1)
        return Error{ErrorCode::halted, "the hub lacks earlier segments"};
    log.emplace(view.header.from, Segment{view.header.to, segment});
    return ok();
}

void Hub::put_head(const Bytes& head) {
    const auto view = wire::parse_head(head);
    if (!view) return;
    auto& kept = heads[view->clear.device];
    if (!kept.empty() && kept.back() == head) return;
    // A repeated request must not bring an older head back.
    if (!kept.empty() && wire::parse_head(kept.back())->clear.counter >= view->clear.counter)
        return;
    kept.push_back(head);
    if (kept.size() > kHeadsKept) kept.pop_front();
    ++version;
}

void Hub::back_up() {
    saved_logs_ = logs;
    saved_heads_ = heads;
    saved_members_ = members;
}

Status Hub::put_member(const Bytes& entry) {
    SATCHEL_TRY(parsed, wire::parse_member(entry));
    if (parsed.number > members.size())
        return Error{ErrorCode::halted, "add an entry: earlier ones are missing"};
    if (parsed.number < members.size())
        return members[parsed.number] == entry
                   ? ok()
                   : Status(Error{ErrorCode::conflict, "add an entry: the number is taken"});
    std::vector<Bytes> longer = members;
    longer.push_back(entry);
    if (auto log = crypto::Members::verify(longer, std::nullopt); !log) return log.error();
    members = std::move(longer);
    ++version;
    return ok();
}

std::uint32_t Hub::epoch() const {
    const auto log = crypto::Members::verify(members, std::nullopt);
    return log ? log->epoch() : 1;
}

void Hub::restore() {
    logs = saved_logs_;
    heads = saved_heads_;
    members = saved_members_;
    ++version;
}

Status MemoryTransport::send() {
    ++counters_.requests;
    if (chance_.happens(faults_.crash_in_transport)) throw Crash("before a request");
    if (chance_.happens(faults_.partition)) cut_for_ = 1 + chance_.below(12);
    if (cut_for_ > 0) {
        --cut_for_;
        return lost(tally_);
    }
    return chance_.happens(faults_.request_lost) ? Status(lost(tally_)) : ok();
}

Status MemoryTransport::answer() {
    if (chance_.happens(faults_.crash_in_transport)) throw Crash("after a request");
    return chance_.happens(faults_.response_lost) ? Status(lost(tally_)) : ok();
}

asio::awaitable<Result<transport::HeadsReply>> MemoryTransport::heads(std::string etag,
                                                                      std::chrono::seconds) {
    co_await pass_on();
    if (auto sent = send(); !sent) co_return sent.error();
    transport::HeadsReply reply{};
    reply.etag = std::to_string(hub_.version);
    reply.not_modified = reply.etag == etag;
    if (!reply.not_modified) {
        reply.member_count = static_cast<std::uint32_t>(hub_.members.size());
        for (const auto& [device, kept] : hub_.heads) {
            const bool is_stale = chance_.happens(faults_.stale_heads);
            reply.heads.push_back(is_stale ? kept.front() : kept.back());
            if (is_stale && kept.size() > 1) reply.etag = "stale";
        }
    }
    if (auto answered = answer(); !answered) co_return answered.error();
    co_return reply;
}

Status MemoryTransport::store(const transport::PushRequest& request) {
    if (request.epoch < hub_.epoch())
        return Error{ErrorCode::conflict, "push: a newer epoch has begun"};
    for (const Bytes& segment : request.segments)
        if (auto put = hub_.put(segment); !put) return put;
    if (request.head) hub_.put_head(*request.head);
    return ok();
}

asio::awaitable<Result<transport::PushReply>> MemoryTransport::push(
    transport::PushRequest request) {
    co_await pass_on();
    if (auto sent = send(); !sent) co_return sent.error();
    if (auto stored = store(request); !stored) co_return stored.error();
    if (chance_.happens(faults_.request_repeated)) {
        co_await pass_on();
        if (auto again = store(request); !again) co_return again.error();
    }
    if (auto answered = answer(); !answered) co_return answered.error();
    transport::PushReply reply{};
    co_return reply;
}

asio::awaitable<Result<transport::PullReply>> MemoryTransport::pull(
    std::vector<transport::Cursor> cursors, std::size_t max_bytes) {
    co_await pass_on();
    if (auto sent = send(); !sent) co_return sent.error();
    transport::PullReply reply{};
    // Logs in any order, sometimes cut off early: only within one log is order promised.
    for (std::size_t i = cursors.size(); i > 1; --i)
        std::swap(cursors[i - 1], cursors[chance_.below(i)]);
    std::size_t bytes = 0;
    const bool is_late = chance_.happens(faults_.late_segments);
    for (const transport::Cursor& cursor : cursors) {
        const auto log = hub_.logs.find({cursor.device, cursor.lane});
        if (log == hub_.logs.end() || is_late) continue;
        std::uint64_t count = faults_.late_segments > 0 ? chance_.below(4) : ~std::uint64_t{0};
        for (const auto& [from, segment] : log->second) {
            if (segment.to <= cursor.after || bytes > max_bytes) continue;
            if (count-- == 0) break;
            bytes += segment.body.size();
            reply.segments.push_back(segment.body);
        }
    }
    if (auto answered = answer(); !answered) co_return answered.error();
    co_return reply;
}

asio::awaitable<Result<std::vector<Bytes>>> MemoryTransport::members(std::uint64_t from,
                                                                     std::chrono::seconds) {
    co_await pass_on();
    if (auto sent = send(); !sent) co_return sent.error();
    const auto first = std::min<std::size_t>(from, hub_.members.size());
    std::vector<Bytes> entries(hub_.members.begin() + static_cast<std::ptrdiff_t>(first),
                               hub_.members.end());
    if (auto answered = answer(); !answered) co_return answered.error();
    co_return entries;
}

asio::awaitable<Status> MemoryTransport::add_member(Bytes entry) {
    co_await pass_on();
    if (auto sent = send(); !sent) co_return sent.error();
    if (auto put = hub_.put_member(entry); !put) co_return put.error();
    co_return answer();
}

asio::awaitable<Result<std::vector<transport::JoinRequest>>> MemoryTransport::joins() {
    co_return std::vector<transport::JoinRequest>{};
}

asio::awaitable<Status> MemoryTransport::invite(Hash256, UnixMs) {
    co_return ok();
}

}  // namespace satchel::simulation
