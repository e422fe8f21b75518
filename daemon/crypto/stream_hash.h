// SHA-256 of what is too long to be held at once.
#pragma once

#include "shared/base/bytes.h"

#include <memory>

namespace satchel::crypto {

/// Takes a content piece by piece; equal to sha256() of the whole.
class StreamHash {
  public:
    StreamHash();
    ~StreamHash();
    StreamHash(StreamHash&&) noexcept;
    StreamHash& operator=(StreamHash&&) noexcept;

    void add(ByteView piece);
    /// The hash of all pieces; begins anew after it.
    Hash256 finish();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace satchel::crypto
