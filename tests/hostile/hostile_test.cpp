// Plays every attack of reliability on a real device and prints how many were found out.
#include "tests/hostile/attack.h"
#include "tests/support/memory_peak.h"

#include <chrono>
#include <cstdio>

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::hostile;

namespace {

/// How many there were, and how many did no harm and were named.
struct Tally {
    int attacks = 0;
    int harmless = 0;
    int named = 0;
    int recovered = 0;
    double longest_s = 0;        ///< cycle under attack
    std::size_t most_bytes = 0;  ///< that a cycle under attack added to what the process takes
};

/// True when `text` has all parts of `words`.
bool has_words(const std::string& text, const std::string& words) {
    for (std::size_t at = 0; at < words.size();) {
        const std::size_t end = std::min(words.find('|', at), words.size());
        const std::string part = words.substr(at, end - at);
        if (text.find(part) == text.npos) {
            MESSAGE("not said: '" << part << "' in: " << text);
            return false;
        }
        at = end + 1;
    }
    return true;
}

using Tables = std::vector<std::map<std::int64_t, simulation::AppRow>>;

bool is_as_wanted(Effect effect, Stage& stage, const Held& before, const Tables& truth) {
    const Held now = stage.phone->held();
    switch (effect) {
        case Effect::nothing:
            return now == before;
        case Effect::own: {
            const auto& of_desktop = before.vectors.at(stage.lane());
            const auto& then = now.vectors.at(stage.lane());
            return now.tables == before.tables && now.members == before.members &&
                   then.of(stage.desktop->id()) == of_desktop.of(stage.desktop->id()) &&
                   then.of(stage.laptop->id()) == of_desktop.of(stage.laptop->id());
        }
        case Effect::truth:
            return now.tables == truth && now.members == before.members;
    }
    return false;
}

/// Two cycles under the attack, then the truth again.
void play(const Attack& attack, Carrier carrier, Tally& tally) {
    INFO(attack.name);
    Stage stage(carrier);
    const Tables truth = stage.desktop->device.tables();
    attack.play(stage);
    const Held before = stage.phone->held();
    const std::size_t memory = support::reset_memory_peak();
    const auto begun = std::chrono::steady_clock::now();
    Heard first = stage.phone->cycle();
    stage.workspace.clock.pass(60'000);
    const Heard second = stage.phone->cycle();
    const std::string text = first.text + second.text;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    tally.longest_s = std::max(tally.longest_s, took.count() / 2);
    // Free pages may have gone back meanwhile: then it took less than before.
    const std::size_t peak = std::max(support::memory_peak(), memory);
    tally.most_bytes = std::max(tally.most_bytes, peak - memory);
    CHECK(first.requests + second.requests < 30);
    const bool is_unharmed = is_as_wanted(attack.effect, stage, before, truth);
    const bool is_named = has_words(text, attack.words);
    stage.end_lies();
    // What came damaged is asked for a day later at most.
    stage.workspace.clock.pass(25ll * 3'600 * 1'000);
    stage.settle();
    const bool is_recovered = stage.phone->device.tables() == stage.desktop->device.tables() &&
                              stage.phone->device.rows() >= truth[0].size();
    CHECK(is_unharmed);
    CHECK(is_named);
    CHECK_MESSAGE(is_recovered, stage.phone->cycle().text);
    ++tally.attacks;
    tally.harmless += is_unharmed ? 1 : 0;
    tally.named += is_named ? 1 : 0;
    tally.recovered += is_recovered ? 1 : 0;
}

void play_all(const char* family,
              const std::vector<Attack>& attacks,
              Carrier carrier = Carrier::sockets) {
    Tally tally;
    for (const Attack& attack : attacks) play(attack, carrier, tally);
    std::printf(
        "attacks on %s%s: %d, state unharmed %d, named %d, recovered %d; longest cycle %.2f s, "
        "most "
        "memory %.1f MiB\n",
        family,
        carrier == Carrier::sockets ? "" : " without sockets",
        tally.attacks,
        tally.harmless,
        tally.named,
        tally.recovered,
        tally.longest_s,
        static_cast<double>(tally.most_bytes) / (1u << 20));
    CHECK(tally.most_bytes < (64u << 20));
    std::fflush(stdout);
}

}  // namespace

TEST_SUITE("hostile/attacks") {
    TEST_CASE("segments that a hub changed or kept back change nothing and are named") {
        play_all("segments", segment_attacks());
    }

    TEST_CASE("heads that a hub changed or hid change nothing and are named") {
        play_all("heads", head_attacks());
    }

    TEST_CASE("a device whose request to join was changed is not let in") {
        play_all("joins", join_attacks());
    }

    TEST_CASE("whatever carries the lies they are found out") {
        play_all("segments", segment_attacks(), Carrier::transport);
        play_all("members", member_attacks(), Carrier::transport);
        play_all("joins", join_attacks(), Carrier::transport);
    }

    TEST_CASE("replies that are none cost little and change nothing") {
        play_all("replies", wire_attacks());
    }

    TEST_CASE("a list of devices that a hub changed lets nobody in and is named") {
        play_all("members", member_attacks());
    }
}
