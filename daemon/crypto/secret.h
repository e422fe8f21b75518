// Bytes that must not leak. Secret is for keys that live long: pages of its own, locked and kept
// out of dumps where the system allows, wiped when it goes. Wiped is for keys that live for one
// call.
#pragma once

#include "shared/base/bytes.h"

#include <iosfwd>
#include <span>

namespace satchel::crypto {

/// Overwrites `bytes` with zeros in a way the compiler keeps.
void wipe(std::span<Byte> bytes) noexcept;

/// A fixed number of secret bytes on the stack, zero at first and wiped at the end.
template <std::size_t N>
class Wiped {
  public:
    Wiped() = default;
    Wiped(const Wiped&) = delete;
    Wiped& operator=(const Wiped&) = delete;

    ~Wiped() { wipe(bytes_); }

    [[nodiscard]] std::span<Byte, N> span() { return bytes_; }

    [[nodiscard]] std::span<const Byte, N> view() const { return bytes_; }

  private:
    std::array<Byte, N> bytes_{};
};

/// Secret bytes in pages of their own. Moves, never copies by accident.
class Secret {
  public:
    /// No bytes.
    Secret() = default;
    /// `size_bytes` zeros. Throws std::bad_alloc when the system has no page left.
    explicit Secret(std::size_t size_bytes);
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    ~Secret();

    /// A secret with the bytes of `source`, which the caller still has to wipe.
    static Secret copy_of(ByteView source);

    /// A second copy, when one is really meant.
    [[nodiscard]] Secret clone() const { return copy_of(view()); }

    [[nodiscard]] std::span<Byte> span() { return {data_, size_}; }

    [[nodiscard]] ByteView view() const { return {data_, size_}; }

    [[nodiscard]] std::size_t size() const { return size_; }

  private:
    Byte* data_ = nullptr;
    std::size_t size_ = 0;
};

/// Prints "***", whatever is inside.
std::ostream& operator<<(std::ostream& out, const Secret& secret);

}  // namespace satchel::crypto
