// HKDF-SHA-256 (RFC 5869), and `derive`, the one way keys are made from keys in Satchel.
#pragma once

#include "daemon/crypto/hash.h"

#include <string_view>

namespace satchel::crypto {

/// Step one: a pseudo-random key from input of any shape.
Hash256 hkdf_extract(ByteView salt, ByteView input);
/// Step two: fills `out`, at most 8,160 bytes, from the pseudo-random key.
void hkdf_expand(ByteView prk, ByteView info, std::span<Byte> out);
/// Fills `out` with the key of `label` (one of labels.h) in `context` under `key`. Each context
/// field is bound with its length, so no two (label, context) pairs meet.
void derive(ByteView key,
            std::string_view label,
            std::initializer_list<ByteView> context,
            std::span<Byte> out);

}  // namespace satchel::crypto
