// Plain bytes packed for sealing: compressed when that helps, then padded. The only user of zstd.
#pragma once

#include "shared/base/bytes.h"
#include "shared/base/result.h"

namespace satchel::crypto {

/// Packs up to limits::kPlainBytesMax bytes: way 1 | plain length 4 | packed length 4 | packed
/// bytes | zeros up to the Padmé length. Error: too_large.
Result<Bytes> pack(ByteView plain);
/// What `pack` packed. Takes no more memory than limits::kPlainBytesMax whatever `packed` claims.
/// Errors: corrupt, too_large.
Result<Bytes> unpack(ByteView packed);

}  // namespace satchel::crypto
