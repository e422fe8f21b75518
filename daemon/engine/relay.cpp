#include "daemon/engine/relay.h"

#include "daemon/engine/listen.h"
#include "daemon/store/inbox.h"
#include "shared/protocol/wire/head.h"
#include "shared/protocol/wire/segment.h"

#include <algorithm>
#include <map>

namespace satchel::engine {

namespace {

using LogEnds = std::map<LaneId, std::uint64_t>;

/// A head as a hub shows it: what its device has written, whoever may read that.
struct ShownHead {
    std::uint64_t counter = 0;
    LogEnds ends;
    Bytes body;
};

using ShownHeads = std::map<DeviceId, ShownHead>;

asio::awaitable<Result<ShownHeads>> read_heads(LogSource& source) {
    SATCHEL_CO_TRY(bodies, co_await source.heads());
    ShownHeads heads;
    for (Bytes& body : bodies) {
        const auto parsed = wire::parse_head(body);
        if (!parsed) continue;
        ShownHead& head = heads[parsed->clear.device];
        head.counter = parsed->clear.counter;
        for (const wire::HeadLane& lane : parsed->clear.lanes) head.ends[lane.lane] = lane.seq;
        head.body = std::move(body);
    }
    co_return heads;
}

/// One log that may have to be carried over.
struct Log {
    DeviceId device;
    LaneId lane{};
    std::uint64_t after = 0;  ///< the other hub has it up to here
    std::uint64_t end = 0;    ///< and the one up to here
};

/// The logs of a device that count, as far as the other hub does not say that it has them.
std::vector<Log> find_lacking(const crypto::Member& member,
                              const ShownHeads& from,
                              const ShownHeads& to) {
    LogEnds ends;
    if (const auto shown = from.find(member.device); shown != from.end()) ends = shown->second.ends;
    if (member.log_ends) {
        ends.clear();
        for (const auto& [lane, end] : *member.log_ends) ends[lane] = end.seq;
    }
    std::vector<Log> logs;
    const auto there = to.find(member.device);
    for (const auto& [lane, end] : ends) {
        std::uint64_t after = 0;
        if (there != to.end() && there->second.ends.contains(lane))
            after = there->second.ends.at(lane);
        if (after < end) logs.push_back({member.device, lane, after, end});
    }
    return logs;
}

class Relay {
  public:
    Relay(LogSource& from, transport::Transport& to, const crypto::Members& members)
        : from_(from), to_(to), there_(to), members_(members) {}

    asio::awaitable<Result<RelayReport>> run(DeviceId own) {
        SATCHEL_CO_TRY(heads_from, co_await read_heads(from_));
        SATCHEL_CO_TRY(heads_to, co_await read_heads(there_));
        for (const crypto::Member& member : members_.all()) {
            if (member.device == own) continue;
            bool is_whole = true;
            for (const Log& log : find_lacking(member, heads_from, heads_to)) {
                SATCHEL_CO_TRY(is_carried, co_await carry(log));
                is_whole = is_whole && is_carried;
            }
            // A head announces what is there: it goes last, and only with everything.
            const auto head = heads_from.find(member.device);
            if (!is_whole || !member.is_active() || head == heads_from.end()) continue;
            const Status told = co_await carry_head(head->second, heads_to[member.device]);
            if (!told) co_return told.error();
        }
        co_return report_;
    }

  private:
    /// True when the hub has the last of it: of devices without a head it says so only here.
    asio::awaitable<Result<bool>> has_end(Log log) {
        const transport::Cursor last{log.device, log.lane, log.end - 1};
        SATCHEL_CO_TRY(segments, co_await there_.pull(last));
        co_return !segments.empty();
    }

    /// What of a page continues the log, as a push; moves the log on.
    transport::PushRequest take_next(std::vector<Bytes> page, Log& log) {
        transport::PushRequest request;
        request.epoch = members_.epoch();
        for (Bytes& segment : page) {
            const auto parsed = wire::parse_segment(segment);
            if (!parsed) break;
            const wire::SegmentHeader& header = parsed->header;
            const bool is_next = header.device == log.device && header.lane == log.lane &&
                                 header.from == log.after + 1 && header.to <= log.end;
            if (!is_next) break;
            log.after = header.to;
            report_.bytes += segment.size();
            request.segments.push_back(std::move(segment));
        }
        report_.segments += request.segments.size();
        return request;
    }

    /// True when the other hub has the whole log now.
    asio::awaitable<Result<bool>> carry(Log log) {
        if (log.after == 0) {
            SATCHEL_CO_TRY(is_there, co_await has_end(log));
            if (is_there) co_return true;
        }
        ++report_.logs;
        while (log.after < log.end) {
            const transport::Cursor after{log.device, log.lane, log.after};
            SATCHEL_CO_TRY(page, co_await from_.pull(after));
            transport::PushRequest request = take_next(std::move(page), log);
            // What the one lost or the other will not have stays behind; the rest goes on.
            bool is_left = request.segments.empty();
            if (!is_left) {
                const auto pushed = co_await to_.push(std::move(request));
                is_left = !pushed && pushed.error().code == ErrorCode::conflict;
                if (!pushed && !is_left) co_return pushed.error();
            }
            if (is_left) ++report_.incomplete;
            if (is_left) co_return false;
        }
        co_return true;
    }

    asio::awaitable<Status> carry_head(const ShownHead& head, const ShownHead& there) {
        if (there.counter >= head.counter) co_return ok();
        transport::PushRequest request;
        request.epoch = members_.epoch();
        request.head = head.body;
        const auto pushed = co_await to_.push(std::move(request));
        // Its device may have come by itself in the meantime.
        if (!pushed && pushed.error().code != ErrorCode::conflict) co_return pushed.error();
        co_return ok();
    }

    LogSource& from_;
    transport::Transport& to_;
    HubLogs there_;
    const crypto::Members& members_;
    RelayReport report_;
};

}  // namespace

asio::awaitable<Result<std::vector<Bytes>>> HubLogs::heads() {
    std::string any;
    SATCHEL_CO_TRY(reply, co_await hub_.heads(std::move(any), std::chrono::seconds(0)));
    co_return std::move(reply.heads);
}

asio::awaitable<Result<std::vector<Bytes>>> HubLogs::pull(transport::Cursor after) {
    std::vector<transport::Cursor> cursors;
    cursors.push_back(after);
    SATCHEL_CO_TRY(reply, co_await hub_.pull(std::move(cursors), kExchangeBytes));
    co_return std::move(reply.segments);
}

asio::awaitable<Result<std::vector<Bytes>>> KeptLogs::heads() {
    SATCHEL_CO_TRY(seen,
                   co_await worker_.run([this] { return store::load_heads(replica_.database()); }));
    std::vector<Bytes> heads;
    for (store::SeenHead& head : seen) heads.push_back(std::move(head.body));
    co_return heads;
}

asio::awaitable<Result<std::vector<Bytes>>> KeptLogs::pull(transport::Cursor after) {
    co_return co_await worker_.run([this, &after] {
        return store::list_applied(
            replica_.database(), after.device, after.lane, after.after, kExchangeBytes);
    });
}

asio::awaitable<Result<RelayReport>> relay_logs(LogSource& from,
                                                transport::Transport& to,
                                                const crypto::Members& members,
                                                DeviceId own) {
    Relay relay(from, to, members);
    co_return co_await relay.run(own);
}

}  // namespace satchel::engine
