// What a content is recognised by: two hashes over its blocks, and its size. It notices damage; it
// proves nothing against who made the copy.
#pragma once

#include "shared/base/bytes.h"
#include "shared/base/result.h"

#include <cstdint>
#include <functional>
#include <string>

namespace satchel::backup {

/// Takes a content piece by piece; an error ends the reading.
using Sink = std::function<Status(ByteView)>;

/// Built from the content's blocks in order: all of kBlock bytes but the last.
struct Digest {
    static constexpr std::size_t kBlock = 1u << 20;

    std::uint64_t first = 0;
    std::uint64_t second = 1;
    std::uint64_t size = 0;

    bool operator==(const Digest&) const = default;

    void add(ByteView block);
    /// 48 hexadecimal digits.
    [[nodiscard]] std::string name() const;
};

/// Reads the open file from its beginning; `sink`, if there is one, gets every block.
Result<Digest> digest_of(int fd, const Sink& sink = {});

}  // namespace satchel::backup
