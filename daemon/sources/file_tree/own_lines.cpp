#include "daemon/sources/file_tree/own_lines.h"

#include "daemon/sources/file_tree/local_form.h"

#include <algorithm>

namespace satchel::sources {

namespace {

ByteView take_line(ByteView& lines) {
    const auto newline = std::ranges::find(lines, Byte{'\n'});
    const auto size = static_cast<std::size_t>(newline - lines.begin());
    const ByteView line = lines.first(std::min(size + 1, lines.size()));
    lines = lines.subspan(line.size());
    return line;
}

ByteView without_end(ByteView line) {
    return !line.empty() && line.back() == '\n' ? line.first(line.size() - 1) : line;
}

}  // namespace

Status OwnLines::collect(Memory& memory,
                         const ExtentIndex& index,
                         int file,
                         const LineCodec& codec) {
    std::uint64_t offset = 0;
    for (std::size_t i = 0; i < index.entries().size(); ++i) {
        const IndexEntry& entry = index.entries()[i];
        offset += entry.local;
        if (entry.secrets == 0) continue;
        SATCHEL_TRY(local, read_at(file, offset - entry.local, entry.local));
        Bytes sent = travelling_form(codec, local, entry.shown, entry.anchor.continues);
        if (entry.is_whole()) {
            SATCHEL_TRY(bytes, index.read(memory, file, i, codec));
            sent = std::move(bytes);
        }
        add(sent, local, codec);
    }
    return ok();
}

void OwnLines::add(ByteView travelling, ByteView local, const LineCodec& codec) {
    while (!travelling.empty() && !local.empty()) {
        const ByteView sent = take_line(travelling);
        const ByteView own = without_end(take_line(local));
        const Bytes decoded = codec.decode(sent);
        if (!std::ranges::equal(without_end(decoded), own))
            lines_.emplace(to_bytes(without_end(sent)), to_bytes(own));
    }
}

const Bytes* OwnLines::find(ByteView travelling) const {
    if (lines_.empty()) return nullptr;
    const auto at = lines_.find(to_bytes(without_end(travelling)));
    return at == lines_.end() ? nullptr : &at->second;
}

}  // namespace satchel::sources
