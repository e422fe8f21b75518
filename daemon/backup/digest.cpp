#include "daemon/backup/digest.h"

#include "shared/base/hash.h"

#include <cerrno>

#include <unistd.h>

namespace satchel::backup {

void Digest::add(ByteView block) {
    const std::uint64_t hash = hash64(block);
    first = combine64(first, hash);
    second = combine64(second, ~hash + block.size());
    size += block.size();
}

std::string Digest::name() const {
    Bytes bytes;
    ByteWriter writer(bytes);
    writer.u64(first);
    writer.u64(second);
    writer.u64(size);
    return to_hex(bytes);
}

Result<Digest> digest_of(int fd, const Sink& sink) {
    Digest digest;
    Bytes block(Digest::kBlock);
    while (true) {
        const ssize_t count =
            ::pread(fd, block.data(), block.size(), static_cast<off_t>(digest.size));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno_error("read a file of a backup", errno);
        if (count == 0) return digest;
        const ByteView read = ByteView(block).first(static_cast<std::size_t>(count));
        digest.add(read);
        if (!sink) continue;
        if (Status status = sink(read); !status) return status.error();
    }
}

}  // namespace satchel::backup
