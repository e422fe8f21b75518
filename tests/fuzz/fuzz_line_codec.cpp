// A file of lines and the place of its project, as anybody may have made them: byte 0 chooses the
// style of paths, the first line is the project's path, the rest is the file. Lines come back as
// they were, and what others may send is read without harm.
// links: satchel::file_tree
#include "daemon/sources/file_tree/line_codec.h"
#include "shared/base/assert.h"
#include "shared/base/limits.h"

#include <algorithm>
#include <cstdint>
#include <span>

using namespace satchel;

int fuzz_line_codec(std::span<const std::uint8_t> data) {
    if (data.empty()) return 0;
    const bool is_windows = (data[0] & 1) != 0;
    data = data.subspan(1);
    const auto end = std::ranges::find(data, std::uint8_t{'\n'});
    const auto size = static_cast<std::size_t>(end - data.begin());
    const std::string home = is_windows ? "C:\\Users\\b" : "/home/a";
    const std::string project = home + std::string(as_text(data.first(size)));
    const ByteView lines = data.subspan(std::min(size + 1, data.size()));
    const sources::LineCodec codec("cwd", {project, home});
    const Bytes sent = codec.encode_all(lines, (data.size() & 1) != 0);
    const Bytes back = codec.decode_all(sent, (data.size() & 1) != 0);
    const bool is_short = lines.size() < limits::kExtentBytesMax / 2;
    SATCHEL_ASSERT(!is_short || std::ranges::equal(back, lines));
    static_cast<void>(codec.decode_all(lines, false));
    static_cast<void>(sources::unescape_json(as_text(lines)));
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return fuzz_line_codec({data, size});
}
