// What the heads at the hub say, compared with what they said before and with each other: how a hub
// that goes back, keeps something for itself or tells two stories is found out.
//
// A head is signed and counts up, so the hub can show an old one or none, never a new one of its
// own. It carries how far its device has applied every log: where one device has applied what the
// hub does not give to another, the hub withholds it. It carries the chain value of its log and the
// digest of its state: equal positions with unequal values are two stories.
#include "daemon/engine/replica.h"
#include "shared/base/hash.h"

#include <algorithm>
#include <set>

namespace satchel::engine {

namespace {

/// A device that was silent for so long is worth a word: only its owner knows whether it was off.
constexpr UnixMs kSilenceMs = 7ll * 24 * 3'600 * 1'000;

/// Clocks that differ by less are not worth a word.
constexpr UnixMs kClockDifferenceMs = 5ll * 60 * 1'000;

constexpr std::string_view kRolledBack =
    "it was rolled back or restored from a backup, or it hides something; nothing is lost or "
    "deleted here, and that device sends again what the hub lacks at its next cycle";
constexpr std::string_view kTwoStories =
    "two copies of that device write, or the hub tells different devices different things; see "
    "with 'satchelctl device list' on each device, stop a copied one and set it up again";

}  // namespace

Result<std::vector<std::string>> Replica::absorb_heads(std::span<const Bytes> heads) {
    std::vector<std::string> alarms;
    std::vector<store::SeenHead> news;
    std::set<DeviceId> shown;
    std::set<DeviceId> older;
    has_doubts_ = false;
    Peer own;
    for (const Bytes& body : heads) {
        auto opened = open_peer_head(identity_, body);
        if (!opened) {
            alarms.push_back("a head at the hub was not accepted: " + opened.error().message +
                             "; it was changed there or on the way, and is left out");
            // One of a newer version stays what it is, however often it is asked for.
            has_doubts_ = has_doubts_ || opened.error().code != ErrorCode::version_mismatch;
            continue;
        }
        auto& [device, peer] = *opened;
        if (device == identity_.device) {
            if (peer.counter >= own.counter) own = std::move(peer);
            continue;
        }
        const auto known = peers_.find(device);
        if (known != peers_.end() && peer.counter < known->second.counter) {
            older.insert(device);
            continue;
        }
        shown.insert(device);
        const std::uint64_t counter = peer.counter;
        if (take_head(device, std::move(peer), alarms))
            news.push_back({device, counter, clock_.now_ms(), body});
    }
    const std::size_t unshown_before = std::exchange(unshown_, {}).size();
    for (const auto& [device, peer] : peers_) {
        // What the hub shows of a device that was revoked is of no account.
        if (shown.contains(device) || !identity_.members.find_active(device)) continue;
        const std::string what =
            older.contains(device)
                ? "the hub offers an older head of " + peer_name(device) + " than was seen before"
                : "the hub shows no head of " + peer_name(device) + " any more";
        unshown_.push_back({"rolled_back", what, std::string(kRolledBack)});
    }
    has_doubts_ = has_doubts_ || !unshown_.empty();
    if (unshown_.size() > unshown_before) note_hub_loss();
    own_told_ends_ = std::move(own.told_ends);
    SATCHEL_TRY(rollback, compare_own(own.counter, own.log_ends));
    if (rollback) alarms.push_back(*rollback);
    // What others have applied of our log exists, whatever the hub shows of it.
    for (const auto& [log, end] : announced())
        if (log.first == identity_.device)
            own_log_ends_[log.second] = std::max(own_log_ends_[log.second], end);
    std::ranges::move(look_around(), std::back_inserter(alarms));
    if (news.empty()) return alarms;
    const Status saved = in_step([&](Step& step) -> Status {
        for (const store::SeenHead& head : news)
            if (auto kept = store::save_head(step.transaction, head); !kept) return kept;
        return ok();
    });
    if (!saved) return saved.error();
    return alarms;
}

bool Replica::take_head(const DeviceId& device, Peer peer, std::vector<std::string>& alarms) {
    const auto known = peers_.find(device);
    if (known != peers_.end() && peer.counter == known->second.counter) {
        const bool is_same = peer.told_ends == known->second.told_ends &&
                             peer.state.lanes == known->second.state.lanes;
        if (!is_same)
            alarms.push_back("two different heads of " + peer_name(device) +
                             " have the same number: " + std::string(kTwoStories));
        return false;
    }
    peer.seen_ms = clock_.now_ms();
    peers_[device] = std::move(peer);
    return true;
}

std::map<std::pair<DeviceId, LaneId>, std::uint64_t> Replica::announced() const {
    std::map<std::pair<DeviceId, LaneId>, std::uint64_t> ends;
    const auto raise = [&](const DeviceId& device, LaneId lane, std::uint64_t seq) {
        std::uint64_t& end = ends[{device, lane}];
        end = std::max(end, seq);
    };
    for (const auto& [device, peer] : peers_) {
        for (const auto& [lane, seq] : peer.log_ends) raise(device, lane, seq);
        if (!identity_.members.find_active(device)) continue;
        for (const HeadLaneState& lane : peer.state.lanes)
            for (const auto& [author, seq] : lane.vector.entries()) raise(author, lane.lane, seq);
    }
    return ends;
}

void Replica::find_contradictions(std::vector<Alarm>& found) const {
    for (const auto& [device, peer] : peers_) {
        for (const HeadLaneState& theirs : peer.state.lanes) {
            const auto ours = ledger_.lanes().find(theirs.lane);
            if (ours == ledger_.lanes().end() || !(ours->second.vector() == theirs.vector))
                continue;
            if (ours->second.digest.bytes() == theirs.digest) continue;
            found.push_back({"differs",
                             "this device and " + peer_name(device) +
                                 " have applied the same changes but differ in '" + theirs.source +
                                 "'",
                             "the hub gave them different ones, or a program has a defect; compare "
                             "what both hold, and keep a backup of the one that is right"});
        }
        for (const auto& [lane, seq, link] : peer.told_ends) {
            const auto ours = ledger_.lanes().find(lane);
            if (ours == ledger_.lanes().end()) continue;
            const store::LogEnd end = ours->second.end_of(device);
            if (end.seq == 0 || end.seq != seq || end.link == link) continue;
            found.push_back(
                {"forked",
                 log_name(device, lane) + " here is not what that device says it has written",
                 std::string(kTwoStories)});
        }
    }
}

std::vector<std::string> Replica::look_around() {
    std::vector<Alarm> found = gaps_;
    found.insert(found.end(), unshown_.begin(), unshown_.end());
    find_contradictions(found);
    for (const auto& [log, retry] : retries_) {
        found.push_back({"damaged",
                         log_name(log.first, log.second) + " came damaged from change " +
                             std::to_string(retry.seq_from) + " on",
                         "it is asked for again, at most a day apart; if this goes on, have a look "
                         "at the hub or move to another one"});
    }
    for (const auto& [device, peer] : peers_) {
        const bool is_silent = peer.seen_ms > 0 && clock_.now_ms() - peer.seen_ms >= kSilenceMs;
        if (!is_silent || !identity_.members.find_active(device)) continue;
        found.push_back({"silent",
                         "no news of " + peer_name(device) + " for more than a week",
                         "it was off, or the hub keeps its news from this device; run 'satchelctl "
                         "sync' there and then here"});
    }
    find_odd_clocks(found);
    return standing_.replace(found, clock_.now_ms());
}

void Replica::find_odd_clocks(std::vector<Alarm>& found) const {
    for (const auto& [device, peer] : peers_) {
        if (!identity_.members.find_active(device)) continue;
        // A head is written before it is seen, whatever its way.
        const UnixMs ahead = peer.state.time_ms - peer.seen_ms;
        if (peer.seen_ms == 0 || ahead < kClockDifferenceMs) continue;
        found.push_back({"clock_off",
                         "the clock of " + peer_name(device) + " is " +
                             std::to_string(ahead / 60'000) + " minutes ahead of this device's",
                         "nothing is lost, but which of two values is the newer one is told wrong; "
                         "let both devices take their time from the network"});
    }
}

Result<std::vector<std::string>> Replica::note_gaps() {
    gaps_.clear();
    SATCHEL_TRY(missing, this->missing());
    for (const Missing& gap : missing) {
        gaps_.push_back(
            {"withheld",
             log_name(gap.device, gap.lane) + " waits for change " + std::to_string(gap.after + 1),
             "other devices have it and the hub does not give it: it was rolled back or keeps it "
             "back; what builds on it waits too, nothing is lost. Run 'satchelctl sync' on that "
             "device; if this goes on, have a look at the hub or move to another one"});
    }
    return look_around();
}

}  // namespace satchel::engine
