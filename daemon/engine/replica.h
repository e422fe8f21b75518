// This device's copy of the workspace: sources, store and keys, driven step by step by the cycle.
//
// Everything here is synchronous and confined to the engine's worker thread. Each public step is
// one or more transactions of the store; on an error the transaction is rolled back and the ledger
// read anew, so a failed step leaves the replica as it was before it.
#pragma once

#include "daemon/engine/alarms.h"
#include "daemon/engine/apply.h"
#include "daemon/engine/capture.h"
#include "daemon/engine/heads.h"
#include "daemon/engine/project.h"
#include "daemon/store/segments.h"

#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace satchel::engine {

/// Totals of a step over all sources.
struct StepReport {
    std::uint64_t captured = 0;
    std::uint64_t applied_ops = 0;
    std::uint64_t touched = 0;  ///< rows and files named by applied ops
    std::uint64_t conflicts = 0;
    ProjectReport projected;
    std::vector<std::string> notes;  ///< sentences for people: what was skipped or halted, and why
};

/// What to ask the hub for.
struct Missing {
    DeviceId device;
    LaneId lane{};
    std::uint64_t after = 0;

    bool operator==(const Missing&) const = default;
};

/// What failed is asked for again after five minutes, then twice as long, at most a day.
milliseconds retry_delay(std::uint64_t failures);

/// The replica. References given to the constructor outlive it.
class Replica {
  public:
    Replica(store::Database& database,
            Identity& identity,
            const Clock& clock,
            crypto::RandomSource& random,
            std::string program_version);

    /// Reads what the store knows. Once, before anything else.
    Status load();
    /// Puts a declared source to work.
    void add_source(store::Declaration declaration, std::unique_ptr<sources::Source> source);
    /// Opens a source that add_source() took; its errors.
    Status open_source(std::string_view name);
    /// A person's word that a halted source may do, once, what it stopped before, or that what the
    /// workspace has is written back to it. True when it was halted; `invalid_argument` for a word
    /// that does not fit, and for none where one is needed (restore.h).
    Result<bool> resume(std::string_view name, ResumeWord word = ResumeWord::publish);
    /// Makes the store independent of a source that is about to be dropped: see rejoin.h. The
    /// source is captured once more before, where that can be done.
    Status leave_source(std::string_view name);
    /// Takes it out again; its rows stay in the store.
    void drop_source(const std::string& name);

    [[nodiscard]] std::vector<SourceSlot>& slots() { return slots_; }

    [[nodiscard]] SourceSlot* find_slot(std::string_view name);
    [[nodiscard]] SourceSlot* slot_of(CollectionId collection);

    /// Shows rows that waited.
    Result<StepReport> show_waiting();
    /// Applies what the inbox holds, as far as it can be applied, and shows rows that waited.
    Result<StepReport> apply_received(const std::function<bool()>& should_stop);
    /// Captures every source that may have changed.
    Result<StepReport> capture(const std::function<bool()>& should_stop);

    /// Sealed segments the hub does not have yet, at most about `bytes_max`, all of them under the
    /// newest epoch; none of a device that may not write.
    Result<store::Unpushed> unpushed(std::size_t bytes_max);
    /// The hub has these, durable.
    Status mark_pushed(std::span<const store::OwnSegment> segments);

    /// A person's decision was written to the log outside of a capture.
    void note_own_op() { has_unpushed_ = true; }

    /// This device's head, if it would say something new; nothing otherwise.
    Result<std::optional<Bytes>> new_head();
    /// The hub has the head that new_head() gave last.
    Status mark_head_published();

    /// Takes the heads of all devices, ours too, as the hub has them; returns the alarms that are
    /// new. What a rolled-back hub lacks of our log waits to be pushed again; what our log has
    /// there and not here is missing().
    Result<std::vector<std::string>> absorb_heads(std::span<const Bytes> heads);
    /// Another hub takes the place of the one so far, in one transaction: `keep` notes which, and
    /// what that one lacks of our log by its heads waits to be pushed to it. Afterwards only a new
    /// replica knows it all.
    Status change_hub(std::span<const Bytes> heads,
                      const std::function<Status(store::Transaction&)>& keep);
    /// The hub says that it lacks segments before those we pushed, whatever our head there says.
    Status push_all_again();

    /// True until the hub's heads were looked at once since the start, and as long as there is more
    /// of our own log than this store has.
    [[nodiscard]] bool may_be_restored() const { return !has_seen_own_head_ || is_behind_; }

