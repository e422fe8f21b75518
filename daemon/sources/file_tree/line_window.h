// A window over the complete lines of an open file: their travelling form, and the bytes behind it.
#pragma once

#include "daemon/sources/file_tree/line_codec.h"
#include "shared/base/bytes.h"
#include "shared/base/result.h"

#include <deque>

namespace satchel::sources {

/// Reads forward; holds a few MiB, whatever the file's size. The codec outlives it.
class LineWindow {
  public:
    /// The part [from, end) of the file.
    LineWindow(int fd, std::uint64_t from, std::uint64_t end, const LineCodec& codec)
        : fd_(fd), next_(from), end_(end), codec_(codec) {}

    /// The part begins inside a line, whose rest is taken as it is.
    void begin_inside_line() { is_inside_ = true; }

    /// Travelling bytes: kExtentBytesMax of them at least, or all that is left. `busy` when the
    /// file became shorter.
    Result<ByteView> view();

    /// Moves on by `size` travelling bytes, which end where a unit ends (line_chain.h). Returns
    /// what stands for them in the file, alive until the next call.
    ByteView take(std::size_t size);

    /// How many secrets are masked in what was taken last.
    [[nodiscard]] std::size_t secrets() const { return secrets_; }

  private:
    /// Neighbouring lines, or parts of a long one, and how much they are in the file.
    struct Stretch {
        std::size_t travelling = 0;
        std::size_t local = 0;
        std::size_t secrets = 0;
    };

    Status read_on();
    void keep_part(ByteView part, bool is_all);
    void keep(ByteView local, ByteView travelling, std::size_t secrets);

    int fd_;
    std::uint64_t next_;
    std::uint64_t end_;
    const LineCodec& codec_;
    bool is_inside_ = false;
    Bytes local_;                 // from the first byte not taken
    std::size_t local_used_ = 0;  // taken already
    std::size_t converted_ = 0;   // up to here in local_ the other form is known
    Bytes travelling_;
    std::size_t used_ = 0;
    std::deque<Stretch> stretches_;
    std::size_t secrets_ = 0;
};

}  // namespace satchel::sources
