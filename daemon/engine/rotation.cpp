// The fact "epoch_seen": number of the epoch u32 | number of our last segment when it was first
// seen u64.
#include "daemon/engine/rotation.h"

#include "daemon/store/meta.h"

#include <algorithm>

namespace satchel::engine {

namespace {

constexpr std::string_view kEpochSeenFact = "epoch_seen";
constexpr std::uint64_t kEpochSegmentsMax = std::uint64_t{1} << 20;

}  // namespace

bool is_rotation_due(const EpochAge& age) {
    const std::uint64_t share = kEpochSegmentsMax / std::max<std::size_t>(1, age.devices);
    return age.own_segments >= share;
}

Result<EpochAge> look_at_epoch(Replica& replica) {
    const crypto::Members& members = replica.identity().members;
    EpochAge age;
    age.devices = static_cast<std::size_t>(std::ranges::count_if(
        members.all(), [](const crypto::Member& member) { return member.is_active(); }));
    SATCHEL_TRY(last_segment, store::last_segment_number(replica.database()));
    SATCHEL_TRY(fact, store::find_fact(replica.database(), kEpochSeenFact));
    ByteReader in(fact ? ByteView(*fact) : ByteView());
    const std::uint32_t epoch = in.u32();
    const std::uint64_t first_segment = in.u64();
    if (in.finished() && epoch == members.epoch()) {
        age.own_segments = last_segment - std::min(first_segment, last_segment);
        return age;
    }
    Bytes bytes;
    ByteWriter out(bytes);
    out.u32(members.epoch());
    out.u64(last_segment);
    const Status noted = replica.in_step(
        [&](Step& step) { return store::set_fact(step.transaction, kEpochSeenFact, bytes); });
    if (!noted) return noted.error();
    return age;
}

}  // namespace satchel::engine
