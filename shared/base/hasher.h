// SHA-256 as a part that is handed in, so that only the crypto folder knows its library.
#pragma once

#include <functional>
#include <memory>

#include "shared/base/bytes.h"

namespace satchel {

/// One hash in the making.
class Hasher256 {
  public:
    virtual ~Hasher256() = default;
    virtual void update(ByteView bytes) = 0;
    /// The hash of everything given; the object is spent.
    virtual Hash256 finish() = 0;
};

/// Starts a new hash.
using HasherMaker = std::function<std::unique_ptr<Hasher256>()>;

}  // namespace satchel