    /// True when heads were changed or kept back the last time: they are asked for again, news or
    /// not.
    [[nodiscard]] bool has_doubts() const { return has_doubts_; }

    /// True once after the hub was seen to have lost something: it may have lost what others wrote,
    /// too, and is given what is kept here of that (relay.h).
    [[nodiscard]] bool take_hub_loss() { return std::exchange(has_hub_loss_, false); }

    /// The hub lost something, or could not be given what it lost.
    void note_hub_loss() { has_hub_loss_ = true; }

    /// After everything missing() was asked for: what is missing still is withheld. Returns the
    /// alarms that are new.
    Result<std::vector<std::string>> note_gaps();

    /// What is wrong at present.
    [[nodiscard]] std::vector<Alarm> alarms() const { return standing_.standing(); }

    /// True when the hub or another device has more of our own log than this store: it was restored
    /// from a backup.
    Result<bool> is_behind_itself();
    /// Takes further entries of the membership log, and the keys of epochs they begin; refused
    /// when they do not continue ours.
    Status learn_members(std::span<const Bytes> entries);
    /// Entries of the membership log from number `from` on.
    Result<std::vector<Bytes>> member_entries(std::uint64_t from);
    /// What ends the log of a device, this one too, where it was last told to end.
    [[nodiscard]] std::vector<wire::MemberLogEnd> told_ends(const DeviceId& device) const;

    /// This device as the membership log has it.
    [[nodiscard]] const crypto::Member& own_member() const {
        return *identity_.members.find(identity_.device);
    }

    /// What the absorbed heads announce and neither rows nor inbox hold, of the lanes declared
    /// here. A device announces its own log and what it has applied of others'.
    Result<std::vector<Missing>> missing();
    /// Keeps received segments, durable, and tells how many were of use. Left out is what is
    /// malformed, not signed by the member it names, of a lane nobody asked for, or here already.
    Result<std::size_t> receive(std::span<const Bytes> segments);
    /// True when it is time to ask again for a log that came damaged, though no head is new.
    [[nodiscard]] bool is_retry_due() const;

    /// Where the logs of others hold values that rows wait for because a source lost them; looks
    /// through our own log first. Empty when it is too early to ask again.
    Result<std::vector<Missing>> lacked();
    /// Takes from received segments what rows lack; others are passed over.
    Status refill(std::span<const Bytes> segments);
    /// What is still lacking is asked for later, after longer and longer times.
    void end_refill();

    /// What receive() had to complain about since the last call, in sentences.
    std::vector<std::string> take_alarms() { return std::exchange(complaints_, {}); }

    /// Bytes that receive() had no use for since the last call.
    std::uint64_t take_useless_bytes() { return std::exchange(useless_bytes_, 0); }

    /// Until the next call, captures and shows only what belongs to this project; with an empty
    /// name everything again. Fails with not_found when no source has such a project, and with
    /// invalid_argument for a name of several.
    Status limit_to(const std::string& project);

    /// A piece of work is done: gives back memory that only it needed, and forgets history that is
    /// due.
    void rest();

    /// True when rows wait to be shown or segments to be applied.
    [[nodiscard]] bool has_waiting() const;

    [[nodiscard]] const std::map<DeviceId, Peer>& peers() const { return peers_; }

    [[nodiscard]] const Ledger& ledger() const { return ledger_; }

    [[nodiscard]] const Identity& identity() const { return identity_; }

    [[nodiscard]] const WorkspaceIds& ids() const { return ids_; }

    [[nodiscard]] store::Database& database() { return database_; }

    [[nodiscard]] const Clock& clock() const { return clock_; }

    [[nodiscard]] crypto::RandomSource& random() { return random_; }

    /// Runs `work(step)` in a transaction; commits ledger and store when it succeeds.
    Status in_step(const std::function<Status(Step&)>& work);

    /// After a failed step sources may hold what the store does not know: they are opened and read
    /// anew before anything is written to them again.
    void distrust_sources();

