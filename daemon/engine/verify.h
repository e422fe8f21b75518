// Verification: what the sources hold, what the store says, and what the other devices say, read
// anew and compared. Reads everything, so it is for people who ask, never for a cycle; writes
// nothing.
#pragma once

#include "daemon/engine/replica.h"

#include <string>
#include <vector>

namespace satchel::engine {

/// What was found in one source. Drift is what differs though nothing tells of a change.
struct SourceVerdict {
    std::string source;
    std::string trouble;               ///< why it could not be looked at; empty: it was
    std::uint64_t checked = 0;         ///< items read and compared
    std::uint64_t waiting = 0;         ///< items that are not shown here yet
    std::uint64_t drifted = 0;         ///< items that differ
    std::vector<std::string> items{};  ///< the first of them, with the reason where one is known
    bool is_digest_true = true;        ///< the store's sum over its rows is what it is kept as
};

/// How another device stands to this one, in the sources that both have.
enum class PeerStanding : std::uint8_t {
    equal,    ///< both applied the same changes, and it adds up to the same
    behind,   ///< it has not applied all that this device has
    ahead,    ///< it has applied more than this device has
    apart,    ///< each has what the other has not
    differs,  ///< the same changes, and not the same sum
    silent,   ///< it never said anything
};

/// The standing in one word, as programs read it.
std::string_view standing_name(PeerStanding standing);

/// What is known of another device.
struct PeerVerdict {
    DeviceId device;
    std::string name;
    PeerStanding standing = PeerStanding::equal;
    std::vector<std::string> sources{};  ///< those in which it is not equal
    UnixMs seen_ms = 0;
};

/// One verification, slice by slice so that cycles get their turn in between. On the worker.
class Verification {
  public:
    explicit Verification(Replica& replica);

    /// Sums up the rows of every source. In one piece: about a second for a million rows.
    Status sum_up();
    /// Reads some more items of the sources; false when all were read.
    Result<bool> read_on();
    /// Reads again what differed, after a capture has taken in what was changed meanwhile.
    Status read_again();
    /// The active devices beside this one, by their newest heads.
    [[nodiscard]] std::vector<PeerVerdict> compare_peers() const;

    [[nodiscard]] const std::vector<SourceVerdict>& sources() const { return verdicts_; }

  private:
    /// One collection of a source that is to be read.
    struct Part {
        std::size_t verdict = 0;
        CollectionId collection{};
    };

    struct Doubt {
        std::size_t verdict = 0;
        CollectionId collection{};
        Sid sid;
    };

    Status read_row(Step& step, const Part& part, const store::StoredRow& row);
    /// Why the source does not hold what the row says it does; nothing when it does.
    Result<std::optional<std::string>> find_difference(Step& step,
                                                       SourceSlot& slot,
                                                       CollectionId collection,
                                                       const store::StoredRow& row) const;
    [[nodiscard]] SourceSlot* slot_of(const Part& part);

    Replica& replica_;
    std::vector<SourceVerdict> verdicts_;
    std::vector<Part> parts_;
    std::size_t at_ = 0;  // of parts_
    Sid after_;
    std::vector<Doubt> doubts_;
};

}  // namespace satchel::engine
