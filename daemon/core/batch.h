// Batches as bytes: the plain body of a segment. Byte table in docs/reference/wire-protocol.md.
#pragma once

#include "daemon/core/op.h"
#include "shared/base/bytes.h"
#include "shared/base/result.h"

namespace satchel::core {

/// At least the bytes that `op` takes in a batch; never more than a few dozen too many.
std::size_t encoded_bytes_max(const Op& op);

/// Appends one batch to a segment body. Stamps are written relative to the first op's.
void encode_batch(const Batch& batch, Bytes& out);

/// Reads the batches of a segment body one after another, from bytes that may be anything.
class BatchReader {
  public:
    explicit BatchReader(ByteView body) : in_(body) {}

    [[nodiscard]] bool at_end() const { return in_.remaining() == 0; }

    /// Bytes not read yet.
    [[nodiscard]] std::size_t remaining() const { return in_.remaining(); }

    /// The next batch; `corrupt` when malformed, `version_mismatch` for a format or kind of op that
    /// this program does not know, `too_large` for a value over limits::kValueBytesMax.
    Result<Batch> next();

  private:
    Op decode_op(Stamp base);
    void decode_columns(Op& op);

    ByteReader in_;
    std::uint8_t unknown_kind_ = 0;
    std::size_t oversized_bytes_ = 0;
};

}  // namespace satchel::core
