// zstd level 3 over one whole object, with a context kept per thread: making one costs more than
// compressing a small object. A context never carries anything from one object into the next.
#include "daemon/crypto/compress.h"

#include "daemon/crypto/padding.h"
#include "shared/base/limits.h"

#include <algorithm>
#include <memory>

#include <zstd.h>

namespace satchel::crypto {

namespace {

constexpr int kLevel = 3;
constexpr std::size_t kPrefixBytes = 9;
constexpr Byte kStored = 0;
constexpr Byte kZstd = 1;

struct FreeContext {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }

    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

Error corrupt(std::string_view why) {
    return {ErrorCode::corrupt, "unpack an object: " + std::string(why)};
}

// Compresses `plain` behind the first `offset` bytes of `out`; false when that would not be
// smaller.
bool compress_behind(Bytes& out, std::size_t offset, ByteView plain) {
    thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
    if (!context || plain.empty()) return false;
    out.resize(offset + plain.size());
    const std::size_t written = ZSTD_compressCCtx(
        context.get(), out.data() + offset, plain.size(), plain.data(), plain.size(), kLevel);
    if (ZSTD_isError(written) != 0 || written >= plain.size()) return false;
    out.resize(offset + written);
    out.shrink_to_fit();  // it is kept until it is sealed
    return true;
}

Result<Bytes> decompress(ByteView packed, std::size_t plain_bytes) {
    thread_local const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
    if (!context) throw std::bad_alloc();
    // One frame that states the size we expect and fills all of `packed`; nothing is allocated for
    // a claim that the frame itself does not repeat.
    if (ZSTD_getFrameContentSize(packed.data(), packed.size()) != plain_bytes ||
        ZSTD_findFrameCompressedSize(packed.data(), packed.size()) != packed.size())
        return corrupt("its compressed part is not one whole frame");
    Bytes plain(plain_bytes);
    const std::size_t written = ZSTD_decompressDCtx(
        context.get(), plain.data(), plain.size(), packed.data(), packed.size());
    if (ZSTD_isError(written) != 0 || written != plain_bytes)
        return corrupt("its compressed part does not decompress");
    return plain;
}

}  // namespace

Result<Bytes> pack(ByteView plain) {
    if (plain.size() > limits::kPlainBytesMax)
        return Error{ErrorCode::too_large, "pack an object: more plain bytes than one may hold"};
    Bytes packed(kPrefixBytes);
    const bool smaller = compress_behind(packed, kPrefixBytes, plain);
    if (!smaller) {
        packed.resize(kPrefixBytes);
        packed.insert(packed.end(), plain.begin(), plain.end());
    }
    Bytes prefix;
    ByteWriter out(prefix);
    out.u8(smaller ? kZstd : kStored);
    out.u32(static_cast<std::uint32_t>(plain.size()));
    out.u32(static_cast<std::uint32_t>(packed.size() - kPrefixBytes));
    std::copy(prefix.begin(), prefix.end(), packed.begin());
    packed.resize(static_cast<std::size_t>(padme(packed.size())));
    return packed;
}

Result<Bytes> unpack(ByteView packed) {
    ByteReader in(packed);
    const unsigned way = in.u8();
    const std::size_t plain_bytes = in.u32();
    const ByteView body = in.raw(in.u32());
    if (in.failed()) return corrupt("it ends early");
    const ByteView padding = in.raw(in.remaining());
    if (packed.size() != padme(packed.size() - padding.size()) ||
        !std::all_of(padding.begin(), padding.end(), [](Byte byte) { return byte == 0; }))
        return corrupt("its padding is wrong");
    if (plain_bytes > limits::kPlainBytesMax)
        return Error{ErrorCode::too_large, "unpack an object: more plain bytes than one may hold"};
    if (way == kZstd) return decompress(body, plain_bytes);
    if (way != kStored || body.size() != plain_bytes) return corrupt("its length is wrong");
    return to_bytes(body);
}

}  // namespace satchel::crypto
