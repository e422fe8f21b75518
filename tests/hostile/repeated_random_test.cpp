// A device that is cloned, or started twice from one snapshot, with a generator that repeats: both
// write different things at the same places with the same "random" bytes, and no key meets the same
// nonce over different plaintext. HOSTILE_CLONES=n changes how often.
#include "daemon/crypto/membership.h"
#include "daemon/crypto/seal.h"
#include "tests/hostile/counts.h"
#include "tests/unit/engine/replica_fixture.h"

#include <cstdio>
#include <set>

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::engine;
using namespace satchel::hostile;

namespace {

/// What a snapshot restores: the same bytes again from the same place, or one byte for ever.
class RepeatingRandom final : public crypto::RandomSource {
  public:
    explicit RepeatingRandom(bool is_constant) : is_constant_(is_constant) {}

    void restore(std::uint64_t snapshot) { chance_ = simulation::Chance(snapshot); }

    Status fill(std::span<Byte> out) override {
        for (Byte& byte : out) byte = is_constant_ ? 42 : static_cast<Byte>(chance_.next());
        return ok();
    }

  private:
    bool is_constant_;
    simulation::Chance chance_{0};
};

/// Everything sealed so far, by what decides key and nonce.
class Sealings {
  public:
    void add(std::string_view kind, ByteView key_and_nonce, ByteView sealed) {
        Bytes name = to_bytes(as_bytes(kind));
        name.insert(name.end(), key_and_nonce.begin(), key_and_nonce.end());
        const auto [known, is_new] = sealed_.try_emplace(std::move(name), to_bytes(sealed));
        ++count_;
        if (is_new) return;
        ++same_;
        if (!std::ranges::equal(known->second, sealed)) ++repeated_;
    }

    [[nodiscard]] std::uint64_t count() const { return count_; }

    /// The very same bytes sealed again: the same thing at the same place, which tells nobody
    /// anything.
    [[nodiscard]] std::uint64_t same() const { return same_ - repeated_; }

    [[nodiscard]] std::uint64_t repeated() const { return repeated_; }

  private:
    std::map<Bytes, Bytes> sealed_;
    std::uint64_t count_ = 0;
    std::uint64_t same_ = 0;
    std::uint64_t repeated_ = 0;
};

/// What both draw on: the device's keys, its keyring, its log so far.
struct Pair {
    Workspace workspace{3};
    RepeatingRandom random;
    crypto::Members members =
        crypto::Members::verify(std::span(workspace.members).first(1), std::nullopt).value();

    explicit Pair(bool is_constant) : random(is_constant) {}
};

constexpr std::size_t kTagBytes = 16;

/// The same content, changed a little: what tells two clones apart may be one byte.
Bytes content_of(simulation::Chance& chance, bool is_second) {
    Bytes plain(1 + chance.below(400));
    for (Byte& byte : plain) byte = static_cast<Byte>(chance.next());
    if (is_second) plain[chance.below(plain.size())] ^= 1;
    return plain;
}

/// Everything a device seals in one cycle, at one place of its log.
void seal_all(Pair& pair, ByteView plain, std::uint64_t seq, Sealings& sealings) {
    const crypto::DeviceKeys keys(pair.workspace.keys[0]);
    const crypto::Keyring& keyring = pair.workspace.keyring;
    const crypto::SegmentPosition position{LaneId{1}, seq, seq, {}};
    const Bytes segment = crypto::seal_segment(keyring, keys, position, plain, pair.random).value();
    const auto segment_view = wire::parse_segment(segment).value();
    sealings.add("segment", segment_view.header.nonce, segment_view.sealed);
    wire::HeadClear clear;
    clear.counter = seq;
    const Bytes head = crypto::seal_head(keyring, keys, clear, plain, pair.random).value();
    const auto head_view = wire::parse_head(head).value();
    sealings.add("head", head_view.nonce, head_view.sealed);
    const Bytes box = crypto::seal_keyring(keyring, keys, pair.random).value();
    sealings.add("keyring", ByteView(box).first(24), ByteView(box).subspan(24));
}

/// A member let in by a clone: the name is hedged, the envelope is bound to its recipient.
void admit(Pair& pair, std::size_t newcomer, const std::string& name, Sealings& sealings) {
    const crypto::DeviceKeys keys(pair.workspace.keys[0]);
    const crypto::DeviceKeys added(pair.workspace.keys[newcomer]);
    const crypto::Newcomer who{added.device(), added.ed_public(), added.x_public(), name};
    const Bytes bytes =
        crypto::make_add(pair.workspace.keyring, keys, pair.members, who, pair.random).value();
    const wire::MemberEntry entry = wire::parse_member(bytes).value();
    const ByteView sealed_name = entry.sealed_name;
    sealings.add("name", sealed_name.first(24), sealed_name.subspan(24));
    // Key and nonce follow from the ephemeral key, the recipient's, and what the entry says.
    Bytes key_and_nonce = to_bytes(ByteView(entry.envelope).first(32));
    ByteWriter(key_and_nonce).raw(entry.device.view());
    const ByteView wrapped = ByteView(entry.envelope).subspan(32);
    sealings.add("envelope", key_and_nonce, wrapped.first(wrapped.size() - kTagBytes));
}

}  // namespace

TEST_SUITE("hostile/repeated_random") {
    TEST_CASE("clones with the same randomness never seal two things alike") {
        const std::uint64_t runs = count_from("HOSTILE_CLONES", 1'000);
        Sealings sealings;
        for (const bool is_constant : {false, true}) {
            Pair pair(is_constant);
            simulation::Chance contents(11);
            for (std::uint64_t run = 0; run < runs / 2; ++run) {
                const simulation::Chance before = contents;
                for (const bool is_second : {false, true}) {
                    // Both start from the snapshot: randomness, place and, but for a byte, content.
                    pair.random.restore(run);
                    contents = before;
                    const Bytes plain = content_of(contents, is_second);
                    seal_all(pair, plain, run + 1, sealings);
                    admit(pair, is_second ? 1 : 2, "name", sealings);
                    admit(pair, 1, is_second ? "one" : "other", sealings);
                }
            }
        }
        std::printf(
            "clones: runs %llu, sealed %llu, the same thing sealed twice %llu, (key, nonce) "
            "over different plaintext %llu\n",
            static_cast<unsigned long long>(runs),
            static_cast<unsigned long long>(sealings.count()),
            static_cast<unsigned long long>(sealings.same()),
            static_cast<unsigned long long>(sealings.repeated()));
        std::fflush(stdout);
        CHECK(sealings.repeated() == 0);
        // The keyring is the same thing, sealed again and again: the randomness did repeat.
        CHECK(sealings.same() > 0);
    }
}
