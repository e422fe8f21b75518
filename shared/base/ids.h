// Identifiers as types of their own, so that a device id cannot be passed for a row id.
#pragma once

#include "shared/base/base32.h"
#include "shared/base/bytes.h"
#include "shared/base/hash.h"

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>

namespace satchel {

/// A 16-byte identifier; as text 26 characters of lower-case base32.
template <class Tag>
struct Id {
    static constexpr std::size_t kSize = 16;
    std::array<Byte, kSize> bytes{};

    auto operator<=>(const Id&) const = default;

    [[nodiscard]] ByteView view() const { return bytes; }

    [[nodiscard]] std::string text() const { return to_base32(bytes); }

    [[nodiscard]] bool is_zero() const { return *this == Id{}; }

    /// The id made of exactly 16 bytes, or nothing.
    static std::optional<Id> from(ByteView raw) {
        if (raw.size() != kSize) return std::nullopt;
        Id id;
        std::memcpy(id.bytes.data(), raw.data(), kSize);
        return id;
    }

    /// The id that `text()` printed, or nothing.
    static std::optional<Id> parse(std::string_view text) {
        const auto raw = from_base32(text);
        return raw ? from(*raw) : std::nullopt;
    }
};

/// What one person's devices share: 16 random bytes.
using WorkspaceId = Id<struct WorkspaceTag>;
/// First 16 bytes of SHA-256 of the device's Ed25519 public key: it certifies itself.
using DeviceId = Id<struct DeviceTag>;
/// A row or a file, the same on every device ("sync id").
using Sid = Id<struct SidTag>;

/// A collection's own log at each device; collections may share a lane without harm.
enum class LaneId : std::uint16_t {};
/// One table or one file tree; 64-bit PRF of its logical names.
enum class CollectionId : std::uint64_t {};
/// One column of a collection; 32-bit PRF of its name.
enum class ColumnId : std::uint32_t {};

}  // namespace satchel

template <class Tag>
struct std::hash<satchel::Id<Tag>> {
    std::size_t operator()(const satchel::Id<Tag>& id) const noexcept {
        // Both halves: ids may share their first bytes, which are a time.
        std::uint64_t high = 0;
        std::uint64_t low = 0;
        std::memcpy(&high, id.bytes.data(), sizeof high);
        std::memcpy(&low, id.bytes.data() + sizeof high, sizeof low);
        return static_cast<std::size_t>(satchel::combine64(high, low));
    }
};
