// SHA-256, HMAC-SHA-256, and Prf: the keyed function behind row ids, digests and chain links.
#pragma once

#include "shared/base/bytes.h"

#include <initializer_list>
#include <memory>
#include <span>

namespace satchel::crypto {

/// A 32-byte key, wherever it lives.
using KeyView = std::span<const Byte, 32>;

/// SHA-256 of the parts, one after another.
Hash256 sha256(std::initializer_list<ByteView> parts);

/// SHA-256 of `bytes`.
inline Hash256 sha256(ByteView bytes) {
    return sha256({bytes});
}

/// HMAC-SHA-256 under one key, prepared once and then cheap to use. Const calls are thread-safe.
class Hmac {
  public:
    explicit Hmac(ByteView key);
    Hmac(Hmac&&) noexcept;
    Hmac& operator=(Hmac&&) noexcept;
    ~Hmac();

    /// The code of the parts, one after another: the caller sees to it that they cannot be
    /// confused.
    Hash256 operator()(std::initializer_list<ByteView> parts) const;

  private:
    struct State;
    std::unique_ptr<State> state_;
    friend class Prf;
};

/// Pseudo-random function of a list of byte strings: HMAC-SHA-256 over each part with its length
/// before it, so that ("ab","c") and ("a","bc") differ. Const calls are thread-safe.
class Prf {
  public:
    explicit Prf(KeyView key) : hmac_(key) {}

    Hash256 operator()(std::initializer_list<ByteView> parts) const;

  private:
    Hmac hmac_;
};

}  // namespace satchel::crypto
