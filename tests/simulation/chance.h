// All chance of a simulated world comes from its seed, the engine's "random" bytes too.
#pragma once

#include "daemon/crypto/random.h"
#include "shared/base/clock.h"

#include <cstdint>
#include <stdexcept>

namespace satchel::simulation {

/// A small, fast generator; the same seed gives the same numbers everywhere.
class Chance {
  public:
    explicit Chance(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15u;
        std::uint64_t mixed = state_;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
        return mixed ^ (mixed >> 31);
    }

    /// A number from 0 to `count` - 1.
    std::uint64_t below(std::uint64_t count) { return next() % count; }

    /// A number from `low` to `high`.
    std::int64_t between(std::int64_t low, std::int64_t high) {
        return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
    }

    /// True `per_million` times in a million.
    bool happens(std::uint64_t per_million) { return below(1'000'000) < per_million; }

  private:
    std::uint64_t state_;
};

/// The engine's source of randomness in a world.
class SeededRandom final : public crypto::RandomSource {
  public:
    explicit SeededRandom(std::uint64_t seed) : chance_(seed) {}

    Status fill(std::span<Byte> out) override {
        for (Byte& byte : out) byte = static_cast<Byte>(chance_.next());
        return ok();
    }

  private:
    Chance chance_;
};

/// One device's clock: moves when the world says so, jumps when the world is mean.
class SimClock final : public Clock {
  public:
    [[nodiscard]] UnixMs now_ms() const override { return wall_ms_; }

    [[nodiscard]] milliseconds steady_ms() const override { return milliseconds(steady_ms_); }

    void pass(UnixMs time_ms) {
        wall_ms_ += time_ms;
        steady_ms_ += time_ms;
    }

    void jump(UnixMs by_ms) { wall_ms_ += by_ms; }

  private:
    UnixMs wall_ms_ = 1'700'000'000'000;
    UnixMs steady_ms_ = 0;
};

/// Thrown where a simulated process dies.
struct Crash : std::runtime_error {
    explicit Crash(const char* where) : std::runtime_error(where) {}
};

/// How often things go wrong, per million occasions; all zero once the world is to become quiet.
struct Faults {
    std::uint64_t crash_in_source = 0;
    std::uint64_t crash_in_transport = 0;
    std::uint64_t crash_between_steps = 0;
    std::uint64_t source_busy = 0;
    std::uint64_t request_lost = 0;
    std::uint64_t response_lost = 0;
    std::uint64_t request_repeated = 0;
    std::uint64_t stale_heads = 0;
    std::uint64_t late_segments = 0;
    std::uint64_t partition = 0;
    std::uint64_t hub_backed_up = 0;
    std::uint64_t hub_restored = 0;
    std::uint64_t epoch_begun = 0;
    std::uint64_t clock_jump = 0;
    std::uint64_t sleep = 0;
    std::uint64_t open_in_application = 0;
};

/// What happened in a world, for the closing line.
struct Tally {
    std::uint64_t operations = 0;
    std::uint64_t cycles = 0;
    std::uint64_t crashes = 0;
    std::uint64_t lost_messages = 0;
    std::uint64_t conflicts = 0;
    std::uint64_t revived = 0;
    std::uint64_t parked = 0;
    std::uint64_t hub_restores = 0;
    std::uint64_t epochs = 0;
    std::uint64_t divergences = 0;
    std::uint64_t lost_writes = 0;

    void add(const Tally& other) {
        operations += other.operations;
        cycles += other.cycles;
        crashes += other.crashes;
        lost_messages += other.lost_messages;
        conflicts += other.conflicts;
        revived += other.revived;
        parked += other.parked;
        hub_restores += other.hub_restores;
        epochs += other.epochs;
        divergences += other.divergences;
        lost_writes += other.lost_writes;
    }
};

}  // namespace satchel::simulation
