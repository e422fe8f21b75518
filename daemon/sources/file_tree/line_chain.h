// Lines named by everything before them.
//
// A chain is a running hash over the units of a file, from its first byte. A unit is a line with
// its newline, or a 1 MiB part of a longer line. So the chain after a line names that line *at that
// place*: two copies of one file give the same names however they were cut into extents, and the
// same text elsewhere gives another name. 128 bits, not cryptographic: it guards against chance,
// and only a person's own devices write here.
#pragma once

#include "shared/base/bytes.h"

#include <compare>
#include <cstdint>
#include <functional>

namespace satchel::sources {

/// What a chain takes from a unit.
struct UnitName {
    std::uint64_t hash = 0;
    std::uint64_t size = 0;

    static UnitName of(ByteView unit);
};

/// Everything in a file up to some unit's end; zero at its beginning.
struct Chain {
    std::uint64_t low = 0;
    std::uint64_t high = 0;

    auto operator<=>(const Chain&) const = default;

    /// The chain after one more unit.
    [[nodiscard]] Chain after(ByteView unit) const { return after(UnitName::of(unit)); }

    [[nodiscard]] Chain after(const UnitName& unit) const;
    void encode(ByteWriter& out) const;
    static Chain decode(ByteReader& in);
};

/// The first unit of `bytes`, which begin at a unit's start.
ByteView first_unit(ByteView bytes);
/// The chain after all units of `bytes`.
Chain chain_after(Chain chain, ByteView bytes);
/// How many bytes at the front of `window` make the next extent: whole units, at least 256 KiB
/// where there are as many, at most limits::kExtentBytesMax. A function of the content alone.
/// `window` holds kExtentBytesMax bytes or all that is left of the complete lines.
std::size_t extent_size(ByteView window);

/// Where an extent stands in its author's file.
struct Anchor {
    Chain chain;             ///< of everything before it
    bool continues = false;  ///< it begins inside a line

    bool operator==(const Anchor&) const = default;

    [[nodiscard]] Bytes encode() const;
    /// Nothing when the bytes are not an anchor.
    static std::optional<Anchor> decode(ByteView bytes);
};

}  // namespace satchel::sources

template <>
struct std::hash<satchel::sources::Chain> {
    std::size_t operator()(const satchel::sources::Chain& chain) const noexcept {
        return chain.low;
    }
};
