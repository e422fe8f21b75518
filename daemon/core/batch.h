// Batches as bytes: the plain body of a segment. Byte table in docs/reference/wire-protocol.md.
#pragma once

#include "daemon/core/op.h"
#include "shared/base/bytes.h"
#include "shared/base/result.h"

namespace satchel::core {

/// Appends one batch to a segment body. Stamps are written relative to the first op's.
void encode_batch(const Batch& batch, Bytes& out);

/// Reads the batches of a segment body one after another, from bytes that may be anything.
class BatchReader {
  public:
    explicit BatchReader(ByteView body) : in_(body) {}

    [[nodiscard]] bool at_end() const { return in_.remaining() == 0; }

    /// Bytes not read yet.
    [[nodiscard]] std::size_t remaining() const { return in_.remaining(); }

    /// The next batch; `corrupt` when malformed, `version_mismatch` for an unknown critical kind.
    Result<Batch> next();

  private:
    ByteReader in_;
};

}  // namespace satchel::core
