#include "daemon/engine/replica.h"

#include "daemon/engine/facts.h"
#include "daemon/engine/left_out.h"
#include "daemon/engine/refill.h"
#include "daemon/engine/rejoin.h"
#include "daemon/engine/restore.h"
#include "daemon/engine/store_memory.h"
#include "shared/base/utf8.h"

#include <algorithm>

namespace satchel::engine {

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
    SATCHEL_TRY(published_counter, number_fact(database_, kPublishedCounterFact));
    published_counter_ = published_counter;
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
    // This program may be newer, and know what the last one did not.
    return in_step([](Step& step) -> Status {
        SATCHEL_TRY(released, store::release_quarantined(step.transaction));
        (void)released;
        return ok();
    });
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

Result<bool> Replica::resume(std::string_view name, ResumeWord word) {
    SourceSlot* slot = find_slot(name);
    if (slot == nullptr)
        return Error{ErrorCode::not_found,
                     "no source is called '" + std::string(name) + "'",
                     "satchelctl source list shows them"};
    const bool was_halted = slot->state == SourceState::halted;
    if (!was_halted) return false;
    if (auto fits = check_word(*slot, word); !fits) return fits.error();
    slot->is_restoring = word == ResumeWord::restore;
    slot->state = SourceState::ok;
    slot->trouble = {};
    // What was halted in one direction says nothing of the other.
    slot->accepts_taking_loss = slot->is_halted_inward;
    slot->accepts_sending_loss = !slot->is_halted_inward;
    slot->wake();
    slot->source->hint(std::nullopt);
    return true;
}

Status Replica::leave_source(std::string_view name) {
    SourceSlot* slot = find_slot(name);
    if (slot == nullptr)
        return Error{ErrorCode::not_found,
                     "no source is called '" + std::string(name) + "'",
                     "satchelctl source list shows them"};
    // A source that cannot be captured now is left as it was captured last.
    StepReport report;
    if (slot->state != SourceState::halted) (void)capture_slot(*slot, report, [] { return false; });
    slot->is_joined = false;
    const Status left = in_step([&](Step& step) { return engine::leave_source(step, *slot); });
    if (!left) distrust_sources();
    return left;
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
    RowKeys keys(database_);
    Step step{transaction,
              ledger_,
              keys,
              identity_,
              ids_,
              digest_hash_,
              link_prf_,
              clock_,
              random_,
              history_};
    Status done = ok();
    try {
        done = work(step);
        if (done) done = keys.write_reserved(transaction);
    } catch (...) {
        // Whatever flew out, what did not happen is forgotten as after an error.
        { const store::Transaction rolled_back = std::move(transaction); }
        distrust_sources();
        if (auto reloaded = ledger_.load(database_); !reloaded) return reloaded;
        throw;
    }
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
    slot.is_halted_inward = false;
    report.notes.push_back(trouble.message);
    slot.trouble = std::move(trouble);
}

Status Replica::open_slot(SourceSlot& slot) {
    if (slot.is_open) return ok();
    const Status opened = in_step([&](Step& step) {
        StoreMemory memory(step, slot.declaration.id);
        if (auto done = load_left_out(step, slot); !done) return done;
        if (auto done = slot.source->open(memory); !done) return done;
        LogWriter log(step, slot.declaration.lane);
        if (auto done = announce(step, log, slot); !done) return done;
        if (auto done = log.flush(); !done) return done;
        return rejoin_source(step, slot);
    });
    if (!opened) return opened;
    slot.is_open = true;
    slot.is_looked_at = false;
    has_unpushed_ = true;
    return ok();
}

Status Replica::capture_slot(SourceSlot& slot,
                             StepReport& report,
                             const std::function<bool()>& should_stop) {
    if (auto opened = open_slot(slot); !opened) return opened;
    SATCHEL_TRY(may_have_changed, slot.source->has_changes());
    const bool has_reason = may_have_changed || !slot.is_joined || slot.accepts_sending_loss;
    if (!has_reason && slot.state == SourceState::ok) return ok();
    const bool is_back = slot.state != SourceState::ok;
    slot.is_older_copy = false;
    CaptureReport captured;
    const Status done = in_step([&](Step& step) -> Status {
        SATCHEL_TRY(result, capture_source(step, slot, should_stop));
        captured = result;
        // What the rows lost that are to be written back, our own log still has.
        if (captured.restored > 0)
            if (auto filled = refill_from_own_log(step, slot); !filled)
                return std::move(filled).error();
        return slot.is_joined ? ok() : mark_joined(step, slot);
    });
    // Even a failed capture may have made part of its work durable.
    has_unpushed_ = true;
    if (!done) {
        // What the source thinks it reported may have been rolled back.
        slot.source->hint(std::nullopt);
        return done;
    }
    slot.is_looked_at = true;
    slot.has_news = true;
    report.captured += captured.changed;
    if (captured.left_out > 0)
        report.notes.push_back("source '" + slot.declaration.name +
                               "': " + describe_left_out(slot));
    if (captured.changed > 0) slot.has_unsettled = true;
    slot.state = SourceState::ok;
    slot.trouble = {};
    const bool is_new = !slot.is_joined;
    if (is_new) {
        // What the workspace has and the place has not can be shown from now on.
        slot.is_joined = true;
        slot.wake();
    }
    return slot.is_restoring || is_back || is_new ? show_slot(slot, report) : ok();
}

Result<StepReport> Replica::capture(const std::function<bool()>& should_stop) {
    StepReport report;
    for (SourceSlot& slot : slots_) {
        if (slot.state == SourceState::halted && !slot.accepts_sending_loss) continue;
        if (slot.is_out_of_run) continue;
        auto captured = capture_slot(slot, report, should_stop);
        // A permission is for this cycle, whatever came of it.
        slot.accepts_sending_loss = slot.accepts_taking_loss = slot.is_restoring = false;
        if (captured) continue;
        const ErrorCode code = captured.error().code;
        // Our own store failing is everybody's trouble; a source's trouble is its own.
        const bool is_everybodys = captured.error().is_own_store ||
                                   code == ErrorCode::interrupted || code == ErrorCode::internal;
        if (is_everybodys) return std::move(captured).error();
        note_trouble(slot, std::move(captured).error(), report);
    }
    return report;
}

void Replica::distrust_sources() {
    for (SourceSlot& slot : slots_) {
        slot.is_open = false;
        slot.wake();
        slot.source->hint(std::nullopt);
    }
}

Status Replica::limit_to(const std::string& project) {
    bool is_known = project.empty();
    std::optional<Error> trouble;
    for (SourceSlot& slot : slots_) {
        const Status done = in_step([&](Step& step) -> Status {
            StoreMemory memory(step, slot.declaration.id);
            auto limited = slot.source->limit_to(project, memory);
            if (!limited) trouble = std::move(limited).error();
            // One that was never read is read whole or not at all.
            const bool takes_part = limited && *limited && slot.is_joined;
            slot.is_out_of_run = !project.empty() && !takes_part;
            slot.wake();
            is_known = is_known || takes_part;
            return ok();
        });
        if (!done) return done;
    }
    if (is_known) return ok();
    if (trouble) return *trouble;
    return Error{ErrorCode::not_found,
                 "no source here has a project called '" + escape_for_terminal(project) + "'",
                 "satchelctl link lists the projects"};
}

void Replica::rest() {
    history_.end_cycle();
    // What cannot be forgotten now is forgotten later.
    (void)history_.prune(database_, clock_.now_ms());
    database_.release_memory();
}

bool Replica::has_waiting() const {
    return has_received_ || std::ranges::any_of(slots_, [](const SourceSlot& slot) {
               return slot.has_pending || (slot.has_unsettled && slot.policies.has_preference());
           });
}

}  // namespace satchel::engine
