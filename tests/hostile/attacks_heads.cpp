// Attacks on heads: changed, rolled back, hidden, frozen, forked, of another format.
#include "tests/hostile/attack.h"
#include "tests/hostile/objects.h"

#include <algorithm>

namespace satchel::hostile {

namespace {

constexpr const char* kNotAccepted =
    "a head at the hub was not accepted|changed there or on the way|left out";
constexpr const char* kOlder =
    "the hub offers an older head of 'desktop' than was seen before|"
    "since 20|rolled back or restored from a backup|nothing is lost";
constexpr const char* kOwnOlder =
    "the hub has less of this device's log than it had|rolled back|sent again";

/// Offsets in a head that differ from those in a segment (shared/protocol/wire/head.h).
constexpr std::size_t kCounterAt = 31;

Attack changing(std::string name, std::function<void(Bytes&)> change, const char* words) {
    return {std::move(name),
            [change](Stage& stage) { stage.lies().heads = every_head(*stage.phone, change); },
            words};
}

Bytes sealed_head(const Bytes& like,
                  const crypto::Keyring& keyring,
                  const crypto::DeviceKeys& keys,
                  crypto::RandomSource& random) {
    const wire::HeadClear clear = wire::parse_head(like)->clear;
    return crypto::seal_head(keyring, keys, clear, Bytes(30, 1), random).value();
}

Bytes& head_of(transport::HeadsReply& reply, const DeviceId& device) {
    return *std::ranges::find_if(reply.heads, [&](const Bytes& head) {
        return wire::parse_head(head)->clear.device == device;
    });
}

void hide(transport::HeadsReply& reply, const DeviceId& device) {
    std::erase_if(reply.heads, [&](const Bytes& head) {
        return wire::parse_head(head)->clear.device == device;
    });
}

void add_changes(std::vector<Attack>& all) {
    all.push_back(changing(
        "a bit of a head's body flipped",
        [](Bytes& head) { head[head.size() - 80] ^= 1; },
        kNotAccepted));
    all.push_back(changing(
        "a head cut short", [](Bytes& head) { head.resize(40); }, kNotAccepted));
    all.push_back(changing(
        "a head with bytes behind it", [](Bytes& head) { head.push_back(0); }, kNotAccepted));
    all.push_back(changing(
        "a head's number raised", [](Bytes& head) { ++head[kCounterAt]; }, kNotAccepted));
    all.push_back(changing(
        "a head of format 0", [](Bytes& head) { head[kVersionAt] = 0; }, "not accepted|format 0"));
    all.push_back(changing(
        "a head of suite 0", [](Bytes& head) { head[kSuiteAt] = 0; }, "not accepted|suite 0"));
    all.push_back({"segments in the place of heads",
                   [](Stage& stage) {
                       const Bytes segment = stage.log_of(*stage.desktop).back();
                       stage.lies().heads =
                           every_head(*stage.phone, [segment](Bytes& head) { head = segment; });
                   },
                   kNotAccepted});
    all.push_back({"heads under another member's name",
                   [](Stage& stage) {
                       const DeviceId desktop = stage.desktop->id();
                       const DeviceId laptop = stage.laptop->id();
                       stage.lies().heads = every_head(*stage.phone, [=](Bytes& head) {
                           const bool is_desktops = wire::parse_head(head)->clear.device == desktop;
                           std::ranges::copy((is_desktops ? laptop : desktop).bytes,
                                             head.begin() + kDeviceAt);
                       });
                   },
                   kNotAccepted});
    all.push_back({"heads of another workspace of the same devices",
                   [](Stage& stage) {
                       stage.lies().heads = every_head(*stage.phone, [&stage](Bytes& head) {
                           crypto::RandomSource& random = stage.workspace.random;
                           const auto other = crypto::Keyring::create(random).value();
                           const bool is_desktops =
                               wire::parse_head(head)->clear.device == stage.desktop->id();
                           const Client& author = is_desktops ? *stage.desktop : *stage.laptop;
                           head = sealed_head(head, other, author.device.identity.keys, random);
                       });
                   },
                   kNotAccepted});
    all.push_back({"heads of a stranger",
                   [](Stage& stage) {
                       stage.lies().heads = every_head(*stage.phone, [&stage](Bytes& head) {
                           engine::Workspace& workspace = stage.workspace;
                           head = sealed_head(head,
                                              workspace.keyring,
                                              crypto::DeviceKeys(workspace.keys[3]),
                                              workspace.random);
                       });
                   },
                   "not accepted|is not a member"});
}

void add_rollbacks(std::vector<Attack>& all) {
    all.push_back({"another device's head rolled back",
                   [](Stage& stage) {
                       // It has seen the new ones; what they announce is taken back.
                       stage.phone->cycle();
                       const Bytes old = head_of(stage.old_heads, stage.desktop->id());
                       stage.lies().heads = [&stage, old](transport::HeadsReply& reply) {
                           if (reply.not_modified) reply = stage.heads();
                           reply.etag = "\"older\"";
                           head_of(reply, stage.desktop->id()) = old;
                       };
                   },
                   kOlder,
                   Effect::truth});
    all.push_back({"all heads rolled back, its own too",
                   [](Stage& stage) {
                       stage.phone->cycle();
                       stage.lies().heads = [&stage](transport::HeadsReply& reply) {
                           reply = stage.old_heads;
                           reply.etag = "\"older\"";
                       };
                   },
                   "older head of 'desktop'|older head of 'laptop'|less of this device's log",
                   Effect::truth});
    all.push_back({"all heads gone",
                   [](Stage& stage) {
                       stage.lies().heads = [](transport::HeadsReply& reply) {
                           reply.heads.clear();
                       };
                   },
                   "shows no head of 'desktop' any more|shows no head of 'laptop'|"
                   "less of this device's log than it had|sent again"});
    all.push_back({"one head hidden",
                   [](Stage& stage) {
                       stage.lies().heads = [&stage](transport::HeadsReply& reply) {
                           hide(reply, stage.desktop->id());
                           hide(reply, stage.laptop->id());
                       };
                   },
                   "shows no head of 'desktop' any more|since 20|nothing is lost"});
    all.push_back({"its own head hidden",
                   [](Stage& stage) {
                       stage.lies().heads = [&stage](transport::HeadsReply& reply) {
                           hide(reply, stage.phone->id());
                       };
                   },
                   kOwnOlder,
                   Effect::truth});
    all.push_back({"an old head behind the new one",
                   [](Stage& stage) {
                       const Bytes old = head_of(stage.old_heads, stage.desktop->id());
                       stage.lies().heads = [old](transport::HeadsReply& reply) {
                           reply.heads.push_back(old);
                       };
                   },
                   "",
                   Effect::truth});
    all.push_back({"every head three times",
                   [](Stage& stage) {
                       stage.lies().heads = [](transport::HeadsReply& reply) {
                           const std::vector<Bytes> once = reply.heads;
                           for (int i = 0; i < 2; ++i)
                               reply.heads.insert(reply.heads.end(), once.begin(), once.end());
                       };
                   },
                   "",
                   Effect::truth});
}

void add_freezes(std::vector<Attack>& all) {
    all.push_back({"nothing is new, for ever, to a device that has just sent news",
                   [](Stage& stage) {
                       stage.lies().heads = [](transport::HeadsReply& reply) {
                           reply.not_modified = true;
                       };
                       stage.phone->device.insert(1'000);
                   },
                   "nothing is new to a device that has news|nothing was taken from it",
                   Effect::own});
    all.push_back({"the heads of yesterday, for ever, to a device that has just sent news",
                   [](Stage& stage) {
                       stage.lies().heads = [&stage](transport::HeadsReply& reply) {
                           reply = stage.old_heads;
                       };
                       stage.phone->device.insert(1'000);
                   },
                   kOwnOlder,
                   Effect::own});
    all.push_back({"silence about everybody for more than a week",
                   [](Stage& stage) {
                       stage.lies().heads = [](transport::HeadsReply& reply) {
                           reply.not_modified = true;
                       };
                       stage.workspace.clock.pass(8ll * 24 * 3'600 * 1'000);
                   },
                   "no news of 'desktop' for more than a week|keeps its news from this device"});
}

/// desktop's newest head again, sealed by desktop itself after `change`.
Bytes resealed(Stage& stage,
               transport::HeadsReply reply,
               const std::function<void(wire::HeadClear&, engine::HeadState&)>& change) {
    wire::HeadClear clear = wire::parse_head(head_of(reply, stage.desktop->id()))->clear;
    engine::HeadState state;
    state.device_name = "desktop";
    change(clear, state);
    return crypto::seal_head(stage.workspace.keyring,
                             stage.desktop->device.identity.keys,
                             clear,
                             engine::encode_head_state(state),
                             stage.workspace.random)
        .value();
}

/// A lie that shows it in the place of the real one.
auto showing(Stage& stage, std::function<void(wire::HeadClear&, engine::HeadState&)> change) {
    return [&stage, change](transport::HeadsReply& reply) {
        if (!reply.not_modified)
            head_of(reply, stage.desktop->id()) = resealed(stage, reply, change);
    };
}

/// A hub that tells two stories.
void add_forks(std::vector<Attack>& all) {
    all.push_back({"one device's news hidden that another device has",
                   [](Stage& stage) {
                       const Bytes old = head_of(stage.old_heads, stage.desktop->id());
                       stage.lies().heads = [&stage, old](transport::HeadsReply& reply) {
                           if (!reply.not_modified) head_of(reply, stage.desktop->id()) = old;
                       };
                       stage.lies().pull = [](transport::PullReply& reply) {
                           reply.segments.clear();
                       };
                   },
                   "the log of 'desktop' for 'app' waits for change|other devices have it|"
                   "does not give it"});
    all.push_back({"another log of a copied device",
                   [](Stage& stage) {
                       // The copy wrote other things at the places where desktop wrote.
                       auto copy = std::make_shared<engine::Device>(stage.workspace, 0, 3);
                       for (std::int64_t key = 900; key < 909; ++key) {
                           copy->insert(key);
                           copy->capture();
                       }
                       const std::vector<Bytes> log = copy->log();
                       stage.lies().pull = every([&stage, log](Bytes& segment) {
                           const auto header = wire::parse_segment(segment)->header;
                           if (header.device != stage.desktop->id()) segment.clear();
                           for (const Bytes& other : log)
                               if (wire::parse_segment(other)->header.from == header.from)
                                   segment = other;
                       });
                   },
                   "the log of 'desktop' for 'app' stops here|does not continue"});
    all.push_back({"two heads of one device with the same number",
                   [](Stage& stage) {
                       stage.lies().heads = [&stage](transport::HeadsReply& reply) {
                           const auto as_it_is = [](wire::HeadClear&, engine::HeadState&) {};
                           if (!reply.not_modified)
                               reply.heads.push_back(resealed(stage, reply, as_it_is));
                       };
                   },
                   "two different heads of 'desktop' have the same number|two copies of that "
                   "device write|set it up again",
                   Effect::truth});
    all.push_back({"a head that speaks of another log than the one that is there",
                   [](Stage& stage) {
                       stage.lies().heads =
                           showing(stage, [](wire::HeadClear& clear, engine::HeadState&) {
                               ++clear.counter;
                               for (wire::HeadLane& lane : clear.lanes) lane.link[0] ^= 1;
                           });
                   },
                   "the log of 'desktop' for 'app' here is not what that device says it has "
                   "written|since 20|stop a copied one",
                   Effect::truth});
    all.push_back({"a head whose digest contradicts what it has applied",
                   [](Stage& stage) {
                       const auto change = [&stage](wire::HeadClear& clear,
                                                    engine::HeadState& state) {
                           ++clear.counter;
                           const auto& lanes = stage.desktop->device.replica.ledger().lanes();
                           for (const auto& [id, lane] : lanes) {
                               Hash256 digest = lane.digest.bytes();
                               digest[0] ^= 1;
                               state.lanes.push_back({id, "app", lane.vector(), digest});
                           }
                       };
                       stage.lies().heads = showing(stage, change);
                   },
                   "have applied the same changes but differ in 'app'|the hub gave them different "
                   "ones|compare",
                   Effect::truth});
}

}  // namespace

std::vector<Attack> head_attacks() {
    std::vector<Attack> all;
    add_changes(all);
    add_rollbacks(all);
    add_freezes(all);
    add_forks(all);
    return all;
}

}  // namespace satchel::hostile
