// What a file of lines is known by without reading all of it, and where its lines end.

#include "daemon/sources/file_tree/capture.h"
#include "shared/base/hash.h"

#include <algorithm>

namespace satchel::sources {

Result<std::uint64_t> fingerprint(int file, std::uint64_t size) {
    constexpr std::uint64_t kBlock = 4u << 10;
    constexpr std::uint64_t kTail = 64u << 10;
    constexpr std::uint64_t kSamples = 16;
    std::uint64_t hash = size;
    const auto fold = [&](std::uint64_t offset, std::uint64_t count) -> Status {
        SATCHEL_TRY(bytes, read_at(file, offset, static_cast<std::size_t>(count)));
        hash = combine64(hash, hash64(bytes));
        return ok();
    };
    if (size <= 2 * kTail) {
        if (Status status = fold(0, size); !status) return status.error();
        return hash;
    }
    for (std::uint64_t i = 0; i <= kSamples; ++i)
        if (Status status = fold((size - kTail) / (kSamples + 1) * i, kBlock); !status)
            return status.error();
    if (Status status = fold(size - kTail, kTail); !status) return status.error();
    return hash;
}

Result<std::uint64_t> find_lines_end(int file, std::uint64_t from, std::uint64_t size) {
    constexpr std::uint64_t kBlock = 64u << 10;
    while (size > from) {
        const std::uint64_t start = size - std::min(kBlock, size - from);
        SATCHEL_TRY(bytes, read_at(file, start, static_cast<std::size_t>(size - start)));
        for (std::size_t i = bytes.size(); i > 0; --i)
            if (bytes[i - 1] == '\n') return start + i;
        size = start;
    }
    return from;
}

}  // namespace satchel::sources
