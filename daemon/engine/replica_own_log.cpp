// Our own log, when the hub's copy of it is not what it was or not what we have.
//
// A hub that was rolled back or restored has an older head of ours than it acknowledged: everything
// behind that head is pushed again; segments are kept for this. A device that was restored has less
// of its own log than the hub: before it captures anything it takes the rest back, as it would
// another device's, and goes on behind it. So no position is ever written twice, and what the
// restored device had forgotten replaces nothing. Two running copies of one device cannot be told
// from that until both write: then the hub refuses the second, which stops sending and says so.
#include "daemon/engine/facts.h"
#include "daemon/engine/replica.h"

#include <algorithm>

namespace satchel::engine {

Result<std::optional<std::string>> Replica::compare_own(
    std::uint64_t counter, const std::map<LaneId, std::uint64_t>& log_ends) {
    has_seen_own_head_ = true;
    own_log_ends_ = log_ends;
    const bool is_rolled_back = counter < published_counter_;
    if (!is_rolled_back && counter <= head_counter_) return std::optional<std::string>{};
    const Status noted = in_step([&](Step& step) -> Status {
        // No two heads share a counter, those of a copy of this device included.
        const std::uint64_t used = std::max(counter, head_counter_);
        auto kept = set_number_fact(step.transaction, kHeadCounterFact, used);
        if (kept) kept = set_number_fact(step.transaction, kPublishedFact, 0);
        if (kept) kept = set_number_fact(step.transaction, kPublishedCounterFact, counter);
        if (!kept || !is_rolled_back) return kept;
        for (const auto& [id, lane] : ledger_.lanes()) {
            const auto end = log_ends.find(id);
            const std::uint64_t seq = end == log_ends.end() ? 0 : end->second;
            if (auto marked = store::mark_unpushed(step.transaction, id, seq); !marked)
                return marked;
        }
        return ok();
    });
    if (!noted) return noted.error();
    head_counter_ = std::max(counter, head_counter_);
    published_hash_ = 0;
    published_counter_ = counter;
    if (!is_rolled_back) return std::optional<std::string>{};
    has_unpushed_ = true;
    note_hub_loss();
    return std::optional<std::string>(
        "the hub has less of this device's log than it had: it was rolled back or restored from a "
        "backup; what it lacks is sent again");
}

Status Replica::change_hub(std::span<const Bytes> heads,
                           const std::function<Status(store::Transaction&)>& keep) {
    Peer own;
    for (const Bytes& body : heads) {
        auto opened = open_peer_head(identity_, body);
        if (opened && opened->first == identity_.device) own = std::move(opened->second);
    }
    return in_step([&](Step& step) -> Status {
        store::Transaction& transaction = step.transaction;
        if (auto kept = keep(transaction); !kept) return kept;
        auto noted = set_number_fact(transaction, kPublishedFact, 0);
        if (noted) noted = set_number_fact(transaction, kPublishedCounterFact, own.counter);
        for (const auto& [id, lane] : ledger_.lanes()) {
            if (!noted) return noted;
            const auto end = own.log_ends.find(id);
            const std::uint64_t seq = end == own.log_ends.end() ? 0 : end->second;
            noted = store::mark_unpushed(transaction, id, seq);
        }
        return noted;
    });
}

Status Replica::push_all_again() {
    const Status marked = in_step([&](Step& step) -> Status {
        for (const auto& [id, lane] : ledger_.lanes())
            if (auto done = store::mark_unpushed(step.transaction, id, 0); !done) return done;
        return ok();
    });
    if (marked) has_unpushed_ = true;
    return marked;
}

Result<bool> Replica::is_behind_itself() {
    std::vector<Missing> own;
    if (auto added = add_own_missing(own, {}); !added) return std::move(added).error();
    is_behind_ = !own.empty();
    return is_behind_;
}

Status Replica::add_own_missing(
    std::vector<Missing>& missing,
    const std::map<std::pair<DeviceId, LaneId>, std::uint64_t>& received_to) {
    if (own_log_ends_.empty()) return ok();
    SATCHEL_TRY(unsent, store::count_unpushed(database_));
    for (const auto& [lane, end] : own_log_ends_) {
        const auto received = received_to.find({identity_.device, lane});
        const std::uint64_t here = ledger_.lane(lane).end_of(identity_.device).seq;
        const std::uint64_t have =
            received == received_to.end() ? here : std::max(here, received->second);
        // Where new ops were captured before the hub was asked, they stand at the same places.
        if (end > have && is_wanted(lane) && !unsent.contains(lane))
            missing.push_back({identity_.device, lane, have});
    }
    return ok();
}

Status Replica::keep_own(Step& step, const store::Received& received, const Bytes& body) {
    const store::OwnSegment segment{received.lane, received.seq_from, received.seq_to, 0, body};
    auto kept = store::append_segment(step.transaction, segment, clock_.now_ms());
    return kept ? store::mark_pushed(step.transaction, received.lane, received.seq_from) : kept;
}

}  // namespace satchel::engine
