// The replica's dealings with the hub: what it has to say, and what it makes of what others say.
#include "daemon/crypto/membership.h"
#include "daemon/crypto/seal.h"
#include "daemon/engine/facts.h"
#include "daemon/engine/replica.h"
#include "daemon/engine/unsent.h"
#include "daemon/store/meta.h"
#include "shared/base/hash.h"
#include "shared/base/limits.h"
#include "shared/protocol/wire/segment.h"

#include <algorithm>
#include <set>

namespace satchel::engine {

namespace {

/// So much of files' parts is shown before more is applied: parts are asked for in no order, and
/// those of a large file come in the order of the file as long as they come together.
constexpr std::size_t kShowPartsBytes = limits::kSegmentPlainBytes;

/// A head says something new when its lanes do; time and version alone do not.
std::uint64_t state_hash(const HeadState& state) {
    HeadState lanes_only;
    lanes_only.device_name = state.device_name;
    lanes_only.lanes = state.lanes;
    return hash64(encode_head_state(lanes_only));
}

std::string strange_objects(std::size_t count, const std::string& first) {
    return "the hub gave " + std::to_string(count) +
           " objects that are no segments of this workspace (" + first +
           "): they were changed there or on the way, and are left out; if this goes on, have a "
           "look at the hub or move to another one";
}

}  // namespace

milliseconds retry_delay(std::uint64_t failures) {
    constexpr milliseconds kFirst = std::chrono::minutes(5);
    constexpr milliseconds kLongest = std::chrono::hours(24);
    return std::min(kLongest, kFirst * (std::int64_t{1} << std::min<std::uint64_t>(failures, 16)));
}

Result<store::Unpushed> Replica::unpushed(std::size_t bytes_max) {
    const bool may_write = own_member().role == crypto::MemberRole::normal;
    if (!has_unpushed_ || !may_write) return store::Unpushed{};
    SATCHEL_TRY(unpushed, store::load_unpushed(database_, bytes_max));
    has_unpushed_ = !unpushed.segments.empty();
    for (store::OwnSegment& segment : unpushed.segments)
        if (Status status = reseal(segment); !status) return status.error();
    return unpushed;
}

Status Replica::reseal(store::OwnSegment& segment) {
    SATCHEL_TRY(view, wire::parse_segment(segment.body));
    if (view.header.epoch == identity_.keyring.epoch()) return ok();
    SATCHEL_TRY(opened, crypto::open_segment(identity_.keyring, identity_.members, segment.body));
    const wire::SegmentHeader& header = opened.header;
    const crypto::SegmentPosition position{header.lane, header.from, header.to, header.link};
    SATCHEL_TRY(
        sealed,
        crypto::seal_segment(identity_.keyring, identity_.keys, position, opened.plain, random_));
    segment.body = std::move(sealed);
    // Kept: sealed once more it would be other bytes, and a push has to be the same when repeated.
    return in_step([&](Step& step) { return store::replace_body(step.transaction, segment); });
}

Status Replica::mark_pushed(std::span<const store::OwnSegment> segments) {
    if (segments.empty()) return ok();
    return in_step([&](Step& step) -> Status {
        for (const store::OwnSegment& segment : segments) {
            auto marked = store::mark_pushed(step.transaction, segment.lane, segment.seq_from);
            if (!marked) return marked;
            auto forgotten = forget_unsent(step, segment.lane, segment.seq_from);
            if (!forgotten) return forgotten;
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
    // What may be told of the log is news, too.
    const auto role = static_cast<std::uint64_t>(own_member().role);
    const std::uint64_t hash = state_hash(state) + role;
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
        auto kept = set_number_fact(step.transaction, kPublishedCounterFact, head_counter_);
        return kept ? set_number_fact(step.transaction, kPublishedFact, offered_hash_) : kept;
    });
    if (!noted) return noted;
    published_hash_ = offered_hash_;
    published_counter_ = head_counter_;
    return ok();
}

Status Replica::follow(Step& step,
                       const crypto::Members& members,
                       crypto::Keyring& keyring,
                       std::string& name) const {
    const wire::MemberEntry& entry = members.entries().back();
    const bool is_own = entry.device == identity_.device;
    if (is_own && entry.kind == wire::MemberKind::revoke) return ok();
    const std::uint32_t before = keyring.epoch();
    if (auto taken = crypto::follow_entry(keyring, entry, identity_.keys); !taken) return taken;
    if (keyring.epoch() != before) {
        SATCHEL_TRY(sealed, crypto::seal_keyring(keyring, identity_.keys, random_));
        return store::set_fact(step.transaction, kKeyringFact, sealed);
    }
    if (!is_own || entry.kind != wire::MemberKind::rename) return ok();
    SATCHEL_TRY(renamed, crypto::name_of(keyring, *members.find(entry.device)));
    name = std::move(renamed);
    return store::set_fact(step.transaction, kDeviceNameFact, as_bytes(name));
}

Result<std::vector<Bytes>> Replica::member_entries(std::uint64_t from) {
    SATCHEL_TRY(entries, store::load_members(database_));
    entries.erase(entries.begin(),
                  entries.begin() + static_cast<std::ptrdiff_t>(std::min(from, entries.size())));
    return entries;
}

std::vector<wire::MemberLogEnd> Replica::told_ends(const DeviceId& device) const {
    if (device == identity_.device) return own_told_ends_;
    const auto peer = peers_.find(device);
    return peer == peers_.end() ? std::vector<wire::MemberLogEnd>{} : peer->second.told_ends;
}

Status Replica::learn_members(std::span<const Bytes> entries) {
    crypto::Members members = identity_.members;
    crypto::Keyring keyring = identity_.keyring.clone();
    std::string name = identity_.device_name;
    bool has_released = false;
    const Status learned = in_step([&](Step& step) -> Status {
        for (const Bytes& entry : entries) {
            const std::uint64_t number = members.next_number();
            if (auto appended = members.append(entry); !appended) return appended;
            if (auto kept = store::add_member(step.transaction, number, entry); !kept) return kept;
            if (auto followed = follow(step, members, keyring, name); !followed) return followed;
        }
        // What was refused for want of a member or a key may be good now.
        SATCHEL_TRY(released, store::release_quarantined(step.transaction));
        has_released = released;
        return ok();
    });
    if (!learned) return learned;
    identity_.members = std::move(members);
    identity_.keyring = std::move(keyring);
    identity_.device_name = std::move(name);
    has_received_ = has_received_ || has_released;
    return ok();
}

Result<std::vector<Missing>> Replica::missing() {
    // As far as a log is here without a gap. A quarantined segment blocks what follows it in its
    // log, and a log that came damaged has to wait: neither is fetched for ever.
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
    for (const auto& [log, end] : announced()) {
        const auto& [device, lane] = log;
        if (device == identity_.device || !is_wanted(lane) || blocked.contains(log)) continue;
        const auto retry = retries_.find(log);
        if (retry != retries_.end() && retry->second.due > clock_.steady_ms()) continue;
        const std::uint64_t have =
            std::max(ledger_.lane(lane).end_of(device).seq, received_to[log]);
        const crypto::Member* author = identity_.members.find(device);
        const bool counts = author != nullptr && author->may_have_written(lane, have + 1);
        if (end > have && counts) missing.push_back({device, lane, have});
    }
    if (auto added = add_own_missing(missing, received_to); !added) return std::move(added).error();
    return missing;
}

Result<std::size_t> Replica::receive(std::span<const Bytes> segments) {
    std::size_t useful = 0;
    std::size_t strange = 0;
    std::string first_strange;
    std::map<std::pair<DeviceId, LaneId>, std::uint64_t> damaged;
    const auto leave_out = [&](const std::string& why) {
        if (strange++ == 0) first_strange = why;
    };
    const Status kept = in_step([&](Step& step) -> Status {
        for (const Bytes& body : segments) {
            useless_bytes_ += body.size();
            // One bad object must not keep the others out.
            const auto view = wire::parse_segment(body);
            if (!view) {
                leave_out(view.error().message);
                continue;
            }
            const wire::SegmentHeader& header = view->header;
            const crypto::Member* author = identity_.members.find(header.device);
            if (author == nullptr) leave_out("its device is no member of the workspace");
            if (author == nullptr || !is_wanted(header.lane)) continue;
            if (!author->may_have_written(header.lane, header.to)) continue;
            if (header.to <= ledger_.lane(header.lane).end_of(header.device).seq) continue;
            const WorkspaceId& workspace = identity_.keyring.workspace();
            if (!crypto::verify_segment_signature(author->ed_public, workspace, *view)) {
                damaged.try_emplace({header.device, header.lane}, header.from);
                continue;
            }
            const store::Received received{
                header.lane, header.device, header.from, header.to, {}, {}, body};
            SATCHEL_TRY(is_new, store::put_received(step.transaction, received));
            if (!is_new) continue;
            ++useful;
            useless_bytes_ -= body.size();
        }
        return ok();
    });
    if (!kept) return kept.error();
    for (const auto& [log, seq_from] : damaged) {
        const auto& [device, lane] = log;
        retry_later(device, lane, seq_from);
        complaints_.push_back(log_name(device, lane) +
                              " came damaged from the hub: it was changed there or on the way; "
                              "nothing of it is used, and it is asked for again later");
    }
    if (strange > 0) complaints_.push_back(strange_objects(strange, first_strange));
    if (useful > 0) has_received_ = true;
    return useful;
}

bool Replica::is_wanted(LaneId lane) const {
    return std::ranges::any_of(
        slots_, [&](const SourceSlot& slot) { return slot.declaration.lane == lane; });
}

Result<bool> Replica::set_aside(const store::Received& received,
                                const Error& why,
                                StepReport& report) {
    const bool is_damaged = why.code == ErrorCode::corrupt;
    std::string note = log_name(received.device, received.lane) + " stops here: " + why.message;
    if (is_damaged) note += "; it is asked for again later";
    report.notes.push_back(std::move(note));
    const Status done = in_step([&](Step& step) -> Status {
        if (!is_damaged) return store::quarantine(step.transaction, received, why.message);
        // What follows it continues the same wrong log.
        SATCHEL_TRY(all, store::list_received(database_));
        for (const store::Received& other : all) {
            const bool follows = other.device == received.device && other.lane == received.lane &&
                                 other.seq_from >= received.seq_from;
            if (!follows) continue;
            if (auto gone = store::remove_received(step.transaction, other); !gone) return gone;
        }
        return ok();
    });
    if (!done) return done.error();
    if (is_damaged) retry_later(received.device, received.lane, received.seq_from);
    has_dropped_ = is_damaged;
    return false;
}

void Replica::retry_later(const DeviceId& device, LaneId lane, std::uint64_t seq_from) {
    Retry& retry = retries_[{device, lane}];
    retry.seq_from = seq_from;
    retry.due = clock_.steady_ms() + retry_delay(retry.failures++);
}

bool Replica::is_retry_due() const {
    return std::ranges::any_of(
        retries_, [&](const auto& retry) { return retry.second.due <= clock_.steady_ms(); });
}

std::string Replica::peer_name(const DeviceId& device) const {
    if (device == identity_.device) return "this device";
    const auto peer = peers_.find(device);
    return "'" + (peer == peers_.end() ? device.text() : peer->second.state.device_name) + "'";
}

std::string Replica::log_name(const DeviceId& device, LaneId lane) const {
    std::string name = "the log of " + peer_name(device);
    for (const SourceSlot& slot : slots_)
        if (slot.declaration.lane == lane) name += " for '" + slot.declaration.name + "'";
    return name;
}

Result<bool> Replica::apply_one(const store::Received& received,
                                StepReport& report,
                                std::size_t& part_bytes) {
    SATCHEL_TRY(body, store::load_received(database_, received));
    ApplyReport applied;
    const FindSlot find = [&](CollectionId collection) { return slot_of(collection); };
    const Status done = in_step([&](Step& step) -> Status {
        SATCHEL_TRY(result, apply_segment(step, find, body));
        applied = result;
        if (!applied.is_complete) return ok();
        if (received.device != identity_.device)
            return store::mark_applied(step.transaction, received);
        if (auto kept = keep_own(step, received, body); !kept) return kept;
        return store::remove_received(step.transaction, received);
    });
    if (!done) {
        // A bad segment is found out before any source is written for it.
        if (is_segment_fault(done.error())) return set_aside(received, done.error(), report);
        distrust_sources();
        return done.error();
    }
    const auto retry = retries_.find({received.device, received.lane});
    if (applied.is_complete && retry != retries_.end() && received.seq_to >= retry->second.seq_from)
        retries_.erase(retry);
    if (applied.ops > 0)
        for (SourceSlot& slot : slots_) slot.has_news = true;
    part_bytes += applied.part_bytes;
    report.applied_ops += applied.ops;
    report.touched += applied.items;
    report.conflicts += applied.conflicts;
    if (applied.conflicts > 0)
        for (SourceSlot& slot : slots_) slot.has_unsettled = true;
    return applied.is_complete || applied.ops > 0;
}

Result<StepReport> Replica::apply_received(const std::function<bool()>& should_stop) {
    StepReport report;
    bool has_progress = has_received_;
    std::size_t part_bytes = 0;
    while (has_progress && !should_stop()) {
        has_progress = false;
        SATCHEL_TRY(received, store::list_received(database_));
        has_received_ = !received.empty();
        for (const store::Received& segment : received) {
            if (segment.state != store::InboxState::waiting) continue;
            if (should_stop()) break;
            SATCHEL_TRY(moved, apply_one(segment, report, part_bytes));
            // The list speaks of segments that are gone.
            const bool is_stale = std::exchange(has_dropped_, false);
            has_progress = has_progress || moved || is_stale;
            if (is_stale) break;
            if (part_bytes < kShowPartsBytes) continue;
            part_bytes = 0;
            if (auto shown = show_parts(report); !shown) return std::move(shown).error();
        }
    }
    if (auto shown = show_pending(report); !shown) return std::move(shown).error();
    return report;
}

Status Replica::show_parts(StepReport& report) {
    for (SourceSlot& slot : slots_) {
        const bool has_parts =
            slot.is_open &&
            std::ranges::any_of(slot.source->collections(), &sources::CollectionInfo::has_parts);
        if (!has_parts) continue;
        // What is left is counted when everything is here.
        StepReport early;
        if (auto shown = show_slot(slot, early); !shown) return shown;
        report.projected.applied += early.projected.applied;
        std::ranges::move(early.notes, std::back_inserter(report.notes));
    }
    return ok();
}

}  // namespace satchel::engine
