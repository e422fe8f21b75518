// Attacks on segments: changed, cut, spliced, swapped, replayed, kept back, of another format.
#include "tests/hostile/attack.h"
#include "tests/hostile/objects.h"

#include <algorithm>

namespace satchel::hostile {

namespace {

constexpr const char* kDamaged = "came damaged|nothing of it is used|asked for again";
constexpr const char* kStrange =
    "are no segments of this workspace|left out|have a look at the hub";
constexpr const char* kGap =
    "the log of 'desktop' for 'app' waits for change|since 20|"
    "does not give it|nothing is lost|Run 'satchelctl sync'";

/// An attack that changes every segment on the way.
Attack changing(std::string name, std::function<void(Bytes&)> change, const char* words) {
    return {std::move(name), [change](Stage& stage) { stage.lies().pull = every(change); }, words};
}

/// One that puts other segments in place of those asked for.
Attack replacing(std::string name,
                 std::function<Bytes(Stage&, const Bytes&)> other,
                 const char* words) {
    return {std::move(name),
            [other](Stage& stage) {
                stage.lies().pull =
                    every([&stage, other](Bytes& segment) { segment = other(stage, segment); });
            },
            words};
}

void add_changes(std::vector<Attack>& all) {
    all.push_back(changing(
        "a bit of a segment's body flipped", [](Bytes& s) { s[s.size() - 80] ^= 1; }, kDamaged));
    all.push_back(changing(
        "a bit of a segment's signature flipped", [](Bytes& s) { s.back() ^= 0x80; }, kDamaged));
    all.push_back(changing(
        "a segment's position moved", [](Bytes& s) { ++s[kFromAt + 8]; }, kDamaged));
    all.push_back(changing(
        "a segment's epoch raised", [](Bytes& s) { ++s[kEpochAt]; }, kDamaged));
    all.push_back(changing(
        "a segment without its last byte", [](Bytes& s) { s.pop_back(); }, kStrange));
    all.push_back(changing(
        "a segment cut in half", [](Bytes& s) { s.resize(s.size() / 2); }, kStrange));
    all.push_back(changing(
        "a segment with bytes behind it", [](Bytes& s) { s.push_back(0); }, kStrange));
    all.push_back(changing(
        "an empty segment", [](Bytes& s) { s.clear(); }, kStrange));
    all.push_back(changing(
        "a segment of format 0", [](Bytes& s) { s[kVersionAt] = 0; }, "format 0|left out"));
    all.push_back(changing(
        "a segment of suite 0", [](Bytes& s) { s[kSuiteAt] = 0; }, "suite 0|left out"));
    all.push_back(changing(
        "a segment with an unknown critical flag",
        [](Bytes& s) { s[kFlagsAt] = 1; },
        "flags 1|left out"));
}

void add_splices(std::vector<Attack>& all) {
    all.push_back({"one segment's header on another's body",
                   [](Stage& stage) {
                       stage.lies().pull = [](transport::PullReply& reply) {
                           const Bytes first = reply.segments.front();
                           for (Bytes& s : reply.segments)
                               std::copy_n(first.begin(), kDeviceAt + 16, s.begin());
                           Bytes& last = reply.segments.back();
                           std::copy_n(first.begin(), std::size_t{46}, last.begin());
                           for (Bytes& s : reply.segments) s[s.size() - 70] ^= 1;
                       };
                   },
                   kDamaged});
    all.push_back({"signatures of segments exchanged",
                   [](Stage& stage) {
                       const auto signatures = stage.log_of(*stage.laptop);
                       stage.lies().pull = every([signatures](Bytes& s) {
                           std::copy_n(signatures.front().end() - kSignatureBytes,
                                       kSignatureBytes,
                                       s.end() - kSignatureBytes);
                       });
                   },
                   kDamaged});
    all.push_back(replacing(
        "segments under another member's name",
        [](Stage& stage, const Bytes& s) {
            Bytes other = s;
            const bool is_desktops = wire::parse_segment(s)->header.device == stage.desktop->id();
            const DeviceId name = is_desktops ? stage.laptop->id() : stage.desktop->id();
            std::ranges::copy(name.bytes, other.begin() + kDeviceAt);
            return other;
        },
        kDamaged));
    all.push_back(changing(
        "segments moved to another lane",
        [](Bytes& s) { s[kLaneAt] ^= 1; },
        "the log of 'desktop' for 'app' waits for change|does not give it"));
    all.push_back(replacing(
        "segments of another workspace of the same devices",
        [](Stage& stage, const Bytes& s) {
            engine::Workspace& workspace = stage.workspace;
            const auto other = crypto::Keyring::create(workspace.random).value();
            const bool is_desktops = wire::parse_segment(s)->header.device == stage.desktop->id();
            const Client& author = is_desktops ? *stage.desktop : *stage.laptop;
            return sealed_like(
                s, other, author.device.identity.keys, Bytes(40, 1), workspace.random);
        },
        kDamaged));
    all.push_back(replacing(
        "heads in the place of segments",
        [](Stage& stage, const Bytes&) { return stage.old_heads.heads[0]; },
        kStrange));
    all.push_back(replacing(
        "segments of a stranger",
        [](Stage& stage, const Bytes& s) {
            engine::Workspace& workspace = stage.workspace;
            return sealed_like(s,
                               workspace.keyring,
                               crypto::DeviceKeys(workspace.keys[3]),
                               Bytes(40, 1),
                               workspace.random);
        },
        "no member of the workspace|left out"));
    all.push_back(changing(
        "plain text in the place of what is sealed",
        [](Bytes& s) {
            const Bytes plain = to_bytes(as_bytes("plain text, not sealed"));
            std::ranges::copy(plain, s.begin() + wire::kSegmentHeaderBytes);
        },
        kDamaged));
}

void add_replays(std::vector<Attack>& all) {
    all.push_back({"segments in reverse order",
                   [](Stage& stage) {
                       stage.lies().pull = [](transport::PullReply& reply) {
                           std::ranges::reverse(reply.segments);
                       };
                   },
                   "",
                   Effect::truth});
    all.push_back({"every segment three times",
                   [](Stage& stage) {
                       stage.lies().pull = [](transport::PullReply& reply) {
                           const std::vector<Bytes> once = reply.segments;
                           for (int i = 0; i < 2; ++i)
                               reply.segments.insert(
                                   reply.segments.end(), once.begin(), once.end());
                       };
                   },
                   "",
                   Effect::truth});
    all.push_back({"old segments again in the place of new ones",
                   [](Stage& stage) {
                       const Bytes old = stage.log_of(*stage.desktop).front();
                       stage.lies().pull = every([old](Bytes& s) { s = old; });
                   },
                   kGap});
    all.push_back({"one device's segments in the place of another's",
                   [](Stage& stage) {
                       const Bytes own = stage.log_of(*stage.phone).front();
                       stage.lies().pull = every([own](Bytes& s) { s = own; });
                   },
                   kGap});
    all.push_back({"the first new segment kept back for ever",
                   [](Stage& stage) {
                       const auto held = stage.phone->held().vectors.at(stage.lane());
                       const std::uint64_t first = held.of(stage.desktop->id()) + 1;
                       const std::uint64_t other = held.of(stage.laptop->id()) + 1;
                       stage.lies().pull = [first, other](transport::PullReply& reply) {
                           std::erase_if(reply.segments, [&](const Bytes& s) {
                               const auto header = wire::parse_segment(s)->header;
                               return header.from == first || header.from == other;
                           });
                       };
                   },
                   kGap});
    all.push_back({"all new segments kept back",
                   [](Stage& stage) {
                       stage.lies().pull = [](transport::PullReply& reply) {
                           reply.segments.clear();
                       };
                   },
                   kGap});
    all.push_back({"nothing but the promise of more",
                   [](Stage& stage) {
                       stage.lies().pull = [](transport::PullReply& reply) {
                           reply.segments.clear();
                           reply.has_more = true;
                       };
                   },
                   kGap});
}

}  // namespace

std::vector<Attack> segment_attacks() {
    std::vector<Attack> all;
    add_changes(all);
    add_splices(all);
    add_replays(all);
    return all;
}

}  // namespace satchel::hostile
