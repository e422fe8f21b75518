// Heads: the one small signed object per device that says how far its log goes, what it has applied
// of the others', and what its state adds up to.
#pragma once

#include "daemon/engine/step.h"

#include <map>
#include <string>
#include <vector>

namespace satchel::engine {

/// One lane as a device's head describes it, inside the sealed part.
struct HeadLaneState {
    LaneId lane{};
    std::string source;          ///< logical name of the source in the lane
    core::VersionVector vector;  ///< what the device has applied
    Hash256 digest{};

    bool operator==(const HeadLaneState&) const = default;
};

/// The sealed part of a head.
struct HeadState {
    std::string device_name;
    std::string version;  ///< of the program that wrote it
    UnixMs time_ms = 0;
    std::vector<HeadLaneState> lanes;
};

Bytes encode_head_state(const HeadState& state);
/// `corrupt` for malformed bytes, `version_mismatch` for a newer format.
Result<HeadState> decode_head_state(ByteView bytes);

/// What we know of another device from its newest head.
struct Peer {
    std::uint64_t counter = 0;
    UnixMs seen_ms = 0;
    std::map<LaneId, std::uint64_t> log_ends;
    std::vector<wire::MemberLogEnd> told_ends;  ///< the same, as membership entries have them
    HeadState state;
};

/// Opens a head and checks its signature.
Result<std::pair<DeviceId, Peer>> open_peer_head(const Identity& identity, ByteView object);

/// This device's head, sealed, with the given counter.
Result<Bytes> seal_own_head(const Identity& identity,
                            const Ledger& ledger,
                            const HeadState& state,
                            std::uint64_t counter,
                            crypto::RandomSource& random);

}  // namespace satchel::engine
