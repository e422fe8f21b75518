// Pages for secrets. Locking and dump exclusion are asked for and not insisted on: a system that
// refuses (a low memlock limit) still gets the wiping.
#include "daemon/crypto/secret.h"

#include <cstring>
#include <new>
#include <ostream>
#include <utility>

#if defined(_WIN32)
#include <windows.h>
#else
#include <sys/mman.h>
#endif

namespace satchel::crypto {

namespace {

#if defined(_WIN32)
void* take_pages(std::size_t size_bytes) {
    void* pages = VirtualAlloc(nullptr, size_bytes, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    if (pages == nullptr) throw std::bad_alloc();
    VirtualLock(pages, size_bytes);
    return pages;
}

void give_pages(void* pages, std::size_t) noexcept {
    VirtualFree(pages, 0, MEM_RELEASE);
}
#else
void* take_pages(std::size_t size_bytes) {
    void* pages =
        mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) throw std::bad_alloc();
    static_cast<void>(mlock(pages, size_bytes));
#if defined(MADV_DONTDUMP)
    static_cast<void>(madvise(pages, size_bytes, MADV_DONTDUMP));
#endif
    return pages;
}

void give_pages(void* pages, std::size_t size_bytes) noexcept {
    munmap(pages, size_bytes);
}
#endif

}  // namespace

void wipe(std::span<Byte> bytes) noexcept {
    // A volatile pointer keeps the stores although nobody reads them.
    volatile Byte* at = bytes.data();
    for (std::size_t i = 0; i < bytes.size(); ++i) at[i] = 0;
}

Secret::Secret(std::size_t size_bytes) : size_(size_bytes) {
    if (size_bytes > 0) data_ = static_cast<Byte*>(take_pages(size_bytes));
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
}

Secret::~Secret() {
    if (data_ == nullptr) return;
    wipe(span());
    give_pages(data_, size_);
}

Secret Secret::copy_of(ByteView source) {
    Secret copy(source.size());
    if (!source.empty()) std::memcpy(copy.data_, source.data(), source.size());
    return copy;
}

std::ostream& operator<<(std::ostream& out, const Secret&) {
    return out << "***";
}

}  // namespace satchel::crypto
