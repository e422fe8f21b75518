// Extents of a file of lines as any devices may have sent them. The input is cut at bytes 0x1e;
// of each piece byte 0 is its author's order and byte 1 what its anchor says, the rest is content.
// Whatever came first, all devices show the same.
// links: satchel::file_tree
#include "daemon/sources/file_tree/line_view.h"
#include "shared/base/assert.h"

#include <algorithm>
#include <cstdint>
#include <span>

using namespace satchel;

namespace {

struct Extents {
    std::vector<sources::ViewExtent> extents;
    std::vector<Bytes> contents;
};

Extents cut(ByteView data) {
    Extents all;
    sources::Chain chain;
    while (!data.empty() && all.extents.size() < 64) {
        const auto end = std::ranges::find(data, std::uint8_t{0x1e});
        const auto size = static_cast<std::size_t>(end - data.begin());
        const ByteView piece = data.first(size);
        data = data.subspan(std::min(data.size(), size + 1));
        if (piece.size() < 2) continue;
        const std::uint8_t flags = piece[1];
        sources::ViewExtent extent;
        extent.sid.bytes[0] = static_cast<Byte>(all.extents.size());
        extent.order.stamp.packed = piece[0];
        extent.order.dot.seq = all.extents.size() + 1;
        if ((flags & 1) != 0) extent.anchor.chain = chain;
        extent.anchor.continues = (flags & 2) != 0;
        chain = sources::chain_after(extent.anchor.chain, piece.subspan(2));
        all.extents.push_back(extent);
        all.contents.push_back(to_bytes(piece.subspan(2)));
    }
    return all;
}

sources::LineView view_of(const Extents& all) {
    const auto read = [&](std::size_t index) -> Result<Bytes> { return all.contents.at(index); };
    auto view = sources::make_line_view(all.extents, {}, read);
    SATCHEL_ASSERT(view.has_value());
    return std::move(*view);
}

}  // namespace

int fuzz_line_view(std::span<const std::uint8_t> data) {
    Extents all = cut(data);
    const sources::LineView view = view_of(all);
    std::vector<int> seen(all.extents.size(), 0);
    std::uint64_t shown = 0;
    for (const sources::PlacedExtent& placed : view.placed) {
        ++seen.at(placed.index);
        std::uint64_t of_extent = 0;
        std::size_t end = 0;
        for (const sources::Run& run : placed.runs) {
            SATCHEL_ASSERT(run.offset >= end && run.size > 0);
            end = run.offset + run.size;
            of_extent += run.size;
        }
        if (placed.is_closed) ++of_extent;
        SATCHEL_ASSERT(end <= all.contents[placed.index].size() && of_extent == placed.shown);
        shown += of_extent;
    }
    for (const std::size_t index : view.waiting) ++seen.at(index);
    SATCHEL_ASSERT(shown == view.size);
    SATCHEL_ASSERT(std::ranges::all_of(seen, [](int times) { return times == 1; }));

    std::ranges::reverse(all.extents);
    std::ranges::reverse(all.contents);
    const sources::LineView again = view_of(all);
    SATCHEL_ASSERT(again.size == view.size && again.chain == view.chain);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return fuzz_line_view({data, size});
}
