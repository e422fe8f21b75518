// A declared source with the place that implements it and how it is doing.
#pragma once

#include "daemon/engine/policy.h"
#include "daemon/sources/source.h"
#include "daemon/store/declarations.h"

#include <map>
#include <memory>
#include <string>

namespace satchel::engine {

enum class SourceState : std::uint8_t {
    ok,
    unavailable,  ///< gone, locked or unreadable; every cycle tries again
    halted,       ///< stopped before doing harm; a person decides
};

/// What a person says to a source that halted because of what happened at its place.
enum class ResumeWord : std::uint8_t {
    unsaid,
    publish,  ///< what the place holds is right: it is sent
    restore,  ///< what the workspace has is right: it is written back
};

/// Rows that were tried and are not shown.
struct Waiting {
    std::uint64_t parked = 0;
    std::uint64_t withheld = 0;  ///< of the parked: wait for a person's decision
    std::uint64_t deferred = 0;
    std::uint64_t changed_meanwhile = 0;
};

/// One declared source at work. Confined to the engine's worker.
struct SourceSlot {
    store::Declaration declaration;
    std::unique_ptr<sources::Source> source;
    bool is_open = false;
    bool is_looked_at = false;  ///< captured since it was opened: nothing written is unrecorded
    SourceState state = SourceState::ok;
    Error trouble{};                    ///< why the state is not ok
    bool is_halted_inward = false;      ///< halted: by what others deleted, not by what went here
    bool accepts_sending_loss = false;  ///< a person allowed the next capture to report a mass loss
    bool accepts_taking_loss = false;   ///< a person allowed the next projection to delete much
    bool is_older_copy = false;         ///< halted: its place went back
    bool has_lost_values = false;       ///< rows wait for values that only a source had
    bool is_out_of_run = false;         ///< this run is limited to something else
    bool is_restoring = false;          ///< the next capture writes back what it finds changed
    bool has_pending = true;  ///< rows may wait to be shown; looked up before it is trusted
    /// Something changed, here or elsewhere, since they were tried: they may be shown now.
    bool has_news = true;
    Waiting waiting{};        ///< as found then
    milliseconds tried_at{};  ///< on the steady clock
    Policies policies{};
    bool has_unsettled = true;  ///< the policies may have something to decide
    bool is_joined = false;     ///< captured since it was declared: only then rows are shown

    /// Rows may have come to wait, or may wait no longer.
    void wake() { has_pending = has_news = true; }

    /// True when rows may be shown by the source now.
    [[nodiscard]] bool can_show() const {
        return is_open && is_joined && state == SourceState::ok && !is_out_of_run;
    }

    /// Items too large to travel, by collection and key, and why; see left_out.h.
    std::map<std::pair<CollectionId, Bytes>, std::string> left_out{};

    /// The source's description of a collection, or null.
    [[nodiscard]] const sources::CollectionInfo* find(CollectionId id) const;
};

}  // namespace satchel::engine
