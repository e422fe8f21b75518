// See verify.h.
#include "daemon/engine/verify.h"

#include "daemon/core/diff.h"
#include "daemon/engine/explain.h"
#include "daemon/engine/store_memory.h"

#include <algorithm>

namespace satchel::engine {

namespace {

constexpr std::size_t kSliceRows = 256;
constexpr std::size_t kNamedMax = 100;
constexpr const char* kGone = "it is gone";
/// Differences that are looked at a second time; more are drift without further question.
constexpr std::size_t kDoubtsMax = 10'000;

PeerStanding compare_lane(const store::Lane& ours, const HeadLaneState& theirs) {
    const core::VersionVector vector = ours.vector();
    if (vector == theirs.vector)
        return ours.digest.bytes() == theirs.digest ? PeerStanding::equal : PeerStanding::differs;
    if (vector.covers(theirs.vector)) return PeerStanding::behind;
    return theirs.vector.covers(vector) ? PeerStanding::ahead : PeerStanding::apart;
}

/// What two lanes make together.
PeerStanding worse(PeerStanding one, PeerStanding other) {
    if (one == PeerStanding::equal || one == other) return other;
    if (other == PeerStanding::equal) return one;
    const bool differs = one == PeerStanding::differs || other == PeerStanding::differs;
    return differs ? PeerStanding::differs : PeerStanding::apart;
}

}  // namespace

std::string_view standing_name(PeerStanding standing) {
    switch (standing) {
        case PeerStanding::equal:
            return "equal";
        case PeerStanding::behind:
            return "behind";
        case PeerStanding::ahead:
            return "ahead";
        case PeerStanding::apart:
            return "apart";
        case PeerStanding::differs:
            return "differs";
        case PeerStanding::silent:
            return "silent";
    }
    return "";
}

Verification::Verification(Replica& replica) : replica_(replica) {
    for (const SourceSlot& slot : replica.slots()) {
        SourceVerdict verdict;
        verdict.source = slot.declaration.name;
        if (!slot.is_open || slot.state != SourceState::ok)
            verdict.trouble =
                slot.trouble.message.empty() ? "it was not opened yet" : slot.trouble.message;
        for (const auto& [id, collection] : replica.ledger().collections())
            if (collection.source == verdict.source && verdict.trouble.empty())
                parts_.push_back({verdicts_.size(), id});
        verdicts_.push_back(std::move(verdict));
    }
}

Status Verification::sum_up() {
    return replica_.in_step([&](Step& step) -> Status {
        std::map<LaneId, core::Digest> sums;
        store::Rows rows(step.transaction.database());
        for (const auto& [id, collection] : step.ledger.collections()) {
            core::Digest& sum = sums[collection.lane];
            Sid after;
            while (true) {
                SATCHEL_TRY(page, rows.all(collection.ord, after, kSliceRows));
                if (page.empty()) break;
                after = page.back().sid;
                for (const store::StoredRow& row : page)
                    sum.add(core::row_digest(step.digest_hash, id, row.sid, row.row));
            }
        }
        store::Database& database = step.transaction.database();
        for (SourceVerdict& verdict : verdicts_) {
            for (const auto& [id, collection] : step.ledger.collections()) {
                if (collection.source != verdict.source) continue;
                const bool is_true =
                    step.ledger.lane(collection.lane).digest == sums[collection.lane];
                verdict.is_digest_true = verdict.is_digest_true && is_true;
                SATCHEL_TRY(pending, rows.count_pending(collection.ord));
                SATCHEL_TRY(stored, store::count_stored(database, collection.ord));
                verdict.waiting += pending - std::min(pending, stored);
            }
        }
        return ok();
    });
}

Result<bool> Verification::read_on() {
    if (at_ == parts_.size()) return false;
    const Part part = parts_[at_];
    const Status done = replica_.in_step([&](Step& step) -> Status {
        const store::Collection* collection = step.ledger.find(part.collection);
        if (collection == nullptr) return ok();
        SATCHEL_TRY(
            page,
            store::Rows(step.transaction.database()).all(collection->ord, after_, kSliceRows));
        after_ = page.empty() ? Sid{} : page.back().sid;
        if (page.empty()) ++at_;
        for (const store::StoredRow& row : page)
            if (Status status = read_row(step, part, row); !status) return status;
        return ok();
    });
    if (!done) return done.error();
    return true;
}

SourceSlot* Verification::slot_of(const Part& part) {
    SourceSlot* slot = replica_.find_slot(verdicts_[part.verdict].source);
    return slot != nullptr && slot->is_open ? slot : nullptr;
}

Status Verification::read_row(Step& step, const Part& part, const store::StoredRow& row) {
    SourceSlot* slot = slot_of(part);
    if (slot == nullptr) return ok();
    SourceVerdict& verdict = verdicts_[part.verdict];
    if (!row.key || row.held_hash == 0) return ok();
    ++verdict.checked;
    SATCHEL_TRY(difference, find_difference(step, *slot, part.collection, row));
    if (!difference) return ok();
    if (doubts_.size() < kDoubtsMax)
        doubts_.push_back({part.verdict, part.collection, row.sid});
    else
        ++verdict.drifted;
    return ok();
}

Result<std::optional<std::string>> Verification::find_difference(
    Step& step, SourceSlot& slot, CollectionId collection, const store::StoredRow& row) const {
    std::optional<std::string> why;
    const sources::CollectionInfo* info = slot.find(collection);
    if (info == nullptr) return why;
    StoreMemory memory(step, slot.declaration.id);
    const auto local = slot.source->read(collection, *row.key, memory);
    if (!local) {
        why = local.error().message;
        return why;
    }
    const core::LocalState state{
        local->is_present, local->columns, local->edited_ms, local->marker, {}, info->fills};
    if (const auto op = core::diff_row(row.row, state))
        why = local->is_present ? "it is not what was last seen" : kGone;
    if (why || !local->is_present) return why;
    const auto is_intact = slot.source->is_intact(collection, *row.key, memory);
    if (!is_intact)
        why = is_intact.error().message;
    else if (!*is_intact)
        why = "its content is not what was last seen";
    return why;
}

Status Verification::read_again() {
    const auto doubts = std::exchange(doubts_, {});
    return replica_.in_step([&](Step& step) -> Status {
        for (const Doubt& doubt : doubts) {
            SourceSlot* slot = slot_of({doubt.verdict, doubt.collection});
            const store::Collection* collection = step.ledger.find(doubt.collection);
            if (slot == nullptr || collection == nullptr) continue;
            SATCHEL_TRY(row,
                        store::Rows(step.transaction.database()).find(collection->ord, doubt.sid));
            if (!row || !row->key || row->held_hash == 0) continue;
            SATCHEL_TRY(difference, find_difference(step, *slot, doubt.collection, *row));
            SourceVerdict& verdict = verdicts_[doubt.verdict];
            // A document is there when a value of it is, and all of them may wait to be shown.
            const bool may_wait = verdict.waiting > 0 && difference == kGone;
            if (!difference || may_wait) continue;
            ++verdict.drifted;
            if (verdict.items.size() < kNamedMax)
                verdict.items.push_back(slot->source->describe(doubt.collection, *row->key) + ": " +
                                        *difference);
        }
        return ok();
    });
}

std::vector<PeerVerdict> Verification::compare_peers() const {
    std::vector<PeerVerdict> all;
    const Identity& identity = replica_.identity();
    for (const crypto::Member& member : identity.members.all()) {
        // Words on paper hold the keys and no copy.
        const bool has_copy = member.is_active() && member.role != crypto::MemberRole::paper;
        if (!has_copy || member.device == identity.device) continue;
        PeerVerdict verdict;
        verdict.device = member.device;
        verdict.name = device_name(replica_, member.device);
        const auto peer = replica_.peers().find(member.device);
        if (peer == replica_.peers().end()) {
            verdict.standing = PeerStanding::silent;
            all.push_back(std::move(verdict));
            continue;
        }
        verdict.seen_ms = peer->second.seen_ms;
        for (const HeadLaneState& theirs : peer->second.state.lanes) {
            const auto ours = replica_.ledger().lanes().find(theirs.lane);
            if (ours == replica_.ledger().lanes().end()) continue;
            const PeerStanding standing = compare_lane(ours->second, theirs);
            if (standing != PeerStanding::equal) verdict.sources.push_back(theirs.source);
            verdict.standing = worse(verdict.standing, standing);
        }
        all.push_back(std::move(verdict));
    }
    return all;
}

}  // namespace satchel::engine
