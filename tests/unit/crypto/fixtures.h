// A source that is not random, and a workspace of devices made with it.
#pragma once

#include "daemon/crypto/membership.h"
#include "tests/support/result_text.h"

#include <algorithm>

#include <doctest/doctest.h>

namespace satchel::test {

/// Counts up from a start: the same bytes in every run.
class CountingRandom final : public crypto::RandomSource {
  public:
    explicit CountingRandom(Byte start = 0) : next_(start) {}

    Status fill(std::span<Byte> out) override {
        for (Byte& byte : out) byte = next_++;
        return ok();
    }

  private:
    Byte next_;
};

/// Gives the bytes it was made with.
class GivenRandom final : public crypto::RandomSource {
  public:
    explicit GivenRandom(Bytes bytes) : bytes_(std::move(bytes)) {}

    Status fill(std::span<Byte> out) override {
        REQUIRE(out.size() == bytes_.size());
        std::ranges::copy(bytes_, out.begin());
        return ok();
    }

  private:
    Bytes bytes_;
};

/// A kernel that has no randomness to give.
class BrokenRandom final : public crypto::RandomSource {
  public:
    Status fill(std::span<Byte>) override {
        return Error{ErrorCode::io, "draw random bytes: broken for the test"};
    }
};

inline crypto::DeviceKeys keys_from(Byte start) {
    CountingRandom random(start);
    return crypto::DeviceKeys(*crypto::ApiKey::create(random));
}

inline crypto::Newcomer newcomer_of(const crypto::DeviceKeys& keys, std::string name) {
    return {keys.device(), keys.ed_public(), keys.x_public(), std::move(name)};
}

/// A founder "desk" and a second member "laptop".
struct Workspace {
    CountingRandom random{7};
    crypto::Keyring keyring = *crypto::Keyring::create(random);
    crypto::DeviceKeys desk = keys_from(11);
    crypto::DeviceKeys laptop = keys_from(99);
    std::vector<Bytes> log = make_log();
    crypto::Members members = *crypto::Members::verify(log, std::nullopt);

  private:
    std::vector<Bytes> make_log() {
        std::vector<Bytes> entries;
        entries.push_back(*crypto::make_genesis(keyring, desk, "desk", random));
        const auto founded = crypto::Members::verify(entries, std::nullopt);
        REQUIRE(founded);
        entries.push_back(
            *crypto::make_add(keyring, desk, *founded, newcomer_of(laptop, "laptop"), random));
        return entries;
    }
};

}  // namespace satchel::test
