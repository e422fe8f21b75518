// Every kind of object that is stored or sent, real ones, with bits flipped and ends cut: not one
// may pass for what it was. HOSTILE_FLIPS=n changes how many bits are flipped.
#include "daemon/crypto/seal.h"
#include "shared/protocol/wire/join_string.h"
#include "tests/hostile/counts.h"
#include "tests/hostile/stage.h"

#include <cstdio>

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::hostile;

namespace {

/// An object, and whether some bytes are taken for it.
struct Sample {
    Bytes whole;
    std::function<bool(ByteView)> is_accepted;
};

/// A row whose segment is larger than a few blocks.
void write_large(Stage& stage) {
    Bytes noise(60'000);
    stage.workspace.random.fill(noise).value();
    std::string text;
    for (const Byte byte : noise) text.push_back(static_cast<char>('a' + byte % 26));
    auto& application = stage.desktop->device.application;
    application.tables[0].rows[5'000] = {
        core::Value::integer(5'000), core::Value::text(text), core::Value()};
    application.changed.insert({0, 5'000});
    stage.desktop->cycle();
}

void add_sealed(Stage& stage, std::vector<Sample>& samples) {
    const engine::Identity& identity = stage.laptop->device.identity;
    for (const Client* client : {stage.desktop.get(), stage.laptop.get()})
        for (const Bytes& segment : stage.log_of(*client))
            samples.push_back({segment, [&identity](ByteView bytes) {
                                   return crypto::open_segment(
                                              identity.keyring, identity.members, bytes)
                                       .has_value();
                               }});
    for (const Bytes& head : stage.heads().heads)
        samples.push_back({head, [&identity](ByteView bytes) {
                               return engine::open_peer_head(identity, bytes).has_value();
                           }});
}

void add_members(Stage& stage, std::vector<Sample>& samples) {
    const std::vector<Bytes> entries = stage.members();
    const Hash256 genesis = crypto::sha256(ByteView(entries[0]));
    for (std::size_t i = 0; i < entries.size(); ++i)
        samples.push_back({entries[i], [entries, genesis, i](ByteView bytes) {
                               std::vector<Bytes> changed = entries;
                               changed[i] = to_bytes(bytes);
                               return crypto::Members::verify(changed, genesis).has_value();
                           }});
}

void add_secrets(Stage& stage, std::vector<Sample>& samples) {
    const engine::Identity& identity = stage.laptop->device.identity;
    const Bytes keyring =
        crypto::seal_keyring(identity.keyring, identity.keys, stage.workspace.random).value();
    samples.push_back({keyring, [&identity](ByteView bytes) {
                           return crypto::open_keyring(identity.keys, bytes).has_value();
                       }});
    wire::JoinTicket ticket;
    ticket.hub_url = stage.hub->url();
    ticket.hub_id = stage.hub->hub_id();
    auto invited =
        stage.run(stage.desktop->invitations.invite("tablet", ticket, stage.desktop->transport()));
    const std::string line = invited.value();
    samples.push_back({to_bytes(as_bytes(line)), [](ByteView bytes) {
                           return wire::parse_join_string(as_text(bytes)).has_value();
                       }});
}

}  // namespace

TEST_SUITE("hostile/damage") {
    TEST_CASE("a flipped bit or a cut end of any object is found out") {
        Stage stage;
        write_large(stage);
        std::vector<Sample> samples;
        add_sealed(stage, samples);
        add_members(stage, samples);
        add_secrets(stage, samples);
        simulation::Chance chance(7);
        std::uint64_t undetected = 0;
        for (const Sample& sample : samples) REQUIRE(sample.is_accepted(sample.whole));

        const std::uint64_t flips = count_from("HOSTILE_FLIPS", 20'000);
        for (std::uint64_t i = 0; i < flips; ++i) {
            const Sample& sample = samples[i % samples.size()];
            Bytes harmed = sample.whole;
            const std::uint64_t bit = chance.below(harmed.size() * 8);
            harmed[bit / 8] ^= static_cast<Byte>(1u << (bit % 8));
            undetected += sample.is_accepted(harmed) ? 1 : 0;
        }
        std::uint64_t cuts = 0;
        for (const Sample& sample : samples) {
            for (std::size_t size = 0; size < sample.whole.size(); size += 512, ++cuts) {
                undetected += sample.is_accepted(ByteView(sample.whole).first(size)) ? 1 : 0;
                const std::size_t end = sample.whole.size() - size;
                if (size > 0)
                    undetected += sample.is_accepted(ByteView(sample.whole).first(end)) ? 1 : 0;
            }
        }
        std::printf("damage: objects %zu, bit flips %llu, truncations %llu, undetected %llu\n",
                    samples.size(),
                    static_cast<unsigned long long>(flips),
                    static_cast<unsigned long long>(cuts),
                    static_cast<unsigned long long>(undetected));
        std::fflush(stdout);
        CHECK(undetected == 0);
    }
}
