// Attacks on the membership log: strangers let in, keys exchanged, entries replayed, kept back,
// taken away. A fourth device has been added meanwhile, of which the phone does not know yet.
#include "daemon/crypto/labels.h"
#include "daemon/crypto/membership.h"
#include "tests/hostile/attack.h"

#include <algorithm>

namespace satchel::hostile {

namespace {

constexpr const char* kHalted =
    "the hub shows another list of devices than this device knows|nothing was taken from it|"
    "compare 'satchelctl device list'";

/// The hub knows of the fourth device.
void add_fourth(Stage& stage) {
    stage.add_member(stage.workspace.members[3]);
    stage.desktop->cycle();
}

/// An attack on the entries that the phone is given.
Attack changing(std::string name,
                std::function<void(Stage&, std::vector<Bytes>&)> change,
                const char* words) {
    return {std::move(name),
            [change](Stage& stage) {
                add_fourth(stage);
                stage.lies().members = [&stage, change](std::vector<Bytes>& entries) {
                    if (!entries.empty()) change(stage, entries);
                };
            },
            words};
}

/// An entry that adds another device than the true one, by whoever has `author`.
Bytes entry_by(Stage& stage, const crypto::DeviceKeys& author, const crypto::Keyring& keyring) {
    engine::Workspace& workspace = stage.workspace;
    const crypto::DeviceKeys stranger(crypto::ApiKey::create(workspace.random).value());
    wire::MemberEntry entry = wire::parse_member(workspace.members[3]).value();
    entry.device = stranger.device();
    entry.ed_public = stranger.ed_public();
    entry.x_public = stranger.x_public();
    entry.workspace = keyring.workspace();
    entry.author = author.device();
    entry.signature =
        author.sign(crypto::labels::kSignMember, wire::encode_member_signed_part(entry));
    return wire::encode_member(entry);
}

void add_forgeries(std::vector<Attack>& all) {
    all.push_back(changing(
        "a bit of an entry flipped",
        [](Stage&, std::vector<Bytes>& entries) { entries[0][entries[0].size() - 100] ^= 1; },
        kHalted));
    all.push_back(changing(
        "an entry cut short",
        [](Stage&, std::vector<Bytes>& entries) { entries[0].resize(60); },
        kHalted));
    all.push_back(changing(
        "noise in the place of an entry",
        [](Stage&, std::vector<Bytes>& entries) { entries[0] = Bytes(300, 7); },
        kHalted));
    all.push_back(changing(
        "a new device's encryption key exchanged",
        [](Stage& stage, std::vector<Bytes>& entries) {
            auto entry = wire::parse_member(entries[0]).value();
            entry.x_public = stage.laptop->device.identity.keys.x_public();
            entries[0] = wire::encode_member(entry);
        },
        kHalted));
    all.push_back(changing(
        "a new device's signing key exchanged",
        [](Stage& stage, std::vector<Bytes>& entries) {
            auto entry = wire::parse_member(entries[0]).value();
            const crypto::DeviceKeys rogue(crypto::ApiKey::create(stage.workspace.random).value());
            entry.ed_public = rogue.ed_public();
            entry.device = rogue.device();
            entries[0] = wire::encode_member(entry);
        },
        kHalted));
    all.push_back(changing(
        "a stranger who lets a stranger in",
        [](Stage& stage, std::vector<Bytes>& entries) {
            const crypto::DeviceKeys rogue(crypto::ApiKey::create(stage.workspace.random).value());
            entries[0] = entry_by(stage, rogue, stage.workspace.keyring);
        },
        kHalted));
    all.push_back(changing(
        "a stranger let in with a member's name and a stranger's signature",
        [](Stage& stage, std::vector<Bytes>& entries) {
            const crypto::DeviceKeys rogue(crypto::ApiKey::create(stage.workspace.random).value());
            auto entry =
                wire::parse_member(entry_by(stage, rogue, stage.workspace.keyring)).value();
            entry.author = stage.desktop->id();
            entries[0] = wire::encode_member(entry);
        },
        kHalted));
    all.push_back(changing(
        "an entry of another workspace, signed by a member of both",
        [](Stage& stage, std::vector<Bytes>& entries) {
            const auto other = crypto::Keyring::create(stage.workspace.random).value();
            entries[0] = entry_by(stage, stage.desktop->device.identity.keys, other);
        },
        kHalted));
}

void add_replays(std::vector<Attack>& all) {
    all.push_back(changing(
        "an old entry again in the place of the new one",
        [](Stage& stage, std::vector<Bytes>& entries) { entries[0] = stage.workspace.members[1]; },
        kHalted));
    all.push_back(changing(
        "the founding entry again",
        [](Stage& stage, std::vector<Bytes>& entries) { entries[0] = stage.workspace.members[0]; },
        kHalted));
    all.push_back(changing(
        "a new entry twice",
        [](Stage&, std::vector<Bytes>& entries) { entries.push_back(entries[0]); },
        kHalted));
    all.push_back(changing(
        "new entries kept back",
        [](Stage&, std::vector<Bytes>& entries) { entries.clear(); },
        "announces 1 new entries of the list of devices and does not give "
        "them|stays unknown here"));
    all.back().effect = Effect::truth;
    all.push_back({"the log of members rolled back",
                   [](Stage& stage) {
                       stage.lies().heads = [](transport::HeadsReply& reply) {
                           reply.member_count = 2;
                       };
                   },
                   "the hub has less of the list of devices than it had|rolled back or restored "
                   "from a backup|what it lacks is sent again",
                   Effect::truth});
    all.push_back({"the log of members gone",
                   [](Stage& stage) {
                       stage.lies().heads = [](transport::HeadsReply& reply) {
                           reply.member_count = 0;
                       };
                   },
                   "the hub has less of the list of devices than it had|is sent again",
                   Effect::truth});
    all.push_back({"millions of members announced",
                   [](Stage& stage) {
                       stage.lies().heads = [](transport::HeadsReply& reply) {
                           reply.member_count = 4'000'000'000u;
                       };
                   },
                   "new entries of the list of devices and does not give them",
                   Effect::truth});
    all.push_back(changing(
        "entries without end",
        [](Stage& stage, std::vector<Bytes>& entries) {
            const Bytes one = stage.workspace.members[1];
            entries.assign(20'000, one);
        },
        kHalted));
}

}  // namespace

std::vector<Attack> member_attacks() {
    std::vector<Attack> all;
    add_forgeries(all);
    add_replays(all);
    return all;
}

}  // namespace satchel::hostile
