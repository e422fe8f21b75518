#include "daemon/sources/file_tree/local_form.h"

#include "daemon/sources/secret_mask.h"
#include "shared/base/hash.h"
#include "shared/base/limits.h"

#include <algorithm>

namespace satchel::sources {

std::optional<std::pair<Anchor, ByteView>> read_extent(const core::Value* anchor,
                                                       const core::Value* bytes) {
    const auto is_blob = [](const core::Value* value) {
        return value != nullptr && value->kind() == core::ValueKind::blob;
    };
    if (!is_blob(anchor) || !is_blob(bytes)) return std::nullopt;
    const auto decoded = Anchor::decode(as_bytes(anchor->as_text()));
    const ByteView content = as_bytes(bytes->as_text());
    if (!decoded || content.empty() || content.size() > limits::kExtentBytesMax)
        return std::nullopt;
    return std::pair{*decoded, content};
}

Bytes local_form(const LineCodec& codec,
                 const PlacedExtent& placed,
                 const ExtentBytes& extent,
                 std::uint64_t shown_max) {
    Bytes local;
    for (const Run& run : placed.runs) {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(run.size, shown_max));
        const ByteView shown = extent.bytes.subspan(run.offset, size);
        const Bytes part = codec.decode_all(shown, extent.continues && run.offset == 0);
        local.insert(local.end(), part.begin(), part.end());
        shown_max -= size;
    }
    if (placed.is_closed && shown_max > 0) local.push_back('\n');
    return local;
}

LocalExtent measure_extent(const LineCodec& codec,
                           const LineCodec& plain,
                           const PlacedExtent& placed,
                           const ExtentBytes& extent) {
    const Bytes local = local_form(codec, placed, extent);
    const bool is_whole = placed.shown == extent.bytes.size() && !placed.is_closed;
    LocalExtent measured{local.size(), hash64(local), false, 0};
    measured.is_kept = !is_whole || !comes_back(codec, local, extent);
    if (codec.has_own() && local != local_form(plain, placed, extent)) {
        Bytes masked = local;
        const std::size_t secrets = mask_secrets(masked);
        measured.secrets = static_cast<std::uint32_t>(std::max<std::size_t>(secrets, 1));
    }
    return measured;
}

bool comes_back(const LineCodec& codec, ByteView local, const ExtentBytes& extent) {
    if (codec.is_identity()) return true;
    return std::ranges::equal(travelling_form(codec, local, extent.bytes.size(), extent.continues),
                              extent.bytes);
}

Bytes travelling_form(const LineCodec& codec, ByteView local, std::size_t size, bool continues) {
    const bool is_part = size == limits::kExtentBytesMax && local.size() == size &&
                         local.back() != '\n';  // of a line that is too long to be changed
    return codec.encode_all(local, continues || is_part);
}

}  // namespace satchel::sources
