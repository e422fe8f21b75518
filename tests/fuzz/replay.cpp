// A fuzz target without a fuzzer: gives it every file of the corpus as it is, cut short at many
// places, and with seeded damage. It finds no new paths, but it runs in every build and compiler,
// so a decoder that dies on a truncated or flipped input fails the ordinary test run.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

constexpr std::size_t kCutsMax = 256;
constexpr int kDamagedCopies = 400;

/// xorshift64*: the same damage on every machine.
class Random {
  public:
    std::size_t below(std::size_t bound) {
        state_ ^= state_ >> 12;
        state_ ^= state_ << 25;
        state_ ^= state_ >> 27;
        return static_cast<std::size_t>((state_ * 0x2545F4914F6CDD1DULL) >> 16) % bound;
    }

  private:
    std::uint64_t state_ = 0x9E3779B97F4A7C15ULL;
};

void try_input(const Input& input) {
    // An exact-size heap copy, so that the address sanitizer sees one byte too far.
    const Input copy(input.begin(), input.end());
    LLVMFuzzerTestOneInput(copy.data(), copy.size());
}

void try_cuts(const Input& input) {
    const std::size_t step = std::max<std::size_t>(1, input.size() / kCutsMax);
    for (std::size_t size = 0; size < input.size(); size += step)
        try_input(Input(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(size)));
}

void damage(Input& input, Random& random) {
    const std::size_t at = random.below(input.size());
    const auto place = input.begin() + static_cast<std::ptrdiff_t>(at);
    switch (random.below(4)) {
        case 0:
            *place = static_cast<std::uint8_t>(*place ^ (1u << random.below(8)));
            break;
        case 1:
            *place = static_cast<std::uint8_t>(random.below(2) == 0 ? 0xFF : 0x80);
            break;
        case 2:
            input.insert(place, *place);
            break;
        default:
            input.erase(place);
            break;
    }
}

void try_damage(const Input& original, Random& random) {
    for (int copy = 0; copy < kDamagedCopies; ++copy) {
        Input input = original;
        for (std::size_t times = 1 + random.below(4); times > 0 && !input.empty(); --times)
            damage(input, random);
        try_input(input);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s CORPUS_DIRECTORY\n", argv[0]);
        return 2;
    }
    std::vector<std::filesystem::path> files;
    std::error_code failure;
    for (const auto& entry : std::filesystem::directory_iterator(argv[1], failure))
        if (entry.is_regular_file()) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    if (files.empty()) {
        std::fprintf(stderr, "no corpus in %s\n", argv[1]);
        return 1;
    }
    Random random;
    try_input({});
    for (const auto& path : files) {
        std::ifstream in(path, std::ios::binary);
        const Input input{std::istreambuf_iterator<char>(in), {}};
        std::fprintf(stderr, "%s\n", path.filename().c_str());
        try_input(input);
        try_cuts(input);
        if (!input.empty()) try_damage(input, random);
    }
    std::fprintf(stderr, "%zu files replayed\n", files.size());
    return 0;
}
