// A file descriptor with one owner.
#pragma once

#include <utility>

#include <unistd.h>

namespace satchel::platform {

/// Closes its descriptor when it goes.
class UniqueFd {
  public:
    UniqueFd() = default;

    explicit UniqueFd(int fd) : fd_(fd) {}

    UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}

    UniqueFd& operator=(UniqueFd&& other) noexcept {
        if (this != &other) reset(other.release());
        return *this;
    }

    ~UniqueFd() { reset(); }

    [[nodiscard]] int get() const { return fd_; }

    [[nodiscard]] bool is_open() const { return fd_ >= 0; }

    /// Gives the descriptor away; the caller closes it.
    int release() { return std::exchange(fd_, -1); }

    /// Closes the descriptor and takes over `fd`.
    void reset(int fd = -1) {
        if (fd_ >= 0) ::close(fd_);
        fd_ = fd;
    }

  private:
    int fd_ = -1;
};

}  // namespace satchel::platform
