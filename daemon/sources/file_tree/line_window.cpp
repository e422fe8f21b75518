#include "daemon/sources/file_tree/line_window.h"

#include "daemon/sources/file_tree/tree_dir.h"
#include "shared/base/limits.h"

#include <algorithm>

namespace satchel::sources {

namespace {

constexpr std::size_t kWindowBytes = 4 * limits::kExtentBytesMax;
/// A line that is longer in the file is longer than a unit in any form: paths have 4 KiB at most,
/// and JSON writes a byte with six.
constexpr std::size_t kLongLineBytes = limits::kExtentBytesMax + (64u << 10);

void drop_front(Bytes& bytes, std::size_t count) {
    bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
}

}  // namespace

Result<ByteView> LineWindow::view() {
    drop_front(local_, local_used_);
    converted_ -= local_used_;
    local_used_ = 0;
    if (travelling_.size() - used_ < limits::kExtentBytesMax) {
        drop_front(travelling_, used_);
        used_ = 0;
    }
    while (travelling_.size() - used_ < limits::kExtentBytesMax) {
        const ByteView rest = ByteView(local_).subspan(converted_);
        const auto newline = std::ranges::find(rest, Byte{'\n'});
        const bool has_end = newline != rest.end();
        const bool is_enough = codec_.is_identity() || is_inside_ || has_end;
        if (next_ < end_ && (rest.empty() || (!is_enough && rest.size() < kLongLineBytes))) {
            if (Status status = read_on(); !status) return status.error();
            continue;
        }
        if (rest.empty()) break;
        const auto line = static_cast<std::size_t>(newline - rest.begin()) + (has_end ? 1 : 0);
        if (codec_.is_identity()) {
            keep(rest, rest);
        } else if (is_inside_ || (!has_end && next_ < end_)) {
            keep(rest.first(line), rest.first(line));
            is_inside_ = !has_end;
        } else {
            keep(rest.first(line), codec_.encode(rest.first(line)));
        }
    }
    return ByteView(travelling_).subspan(used_);
}

ByteView LineWindow::take(std::size_t size) {
    used_ += size;
    std::size_t local = 0;
    while (size > 0 && !stretches_.empty()) {
        Stretch& first = stretches_.front();
        const bool is_whole = first.travelling <= size;
        // Only stretches that are as long in the file can be taken in part.
        const Stretch part = is_whole ? first : Stretch{size, size};
        size -= part.travelling;
        local += part.local;
        first.travelling -= part.travelling;
        first.local -= part.local;
        if (is_whole) stretches_.pop_front();
    }
    const ByteView taken = ByteView(local_).subspan(local_used_, local);
    local_used_ += local;
    return taken;
}

Status LineWindow::read_on() {
    const auto wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(kWindowBytes, end_ - next_));
    SATCHEL_TRY(bytes, read_at(fd_, next_, wanted));
    if (bytes.size() != wanted)
        return Error{ErrorCode::busy, "read lines: the file became shorter"};
    local_.insert(local_.end(), bytes.begin(), bytes.end());
    next_ += wanted;
    return ok();
}

void LineWindow::keep(ByteView local, ByteView travelling) {
    const bool is_even = local.size() == travelling.size();
    Stretch* last = stretches_.empty() ? nullptr : &stretches_.back();
    if (last != nullptr && is_even && last->travelling == last->local) {
        last->travelling += local.size();
        last->local += local.size();
    } else {
        stretches_.push_back({travelling.size(), local.size()});
    }
    travelling_.insert(travelling_.end(), travelling.begin(), travelling.end());
    converted_ += local.size();
}

}  // namespace satchel::sources
