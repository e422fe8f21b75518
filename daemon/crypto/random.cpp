// getrandom and its relatives, called directly: no descriptor that could run out, no fallback.
#include "daemon/crypto/random.h"

#include <cerrno>

#if defined(_WIN32)
#include <windows.h>
//
#include <bcrypt.h>
#else
#include <sys/random.h>
#include <unistd.h>
#endif

namespace satchel::crypto {

namespace {

// The systems promise at least this many bytes per call.
constexpr std::size_t kChunkBytes = 256;

// Zero, or the errno.
int fill_chunk(std::span<Byte> out) {
#if defined(_WIN32)
    const auto status = BCryptGenRandom(
        nullptr, out.data(), static_cast<ULONG>(out.size()), BCRYPT_USE_SYSTEM_PREFERRED_RNG);
    return status == 0 ? 0 : EIO;
#elif defined(__linux__)
    std::size_t filled = 0;
    while (filled < out.size()) {
        const ssize_t count = getrandom(out.data() + filled, out.size() - filled, 0);
        if (count < 0 && errno != EINTR) return errno;
        if (count > 0) filled += static_cast<std::size_t>(count);
    }
    return 0;
#else
    return getentropy(out.data(), out.size()) == 0 ? 0 : errno;
#endif
}

}  // namespace

Status KernelRandom::fill(std::span<Byte> out) {
    while (!out.empty()) {
        const auto chunk = out.first(std::min(out.size(), kChunkBytes));
        if (const int error = fill_chunk(chunk); error != 0)
            return errno_error("draw random bytes from the kernel", error);
        out = out.subspan(chunk.size());
    }
    return ok();
}

}  // namespace satchel::crypto
