// Rows as bytes for the store: siblings grouped by dot, since most rows were written by one or two
// ops. Byte table in docs/reference/store-format.md.
#pragma once

#include "daemon/core/row.h"

namespace satchel::core {

/// The row's bytes.
Bytes encode_row(const Row& row);
/// The row behind bytes of the store; `corrupt` when they are not what encode_row wrote.
Result<Row> decode_row(ByteView encoded);

}  // namespace satchel::core