  private:
    Status open_slot(SourceSlot& slot);
    /// What was sealed before the newest epoch began is sealed anew: revoked devices can open it.
    Status reseal(store::OwnSegment& segment);
    /// Takes from the newest of `members` what it changes for this device.
    Status follow(Step& step,
                  const crypto::Members& members,
                  crypto::Keyring& keyring,
                  std::string& name) const;
    Status capture_slot(SourceSlot& slot,
                        StepReport& report,
                        const std::function<bool()>& should_stop);
    Status show_pending(StepReport& report);
    /// Decides what the source's policies decide.
    Status settle_slot(SourceSlot& slot);
    Status show_slot(SourceSlot& slot, StepReport& report);
    /// Shows the parts of files that are here, as far as that goes.
    Status show_parts(StepReport& report);
    /// Adds to `part_bytes` what came of parts of files.
    Result<bool> apply_one(const store::Received& received,
                           StepReport& report,
                           std::size_t& part_bytes);
    /// Takes a segment that failed a check out of the way: dropped and fetched again later, or kept
    /// until this device can read it. False: its log did not move.
    Result<bool> set_aside(const store::Received& received, const Error& why, StepReport& report);
    /// The log is not asked for again before some time has passed, more of it each time in a row.
    /// Compares our head at the hub (counter 0: it has none) with what we know; an alarm, if any.
    Result<std::optional<std::string>> compare_own(std::uint64_t counter,
                                                   const std::map<LaneId, std::uint64_t>& log_ends);
    /// Adds what the hub has of our own log, where nothing new stands at the same places here.
    Status add_own_missing(std::vector<Missing>& missing,
                           const std::map<std::pair<DeviceId, LaneId>, std::uint64_t>& received_to);
    /// A segment of our own that came back from the hub is part of our log again.
    Status keep_own(Step& step, const store::Received& received, const Bytes& body);
    /// True when a source is declared here for the lane.
    [[nodiscard]] bool is_wanted(LaneId lane) const;
    void retry_later(const DeviceId& device, LaneId lane, std::uint64_t seq_from);
    [[nodiscard]] std::string log_name(const DeviceId& device, LaneId lane) const;
    [[nodiscard]] std::string peer_name(const DeviceId& device) const;
    /// How far each log goes by what the heads say.
    [[nodiscard]] std::map<std::pair<DeviceId, LaneId>, std::uint64_t> announced() const;
    /// Keeps what a hub may not show; false for a head that says nothing new.
    bool take_head(const DeviceId& device, Peer peer, std::vector<std::string>& alarms);
    /// Everything that is wrong now, to standing_; what is new of it.
    std::vector<std::string> look_around();
    void find_contradictions(std::vector<Alarm>& found) const;
    void find_odd_clocks(std::vector<Alarm>& found) const;
    [[nodiscard]] HeadState own_state() const;
    static void note_trouble(SourceSlot& slot, Error trouble, StepReport& report);

    store::Database& database_;
    Identity& identity_;
    const Clock& clock_;
    crypto::RandomSource& random_;
    std::string program_version_;
    WorkspaceIds ids_;
    core::KeyedHash digest_hash_;
    crypto::Prf link_prf_;
    Ledger ledger_;
    History history_;
    std::vector<SourceSlot> slots_;
    std::map<DeviceId, Peer> peers_;
    std::uint64_t head_counter_ = 0;
    std::uint64_t published_hash_ = 0;     ///< of the state our newest head at the hub describes
    std::uint64_t published_counter_ = 0;  ///< of that head
    std::map<LaneId, std::uint64_t> own_log_ends_;  ///< as the hub's copy of our head has them
    std::vector<wire::MemberLogEnd> own_told_ends_;
    bool has_seen_own_head_ = false;
    bool is_behind_ = false;          ///< as of the last is_behind_itself()
    std::uint64_t offered_hash_ = 0;  ///< of the state new_head() gave last

    /// A log whose newest segments did not hold a check.
    struct Retry {
        std::uint64_t failures = 0;
        std::uint64_t seq_from = 0;  ///< of the first segment that did not hold
        milliseconds due{};          ///< steady time
    };

    std::map<std::pair<DeviceId, LaneId>, Retry> retries_;
    std::uint64_t refill_failures_ = 0;  ///< in a row
    milliseconds refill_due_{};          ///< steady time
    std::vector<std::string> complaints_;
    std::uint64_t useless_bytes_ = 0;
    Alarms standing_;
    bool has_doubts_ = false;
    bool has_hub_loss_ = false;
    bool has_dropped_ = false;    ///< segments left the inbox that a list may still name
    std::vector<Alarm> gaps_;     ///< as of the last note_gaps()
    std::vector<Alarm> unshown_;  ///< heads that the hub had and does not show now
    bool has_unpushed_ = true;
    bool has_received_ = true;
};

}  // namespace satchel::engine
