// RFC 5869 over Hmac.
#include "daemon/crypto/hkdf.h"

#include "daemon/crypto/labels.h"
#include "daemon/crypto/secret.h"
#include "shared/base/assert.h"

namespace satchel::crypto {

Hash256 hkdf_extract(ByteView salt, ByteView input) {
    return Hmac(salt)({input});
}

void hkdf_expand(ByteView prk, ByteView info, std::span<Byte> out) {
    SATCHEL_ASSERT(out.size() <= 255 * 32);
    const Hmac hmac(prk);
    Hash256 block{};
    std::size_t block_bytes = 0;
    for (Byte number = 1; !out.empty(); ++number) {
        block = hmac({ByteView(block).first(block_bytes), info, ByteView(&number, 1)});
        block_bytes = std::min(out.size(), block.size());
        std::copy_n(block.begin(), block_bytes, out.begin());
        out = out.subspan(block_bytes);
        block_bytes = block.size();
    }
    wipe(block);
}

void derive(ByteView key,
            std::string_view label,
            std::initializer_list<ByteView> context,
            std::span<Byte> out) {
    Bytes info;
    ByteWriter writer(info);
    writer.raw(as_bytes(label));
    writer.u8(0);
    for (const ByteView field : context) {
        SATCHEL_ASSERT(field.size() <= 0xffff);
        writer.u16(static_cast<std::uint16_t>(field.size()));
        writer.raw(field);
    }
    Hash256 prk = hkdf_extract(sha256(as_bytes(labels::kSalt)), key);
    hkdf_expand(prk, info, out);
    wipe(prk);
}

}  // namespace satchel::crypto
