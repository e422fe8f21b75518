// Facts about this machine and this process.
#include "shared/platform/host.h"

#include <cstdint>

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#if defined(__APPLE__)
#include <mach-o/dyld.h>
#endif

#include "shared/platform/unique_fd.h"

namespace satchel::platform {

std::string host_name() {
    char buffer[256] = {};
    if (::gethostname(buffer, sizeof buffer - 1) != 0) return "device";
    std::string name(buffer);
    name = name.substr(0, name.find('.'));
    return name.empty() ? "device" : name;
}

std::optional<std::filesystem::path> own_executable() {
    std::error_code failure;
#if defined(__APPLE__)
    char buffer[4096];
    std::uint32_t size = sizeof buffer;
    if (_NSGetExecutablePath(buffer, &size) != 0) return std::nullopt;
    auto path = std::filesystem::canonical(buffer, failure);
#else
    auto path = std::filesystem::read_symlink("/proc/self/exe", failure);
#endif
    if (failure) return std::nullopt;
    return path;
}

bool is_terminal(int fd) {
    return ::isatty(fd) == 1;
}

bool is_reader_gone(int fd) {
    pollfd one{fd, POLLOUT, 0};
    return ::poll(&one, 1, 0) == 1 && (one.revents & (POLLERR | POLLHUP)) != 0;
}

unsigned user_id() {
    return ::geteuid();
}

std::optional<std::string> ask_hidden(const std::string& prompt) {
    const UniqueFd terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
    termios shown{};
    if (!terminal.is_open() || ::tcgetattr(terminal.get(), &shown) != 0) return std::nullopt;
    termios hidden = shown;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(terminal.get(), TCSAFLUSH, &hidden);

    std::string line;
    bool complete = ::write(terminal.get(), prompt.data(), prompt.size()) >= 0;
    char letter = 0;
    while (complete && line.size() < 4096) {
        const ssize_t count = ::read(terminal.get(), &letter, 1);
        if (count != 1) complete = false;
        if (count != 1 || letter == '\n') break;
        line += letter;
    }
    ::tcsetattr(terminal.get(), TCSAFLUSH, &shown);
    [[maybe_unused]] const ssize_t ended = ::write(terminal.get(), "\n", 1);
    if (!complete) return std::nullopt;
    return line;
}

}  // namespace satchel::platform
