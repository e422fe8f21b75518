// Sockets of this machine only: how the daemon listens, who is at the other end, and the blocking
// stream the control program uses.
#pragma once

#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/platform/unique_fd.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace satchel::platform {

/// Listens on `path`. The directory must be private already and the caller must hold the instance
/// lock: a socket left by a dead process is replaced. The socket is 0600 from its first moment, and
/// it has its name only once it takes connections: whoever sees it appear can connect.
/// Fails with bad_config when the path is too long for the system, io else.
Result<UniqueFd> listen_local(const std::filesystem::path& path);

/// The user at the other end of a connected local socket.
Result<uid_t> peer_user(int fd);

/// A connected stream of lines that gives up at a deadline. Not for use from two threads.
class LocalStream {
  public:
    /// Fails with not_found when nothing is there, offline when nobody listens.
    static Result<LocalStream> connect(const std::filesystem::path& path);

    /// The user at the other end.
    [[nodiscard]] Result<uid_t> peer() const { return peer_user(socket_.get()); }

    /// Asks the process at the other end to end (SIGTERM): for a daemon of another version, which
    /// no message can stop. Returns its number. Fails with io where the system does not tell who it
    /// is, and where a service manager made the socket: then the process is not the daemon.
    [[nodiscard]] Result<pid_t> terminate_peer() const;
    /// Sends all of `bytes`. Fails with offline when the other end has closed.
    Status write(std::string_view bytes, milliseconds limit);
    /// The next line without its newline. Fails with offline at the end of the stream, too_large
    /// over `bytes_max`, busy when `limit` passes, interrupted when a signal handler ran and
    /// `is_interrupted` says so.
    Result<std::string> read_line(std::size_t bytes_max, milliseconds limit);

    /// Asked after every interrupted wait.
    void set_interrupted(std::function<bool()> is_interrupted) {
        is_interrupted_ = std::move(is_interrupted);
    }

  private:
    explicit LocalStream(UniqueFd socket) : socket_(std::move(socket)) {}

    Status wait_until(short events, milliseconds deadline) const;

    UniqueFd socket_;
    std::string buffer_;
    std::function<bool()> is_interrupted_;
};

}  // namespace satchel::platform
