// sd_notify and socket activation by hand: one datagram, three variables.
#include "shared/platform/service.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstring>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace satchel::platform {
namespace {

constexpr int kFirstActivated = 3;

std::optional<std::int64_t> number_in(const Environment& environment, std::string_view name) {
    const auto text = environment(name);
    std::int64_t number = 0;
    if (!text) return std::nullopt;
    const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (failure != std::errc{} || end != text->data() + text->size()) return std::nullopt;
    return number;
}

}  // namespace

ServiceNotifier::ServiceNotifier(const Environment& environment) {
    const auto address = environment("NOTIFY_SOCKET");
    if (address && (address->front() == '/' || address->front() == '@')) address_ = *address;
    const auto watchdog_us = number_in(environment, "WATCHDOG_USEC");
    const auto watched_pid = number_in(environment, "WATCHDOG_PID");
    if (watchdog_us && *watchdog_us > 0 && watched_pid.value_or(::getpid()) == ::getpid())
        watchdog_ = milliseconds(*watchdog_us / 2000);
}

void ServiceNotifier::status(std::string_view sentence) const {
    // A line of its own would be another message to the manager.
    std::string message = "STATUS=" + std::string(sentence);
    std::replace(message.begin(), message.end(), '\n', ' ');
    send(message);
}

void ServiceNotifier::send(const std::string& message) const {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    if (address_.empty() || address_.size() >= sizeof to.sun_path) return;
    std::memcpy(to.sun_path, address_.data(), address_.size());
    if (to.sun_path[0] == '@') to.sun_path[0] = '\0';  // Linux's abstract names
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());

    const UniqueFd out(::socket(AF_UNIX, SOCK_DGRAM, 0));
    if (!out.is_open()) return;
    ::fcntl(out.get(), F_SETFD, FD_CLOEXEC);
    [[maybe_unused]] const ssize_t sent = ::sendto(out.get(),
                                                   message.data(),
                                                   message.size(),
                                                   0,
                                                   reinterpret_cast<const sockaddr*>(&to),
                                                   length);
}

ServiceManager find_service_manager(const Environment& environment) {
#if defined(__APPLE__)
    static_cast<void>(environment);
    return ServiceManager::launchd;
#else
    // What libsystemd's own programs connect to first.
    const auto runtime = environment("XDG_RUNTIME_DIR");
    const bool answers = runtime && ::access((*runtime + "/systemd/private").c_str(), W_OK) == 0;
    return answers ? ServiceManager::systemd : ServiceManager::none;
#endif
}

bool has_journal(const Environment& environment) {
    const auto stream = environment("JOURNAL_STREAM");

    struct stat found {};

    if (!stream || ::fstat(STDERR_FILENO, &found) != 0) return false;
    return *stream == std::to_string(found.st_dev) + ":" + std::to_string(found.st_ino);
}

std::optional<UniqueFd> take_activated_socket(const Environment& environment,
                                              std::string_view name) {
    const auto pid = number_in(environment, "LISTEN_PID");
    const auto count = number_in(environment, "LISTEN_FDS");
    if (pid != ::getpid() || !count || *count < 1 || *count > 64) return std::nullopt;
    const std::string names = environment("LISTEN_FDNAMES").value_or("");
    std::size_t start = 0;
    for (int i = 0; i < *count; ++i) {
        const std::size_t end = std::min(names.find(':', start), names.size());
        const bool is_named = names.substr(start, end - start) == name;
        start = std::min(end + 1, names.size());
        // One descriptor without names is what is meant.
        if (!is_named && !(names.empty() && *count == 1)) continue;
        const int fd = kFirstActivated + i;
        if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) return std::nullopt;
        return UniqueFd(fd);
    }
    return std::nullopt;
}

}  // namespace satchel::platform
