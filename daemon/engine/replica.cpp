#include "daemon/engine/replica.h"

#include "daemon/crypto/seal.h"
#include "daemon/engine/store_memory.h"
#include "daemon/store/meta.h"
#include "shared/base/hash.h"
#include "shared/base/limits.h"
#include "shared/protocol/wire/segment.h"

#include <algorithm>
#include <set>

namespace satchel::engine {

namespace {

constexpr std::string_view kHeadCounterFact = "head_counter";
constexpr std::string_view kPublishedFact = "head_published";

Result<std::uint64_t> number_fact(store::Database& database, std::string_view name) {
    SATCHEL_TRY(bytes, store::find_fact(database, name));
    return bytes ? ByteReader(*bytes).u64() : 0;
}

Status set_number_fact(store::Transaction& transaction,
                       std::string_view name,
                       std::uint64_t value) {
    Bytes bytes;
    ByteWriter(bytes).u64(value);
    return store::set_fact(transaction, name, bytes);
}

/// A head says something new when its lanes do; time and version alone do not.
std::uint64_t state_hash(const HeadState& state) {
    HeadState lanes_only;
    lanes_only.device_name = state.device_name;
    lanes_only.lanes = state.lanes;
    return hash64(encode_head_state(lanes_only));
}

}  // namespace

Replica::Replica(store::Database& database,
                 Identity& identity,
                 const Clock& clock,
                 crypto::RandomSource& random,
                 std::string program_version)
    : database_(database),
      identity_(identity),
      clock_(clock),
      random_(random),
      program_version_(std::move(program_version)),
      ids_(crypto::Prf(identity.keyring.id_key())),
      digest_hash_([prf = std::make_shared<crypto::Prf>(identity.keyring.digest_key())](
                       ByteView bytes) { return (*prf)({bytes}); }),
      link_prf_(identity.keyring.link_key()) {}

Status Replica::load() {
    if (auto loaded = ledger_.load(database_); !loaded) return loaded;
    SATCHEL_TRY(counter, number_fact(database_, kHeadCounterFact));
    SATCHEL_TRY(published, number_fact(database_, kPublishedFact));
    head_counter_ = counter;
    published_hash_ = published;
    SATCHEL_TRY(heads, store::load_heads(database_));
    for (const store::SeenHead& head : heads) {
        auto opened = open_peer_head(identity_, head.body);
        // A head we cannot read any more tells nothing; the next one replaces it.
        if (!opened) continue;
        opened->second.seen_ms = head.seen_ms;
        peers_[opened->first] = std::move(opened->second);
    }
    return ok();
}

void Replica::add_source(store::Declaration declaration, std::unique_ptr<sources::Source> source) {
    SourceSlot slot;
    slot.declaration = std::move(declaration);
    slot.source = std::move(source);
    slots_.push_back(std::move(slot));
}

Status Replica::open_source(std::string_view name) {
    SourceSlot* slot = find_slot(name);
    if (slot == nullptr)
        return Error{ErrorCode::not_found, "no source is called '" + std::string(name) + "'"};
    return open_slot(*slot);
}

Result<bool> Replica::resume(std::string_view name) {
    SourceSlot* slot = find_slot(name);
    if (slot == nullptr)
        return Error{ErrorCode::not_found,
                     "no source is called '" + std::string(name) + "'",
                     "satchelctl source list shows them"};
    const bool was_halted = slot->state == SourceState::halted;
    if (!was_halted) return false;
    slot->state = SourceState::ok;
    slot->trouble = {};
    slot->accepts_danger = true;
    slot->has_pending = true;
    slot->source->hint(std::nullopt);
    return true;
}

void Replica::drop_source(const std::string& name) {
    std::erase_if(slots_, [&](const SourceSlot& slot) { return slot.declaration.name == name; });
}

SourceSlot* Replica::find_slot(std::string_view name) {
    const auto at = std::ranges::find_if(
        slots_, [&](const SourceSlot& slot) { return slot.declaration.name == name; });
    return at == slots_.end() ? nullptr : &*at;
}

SourceSlot* Replica::slot_of(CollectionId collection) {
    const auto at = std::ranges::find_if(
        slots_, [&](const SourceSlot& slot) { return slot.find(collection) != nullptr; });
    return at == slots_.end() ? nullptr : &*at;
}

Status Replica::in_step(const std::function<Status(Step&)>& work) {
    SATCHEL_TRY(transaction, store::Transaction::begin(database_));
    Step step{transaction, ledger_, identity_, ids_, digest_hash_, link_prf_, clock_, random_};
    Status done = work(step);
    if (done) done = ledger_.save(transaction);
    if (done) done = transaction.commit();
    if (done) return ok();
    // The ledger may be ahead of the store: forget what did not happen.
    { const store::Transaction rolled_back = std::move(transaction); }
    if (auto reloaded = ledger_.load(database_); !reloaded) return reloaded;
    return done;
}

void Replica::note_trouble(SourceSlot& slot, Error trouble, StepReport& report) {
    slot.state = trouble.code == ErrorCode::halted ? SourceState::halted : SourceState::unavailable;
    report.notes.push_back(trouble.message);
    slot.trouble = std::move(trouble);
}

Status Replica::open_slot(SourceSlot& slot) {
    if (slot.is_open) return ok();
    const Status opened = in_step([&](Step& step) {
        StoreMemory memory(step, slot.declaration.id);
        if (auto done = slot.source->open(memory); !done) return done;
        LogWriter log(step, slot.declaration.lane);
        if (auto done = announce(step, log, slot); !done) return done;
        return log.flush();
    });
    if (!opened) return opened;
    slot.is_open = true;
    has_unpushed_ = true;
    return ok();
}

Status Replica::capture_slot(SourceSlot& slot,
                             StepReport& report,
                             const std::function<bool()>& should_stop) {
    if (auto opened = open_slot(slot); !opened) return opened;
    SATCHEL_TRY(may_have_changed, slot.source->has_changes());
    if (!may_have_changed && slot.state == SourceState::ok) return ok();
    CaptureReport captured;
    const Status done = in_step([&](Step& step) -> Status {
        SATCHEL_TRY(result, capture_source(step, slot, should_stop));
        captured = result;
        return ok();
    });
    // Even a failed capture may have made part of its work durable.
    has_unpushed_ = true;
    if (!done) {
        // What the source thinks it reported may have been rolled back.
        slot.source->hint(std::nullopt);
        return done;
    }
    report.captured += captured.changed;
    slot.state = SourceState::ok;
    slot.trouble = {};
    slot.accepts_danger = false;
    return ok();
}

Result<StepReport> Replica::capture(const std::function<bool()>& should_stop) {
    StepReport report;
    for (SourceSlot& slot : slots_) {
        if (slot.state == SourceState::halted && !slot.accepts_danger) continue;
        auto captured = capture_slot(slot, report, should_stop);
        if (captured) continue;
        const ErrorCode code = captured.error().code;
        // Our own store failing is everybody's trouble; a source's trouble is its own.
        if (code == ErrorCode::interrupted || code == ErrorCode::internal)
            return std::move(captured).error();
        note_trouble(slot, std::move(captured).error(), report);
    }
    return report;
}

Result<bool> Replica::apply_one(const store::Received& received, StepReport& report) {
    SATCHEL_TRY(body, store::load_received(database_, received));
    ApplyReport applied;
    const FindSlot find = [&](CollectionId collection) { return slot_of(collection); };
    const Status done = in_step([&](Step& step) -> Status {
        SATCHEL_TRY(result, apply_segment(step, find, body));
        applied = result;
        return applied.is_complete ? store::remove_received(step.transaction, received) : ok();
    });
    if (!done) {
        const Error& error = done.error();
        const bool is_bad = error.code == ErrorCode::corrupt || error.code == ErrorCode::refused ||
                            error.code == ErrorCode::version_mismatch;
        distrust_sources();
        if (!is_bad) return error;
        report.notes.push_back(error.message);
        const Status kept = in_step([&](Step& step) {
            return store::quarantine(step.transaction, received, error.message);
        });
        if (!kept) return kept.error();
        return false;
    }
    report.applied_ops += applied.ops;
    report.touched += applied.items;
    report.conflicts += applied.conflicts;
    report.projected.add(applied.projected);
    return applied.is_complete || applied.ops > 0;
}

Result<StepReport> Replica::apply_received(const std::function<bool()>& should_stop) {
    StepReport report;
    bool has_progress = has_received_;
    while (has_progress && !should_stop()) {
        has_progress = false;
        SATCHEL_TRY(received, store::list_received(database_));
        has_received_ = !received.empty();
        for (const store::Received& segment : received) {
            if (segment.state != store::InboxState::waiting) continue;
            if (should_stop()) break;
            SATCHEL_TRY(moved, apply_one(segment, report));
            has_progress = has_progress || moved;
        }
    }
    if (auto shown = show_pending(report); !shown) return std::move(shown).error();
    return report;
}

Status Replica::show_pending(StepReport& report) {
    // Every row that still waits is counted by what follows; some may have waited for one another.
    report.projected.parked = 0;
    report.projected.deferred = 0;
    report.projected.changed_meanwhile = 0;
    for (SourceSlot& slot : slots_) {
        if (!slot.has_pending || !slot.is_open || slot.state != SourceState::ok) continue;
        std::optional<Error> trouble;
        const Status done = in_step([&](Step& step) -> Status {
            SATCHEL_TRY(projected, project_pending(step, slot));
            if (projected.revived > 0) has_unpushed_ = true;
            trouble = projected.trouble;
            report.projected.add(projected);
            return ok();
        });
        if (!done) {
            distrust_sources();
            return done;
        }
        if (trouble) note_trouble(slot, std::move(*trouble), report);
    }
    return ok();
}

Result<StepReport> Replica::show_waiting() {
    StepReport report;
    if (auto shown = show_pending(report); !shown) return std::move(shown).error();
    return report;
}

void Replica::distrust_sources() {
    for (SourceSlot& slot : slots_) {
        slot.is_open = false;
        slot.has_pending = true;
        slot.source->hint(std::nullopt);
    }
}

Result<store::Unpushed> Replica::unpushed(std::size_t bytes_max) {
    if (!has_unpushed_) return store::Unpushed{};
    SATCHEL_TRY(unpushed, store::load_unpushed(database_, bytes_max));
    has_unpushed_ = !unpushed.segments.empty();
    return unpushed;
}

Status Replica::mark_pushed(std::span<const store::OwnSegment> segments) {
    if (segments.empty()) return ok();
    return in_step([&](Step& step) -> Status {
        for (const store::OwnSegment& segment : segments) {
            auto marked = store::mark_pushed(step.transaction, segment.lane, segment.seq_from);
            if (!marked) return marked;
        }
        return ok();
    });
}

HeadState Replica::own_state() const {
    HeadState state;
    state.device_name = identity_.device_name;
    state.version = program_version_;
    state.time_ms = clock_.now_ms();
    for (const auto& [id, lane] : ledger_.lanes()) {
        const auto slot = std::ranges::find(
            slots_, id, [](const SourceSlot& candidate) { return candidate.declaration.lane; });
        const std::string name = slot == slots_.end() ? "" : slot->declaration.name;
        state.lanes.push_back({id, name, lane.vector(), lane.digest.bytes()});
    }
    return state;
}

Result<std::optional<Bytes>> Replica::new_head() {
    const HeadState state = own_state();
    const std::uint64_t hash = state_hash(state);
    if (hash == published_hash_) return std::optional<Bytes>{};
    SATCHEL_TRY(head, seal_own_head(identity_, ledger_, state, head_counter_ + 1, random_));
    offered_hash_ = hash;
    // The counter is used up even if the hub never sees this head: no two heads share one.
    ++head_counter_;
    const Status noted = in_step([&](Step& step) {
        return set_number_fact(step.transaction, kHeadCounterFact, head_counter_);
    });
    if (!noted) return noted.error();
    return std::optional<Bytes>(std::move(head));
}

Status Replica::mark_head_published() {
    const Status noted = in_step([&](Step& step) {
        return set_number_fact(step.transaction, kPublishedFact, offered_hash_);
    });
    if (noted) published_hash_ = offered_hash_;
    return noted;
}

Result<std::vector<std::string>> Replica::absorb_heads(std::span<const Bytes> heads) {
    std::vector<std::string> alarms;
    std::vector<store::SeenHead> news;
    for (const Bytes& body : heads) {
        auto opened = open_peer_head(identity_, body);
        if (!opened) {
            alarms.push_back("a head at the hub was not accepted: " + opened.error().message);
            continue;
        }
        auto& [device, peer] = *opened;
        if (device == identity_.device) continue;
        const auto known = peers_.find(device);
        if (known != peers_.end() && peer.counter < known->second.counter) {
            alarms.push_back("the hub offers an older head of '" + known->second.state.device_name +
                             "' than was seen before: it may have been rolled back");
            continue;
        }
        if (known != peers_.end() && peer.counter == known->second.counter) continue;
        peer.seen_ms = clock_.now_ms();
        news.push_back({device, peer.counter, peer.seen_ms, body});
        peers_[device] = std::move(peer);
    }
    for (const auto& [device, peer] : peers_) {
        for (const HeadLaneState& theirs : peer.state.lanes) {
            const auto ours = ledger_.lanes().find(theirs.lane);
            if (ours == ledger_.lanes().end() || !(ours->second.vector() == theirs.vector))
                continue;
            if (ours->second.digest.bytes() != theirs.digest)
                alarms.push_back("this device and '" + peer.state.device_name +
                                 "' have applied the same changes but differ in '" + theirs.source +
                                 "': run satchelctl doctor on both");
        }
    }
    if (news.empty()) return alarms;
    const Status saved = in_step([&](Step& step) -> Status {
        for (const store::SeenHead& head : news)
            if (auto kept = store::save_head(step.transaction, head); !kept) return kept;
        return ok();
    });
    if (!saved) return saved.error();
    return alarms;
}

Status Replica::learn_members(std::span<const Bytes> entries) {
    return in_step([&](Step& step) -> Status {
        for (const Bytes& entry : entries) {
            const std::uint64_t number = identity_.members.next_number();
            if (auto appended = identity_.members.append(entry); !appended) return appended;
            if (auto kept = store::add_member(step.transaction, number, entry); !kept) return kept;
        }
        return ok();
    });
}

Result<std::vector<Missing>> Replica::missing() {
    // As far as a log is here without a gap. A quarantined segment blocks what follows it in its log:
    // that is not fetched for ever.
    std::map<std::pair<DeviceId, LaneId>, std::uint64_t> received_to;
    std::set<std::pair<DeviceId, LaneId>> blocked;
    if (has_received_) {
        SATCHEL_TRY(received, store::list_received(database_));
        for (const store::Received& segment : received) {
            const std::pair log{segment.device, segment.lane};
            if (segment.state == store::InboxState::quarantined) blocked.insert(log);
            std::uint64_t& to = received_to[log];
            to = std::max(to, ledger_.lane(segment.lane).end_of(segment.device).seq);
            if (segment.seq_from <= to + 1) to = std::max(to, segment.seq_to);
        }
    }
    std::vector<Missing> missing;
    for (const auto& [device, peer] : peers_) {
        for (const SourceSlot& slot : slots_) {
            const LaneId lane = slot.declaration.lane;
            const auto announced = peer.log_ends.find(lane);
            if (announced == peer.log_ends.end() || blocked.contains({device, lane})) continue;
            const std::uint64_t have =
                std::max(ledger_.lane(lane).end_of(device).seq, received_to[{device, lane}]);
            const Missing wanted{device, lane, have};
            const bool is_listed = std::ranges::find(missing, wanted) != missing.end();
            if (announced->second > have && !is_listed) missing.push_back(wanted);
        }
    }
    return missing;
}

Result<std::size_t> Replica::receive(std::span<const Bytes> segments) {
    std::size_t useful = 0;
    const Status kept = in_step([&](Step& step) -> Status {
        for (const Bytes& body : segments) {
            // One bad object must not keep the others out.
            const auto view = wire::parse_segment(body);
            if (!view || identity_.members.find(view->header.device) == nullptr) continue;
            const wire::SegmentHeader& header = view->header;
            if (header.to <= ledger_.lane(header.lane).end_of(header.device).seq) continue;
            store::Received received{
                header.lane, header.device, header.from, header.to, {}, {}, body};
            if (auto put = store::put_received(step.transaction, received); !put) return put;
            ++useful;
        }
        return ok();
    });
    if (!kept) return kept.error();
    if (useful > 0) has_received_ = true;
    return useful;
}

bool Replica::has_waiting() const {
    return has_received_ ||
           std::ranges::any_of(slots_, [](const SourceSlot& slot) { return slot.has_pending; });
}

}  // namespace satchel::engine
