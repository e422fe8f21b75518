// See random.h. Words are drawn from a list whose early entries are common, as in real prose.
#include "tests/generate/random.h"

#include <algorithm>
#include <array>

namespace satchel::generate {

namespace {

constexpr std::array<std::string_view, 96> kWords = {
    "the",     "a",         "to",       "file",    "of",       "and",     "in",       "is",
    "test",    "error",     "function", "this",    "for",      "value",   "return",   "with",
    "line",    "should",    "now",      "change",  "that",     "it",      "add",      "we",
    "not",     "branch",    "module",   "then",    "config",   "path",    "build",    "when",
    "build",   "passes",    "fails",    "check",   "read",     "write",   "request",  "response",
    "cache",   "queue",     "parser",   "token",   "stream",   "buffer",  "index",    "table",
    "column",  "migration", "schema",   "commit",  "merge",    "rebase",  "review",   "deploy",
    "service", "worker",    "timeout",  "retry",   "lock",     "thread",  "signal",   "socket",
    "harbour", "lantern",   "meadow",   "granite", "willow",   "copper",  "saffron",  "thimble",
    "orchard", "pebble",    "quartz",   "ribbon",  "sparrow",  "timber",  "umbrella", "velvet",
    "walnut",  "zephyr",    "anchor",   "basil",   "cinnamon", "drizzle", "ember",    "fern",
    "glacier", "hazel",     "indigo",   "juniper", "kestrel",  "lagoon",  "marble",   "nectar"};

constexpr std::array<std::string_view, 8> kQualities = {
    "quiet", "brisk", "amber", "small", "late", "plain", "wide", "first"};

constexpr std::string_view kHexDigits = "0123456789abcdef";

}  // namespace

std::uint64_t Random::next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
    return mixed ^ (mixed >> 31);
}

std::string hex(Random& random, std::size_t count) {
    std::string text;
    text.reserve(count);
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (i % 16 == 0) bits = random.next();
        text += kHexDigits[bits & 15];
        bits >>= 4;
    }
    return text;
}

std::string uuid(Random& random) {
    std::string text = hex(random, 32);
    text[12] = '4';
    text[16] = kHexDigits[8 + random.below(4)];
    for (const std::size_t at : {20, 16, 12, 8}) text.insert(at, 1, '-');
    return text;
}

std::string_view word(Random& random) {
    const std::uint64_t bits = random.next();
    // The smaller of two draws: the first words come up about twice as often as the average.
    const std::size_t one = static_cast<std::size_t>(bits % kWords.size());
    const std::size_t two = static_cast<std::size_t>((bits >> 32) % kWords.size());
    return kWords[std::min(one, two)];
}

std::string prose(Random& random, std::size_t bytes) {
    std::string text;
    text.reserve(bytes + 16);
    while (text.size() < bytes) {
        text += word(random);
        if (random.one_in(19))
            text += std::to_string(random.below(10'000));
        else if (random.one_in(11))
            text += '.';
        text += ' ';
    }
    if (!text.empty()) text.pop_back();
    return text;
}

std::string name(Random& random, std::uint64_t number) {
    std::string text(kQualities[random.below(kQualities.size())]);
    text += '-';
    text += word(random);
    text += '-';
    text += std::to_string(number);
    return text;
}

}  // namespace satchel::generate
