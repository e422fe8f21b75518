// Seeded randomness and the words made of it. The same seed gives the same text on every machine,
// so nothing here asks the standard library's distributions, which differ between libraries.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace satchel::generate {

/// SplitMix64: small, fast, and good enough to look like life.
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    /// The next 64 bits.
    std::uint64_t next();

    /// Evenly from 0 to `bound` - 1; `bound` is at least 1.
    std::uint64_t below(std::uint64_t bound) { return next() % bound; }

    /// True once in `n` times.
    bool one_in(std::uint64_t n) { return below(n) == 0; }

  private:
    std::uint64_t state_;
};

/// A UUID as text, version 4.
std::string uuid(Random& random);
/// `count` lower-case hexadecimal digits.
std::string hex(Random& random, std::size_t count);
/// A word; common ones come often.
std::string_view word(Random& random);
/// About `bytes` bytes of words and full stops, without quotes, backslashes or line ends.
std::string prose(Random& random, std::size_t bytes);
/// A name such as "quiet-river", made unique by `number`.
std::string name(Random& random, std::uint64_t number);

/// Milliseconds since 1970 of the first day in generated data (2026-01-05).
inline constexpr std::int64_t kFirstDayMs = 1'767'571'200'000;

}  // namespace satchel::generate
