// Local stream sockets by system calls.
#include "shared/platform/local_socket.h"

#include "shared/platform/system_clock.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace satchel::platform {
namespace {

constexpr int kBacklog = 64;

Result<sockaddr_un> address_of(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string text = path.string();
    if (text.size() >= sizeof address.sun_path)
        return Error{ErrorCode::bad_config,
                     "control socket path '" + text + "' is longer than " +
                         std::to_string(sizeof address.sun_path - 1) + " bytes",
                     "set XDG_RUNTIME_DIR to a shorter directory"};
    std::memcpy(address.sun_path, text.data(), text.size());
    return address;
}

Result<UniqueFd> new_socket() {
    UniqueFd made(::socket(AF_UNIX, SOCK_STREAM, 0));
    if (!made.is_open()) return errno_error("make a local socket", errno);
    ::fcntl(made.get(), F_SETFD, FD_CLOEXEC);
    return made;
}

// What lies at the socket's path goes only if it is a socket.
Status remove_leftover(const std::filesystem::path& path) {
    struct stat found {};

    if (::lstat(path.c_str(), &found) != 0) return ok();
    if (!S_ISSOCK(found.st_mode))
        return Error{ErrorCode::bad_config,
                     "listen on '" + path.string() + "': something that is no socket is there",
                     "move it away"};
    if (::unlink(path.c_str()) != 0) return errno_error("remove '" + path.string() + "'", errno);
    return ok();
}

// The name a socket has until it listens: its neighbour, and no longer.
std::filesystem::path name_before(const std::filesystem::path& path) {
    std::string name = path.string();
    name.back() = '~';
    return name;
}

#if defined(__linux__)
// A socket made by a service manager tells of the manager, which must not be ended.
bool is_daemon(pid_t process) {
    std::ifstream file("/proc/" + std::to_string(process) + "/comm");
    std::string name;
    return std::getline(file, name) && name == "satcheld";
}
#endif

milliseconds steady_now() {
    return SystemClock().steady_ms();
}

}  // namespace

Result<UniqueFd> listen_local(const std::filesystem::path& path) {
    const std::string attempted = "listen on '" + path.string() + "'";
    if (path.filename().empty())
        return Error{ErrorCode::bad_config, attempted + ": that is a directory"};
    const std::filesystem::path before_it_listens = name_before(path);
    SATCHEL_TRY(address, address_of(before_it_listens));
    for (const auto& leftover : {path, before_it_listens})
        if (auto removed = remove_leftover(leftover); !removed) return removed.error();
    SATCHEL_TRY(made, new_socket());
    // The mode is right when the name appears; a chmod after bind would leave a moment.
    const mode_t before = ::umask(0177);
    const int bound =
        ::bind(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    const int error_number = errno;
    ::umask(before);
    if (bound != 0) return errno_error(attempted, error_number);
    if (::listen(made.get(), kBacklog) != 0) return errno_error(attempted, errno);
    if (::rename(before_it_listens.c_str(), path.c_str()) != 0)
        return errno_error(attempted, errno);
    return made;
}

Result<uid_t> peer_user(int fd) {
#if defined(__linux__)
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return errno_error("ask who is at the other end", errno);
    return peer.uid;
#else
    uid_t user = 0;
    gid_t group = 0;
    if (::getpeereid(fd, &user, &group) != 0)
        return errno_error("ask who is at the other end", errno);
    return user;
#endif
}

Result<LocalStream> LocalStream::connect(const std::filesystem::path& path) {
    const std::string attempted = "connect to '" + path.string() + "'";
    SATCHEL_TRY(address, address_of(path));
    SATCHEL_TRY(made, new_socket());
    while (::connect(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address)) {
        if (errno == EINTR) continue;
        if (errno == EISCONN) break;
        if (errno == ECONNREFUSED || errno == EAGAIN)
            return Error{ErrorCode::offline, attempted + ": nobody listens"};
        return errno_error(attempted, errno);
    }
    ::fcntl(made.get(), F_SETFL, O_NONBLOCK);
    return LocalStream(std::move(made));
}

Result<pid_t> LocalStream::terminate_peer() const {
    pid_t process = 0;
#if defined(__linux__)
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(socket_.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0) process = peer.pid;
    if (process > 1 && !is_daemon(process))
        return Error{ErrorCode::io,
                     "stop the daemon: its socket was made by a service manager",
                     "restart it there: systemctl --user restart satcheld"};
#elif defined(LOCAL_PEERPID)
    socklen_t size = sizeof process;
    if (::getsockopt(socket_.get(), SOL_LOCAL, LOCAL_PEERPID, &process, &size) != 0) process = 0;
#endif
    if (process <= 1)
        return Error{ErrorCode::io, "find the daemon's process: the system does not tell"};
    if (::kill(process, SIGTERM) != 0) return errno_error("stop the daemon", errno);
    return process;
}

Status LocalStream::wait_until(short events, milliseconds deadline) const {
    while (true) {
        if (is_interrupted_ && is_interrupted_())
            return Error{ErrorCode::interrupted, "interrupted"};
        const auto left = std::clamp<std::int64_t>((deadline - steady_now()).count(), 0, 3'600'000);
        pollfd waiting{socket_.get(), events, 0};
        const int ready = ::poll(&waiting, 1, static_cast<int>(left));
        if (ready > 0) return ok();
        if (ready == 0)
            return Error{ErrorCode::busy,
                         "the daemon did not answer in time",
                         "ask again; if it hangs: satchelctl daemon restart"};
        if (errno != EINTR) return errno_error("wait for the daemon", errno);
    }
}

Status LocalStream::write(std::string_view bytes, milliseconds limit) {
    const auto deadline = steady_now() + limit;
#if defined(MSG_NOSIGNAL)
    constexpr int kFlags = MSG_NOSIGNAL;
#else
    constexpr int kFlags = 0;  // main ignores SIGPIPE
#endif
    while (!bytes.empty()) {
        const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), kFlags);
        if (count >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(count));
        } else if (errno == EAGAIN || errno == EINTR) {
            if (auto waited = wait_until(POLLOUT, deadline); !waited) return waited;
        } else if (errno == EPIPE || errno == ECONNRESET) {
            return Error{ErrorCode::offline, "the daemon closed the connection"};
        } else {
            return errno_error("send to the daemon", errno);
        }
    }
    return ok();
}

Result<std::string> LocalStream::read_line(std::size_t bytes_max, milliseconds limit) {
    const auto deadline = steady_now() + limit;
    std::size_t searched = 0;
    while (true) {
        const std::size_t end = buffer_.find('\n', searched);
        if (end != std::string::npos) {
            std::string line = buffer_.substr(0, end);
            buffer_.erase(0, end + 1);
            return line;
        }
        searched = buffer_.size();
        if (searched > bytes_max)
            return Error{ErrorCode::too_large, "read a line from the daemon: it is too long"};
        char piece[16384];
        const ssize_t count = ::recv(socket_.get(), piece, sizeof piece, 0);
        if (count > 0) {
            buffer_.append(piece, static_cast<std::size_t>(count));
        } else if (count == 0 || errno == ECONNRESET) {
            return Error{ErrorCode::offline, "the daemon closed the connection"};
        } else if (errno == EAGAIN || errno == EINTR) {
            if (auto waited = wait_until(POLLIN, deadline); !waited) return waited.error();
        } else {
            return errno_error("read from the daemon", errno);
        }
    }
}

}  // namespace satchel::platform
