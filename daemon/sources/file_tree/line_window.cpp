#include "daemon/sources/file_tree/line_window.h"

#include "daemon/sources/file_tree/secret_policy.h"
#include "daemon/sources/file_tree/tree_dir.h"
#include "shared/base/limits.h"

#include <algorithm>

namespace satchel::sources {

namespace {

constexpr std::size_t kWindowBytes = limits::kExtentBytesMax;
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
        const bool is_part = is_inside_ && !codec_.is_masking();
        const bool is_enough = codec_.is_identity() || is_part || has_end;
        if (next_ < end_ && (rest.empty() || (!is_enough && rest.size() < kLongLineBytes))) {
            if (Status status = read_on(); !status) return status.error();
            continue;
        }
        if (rest.empty()) break;
        const auto line = static_cast<std::size_t>(newline - rest.begin()) + (has_end ? 1 : 0);
        if (codec_.is_identity()) {
            keep(rest, rest, 0);
        } else if (is_inside_ || (!has_end && next_ < end_)) {
            keep_part(rest.first(line), has_end || next_ == end_);
            is_inside_ = !has_end;
        } else {
            std::size_t secrets = 0;
            const Bytes travelling = codec_.encode(rest.first(line), &secrets);
            keep(rest.first(line), travelling, secrets);
        }
    }
    return ByteView(travelling_).subspan(used_);
}

ByteView LineWindow::take(std::size_t size) {
    used_ += size;
    std::size_t local = 0;
    secrets_ = 0;
    while (size > 0 && !stretches_.empty()) {
        Stretch& first = stretches_.front();
        const bool is_whole = first.travelling <= size;
        // Only stretches that are as long in the file can be taken in part.
        const Stretch part = is_whole ? first : Stretch{size, size, first.secrets};
        size -= part.travelling;
        local += part.local;
        secrets_ += part.secrets;
        first.secrets = 0;
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

/// A part of a long line: of what may hold the beginning of a secret the rest is waited for.
void LineWindow::keep_part(ByteView part, bool is_all) {
    if (!codec_.is_masking()) return keep(part, part, 0);
    const MaskedBeginning masked = mask_beginning(part, is_all);
    keep(part.first(masked.text.size()), masked.text, masked.secrets);
}

void LineWindow::keep(ByteView local, ByteView travelling, std::size_t secrets) {
    const bool is_even = local.size() == travelling.size() && secrets == 0;
    Stretch* last = stretches_.empty() ? nullptr : &stretches_.back();
    if (last != nullptr && is_even && last->travelling == last->local && last->secrets == 0) {
        last->travelling += local.size();
        last->local += local.size();
    } else {
        stretches_.push_back({travelling.size(), local.size(), secrets});
    }
    travelling_.insert(travelling_.end(), travelling.begin(), travelling.end());
    converted_ += local.size();
}

}  // namespace satchel::sources
