// Where randomness comes from. The daemon draws from the kernel at every use, without a pool of its
// own that a fork or a restored snapshot could repeat; tests hand in a fixed source.
#pragma once

#include "shared/base/bytes.h"
#include "shared/base/result.h"

#include <span>

namespace satchel::crypto {

/// A source of unpredictable bytes.
class RandomSource {
  public:
    virtual ~RandomSource() = default;
    /// Fills all of `out`, or fails and the caller stops: there is nothing to fall back to.
    virtual Status fill(std::span<Byte> out) = 0;
};

/// The operating system's generator. Thread-safe.
class KernelRandom final : public RandomSource {
  public:
    Status fill(std::span<Byte> out) override;
};

}  // namespace satchel::crypto
