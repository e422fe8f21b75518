// Memory that is free goes back to the system, in plain builds for Linux with the GNU C library.
#include "shared/platform/heap.h"

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace satchel::platform::test {

namespace {

/// Kilobytes in memory that are the heap's; 0 where the system does not say or a sanitizer has a
/// heap of its own.
std::size_t heap_kb() {
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && \
    !defined(__clang__)
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("RssAnon:")) return std::stoul(line.substr(8));
#endif
    return 0;
}

}  // namespace

TEST_SUITE("platform/heap") {
    TEST_CASE("what is free between what is kept goes back to the system") {
        if (heap_kb() == 0) return;
        constexpr std::size_t kBlocks = 4'000;
        std::vector<std::unique_ptr<std::vector<char>>> blocks;
        for (std::size_t i = 0; i < kBlocks; ++i)
            blocks.push_back(std::make_unique<std::vector<char>>(16'384, 'x'));
        for (std::size_t i = 0; i < kBlocks; ++i)
            if (i % 8 != 0) blocks[i].reset();
        const std::size_t before = heap_kb();
        give_back_heap();
        CHECK(heap_kb() + 30'000 < before);
        CHECK(blocks.front()->front() == 'x');
    }
}

}  // namespace satchel::platform::test
