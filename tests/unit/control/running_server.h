// A control server on a thread and a socket of its own, for tests of both ends.
#pragma once

#include "daemon/control/server.h"
#include "shared/platform/local_socket.h"
#include "shared/platform/system_clock.h"
#include "tests/support/temp_dir.h"

#include <functional>
#include <optional>
#include <string>
#include <thread>

namespace satchel::support {

/// Listens when constructed, has stopped when destroyed.
class RunningServer {
  public:
    using Install = std::function<void(control::Server&)>;

    RunningServer(std::filesystem::path directory,
                  const Install& install,
                  control::ServerOptions options = {})
        : lock_(take_lock(directory)), socket_(options.socket) {
        if (socket_.empty()) socket_ = directory / "control.sock";
        options.socket = socket_;
        if (options.version.empty()) options.version = "1.2.3";
        server_.emplace(io_.get_executor(), clock_, std::move(options));
        install(*server_);
        if (auto listening = server_->listen(lock_); !listening)
            throw std::runtime_error(listening.error().message);
        asio::co_spawn(io_, server_->serve(), [](const std::exception_ptr&) {});
        thread_ = std::thread([this] { io_.run(); });
    }

    ~RunningServer() {
        asio::co_spawn(io_, server_->stop(), [](const std::exception_ptr&) {});
        thread_.join();
    }

    /// Runs `job` on the server's loop.
    void post(std::function<void(control::Server&)> job) {
        asio::post(io_, [this, job = std::move(job)] { job(*server_); });
    }

    [[nodiscard]] const std::filesystem::path& socket() const { return socket_; }

    [[nodiscard]] asio::io_context& io() { return io_; }

  private:
    static platform::FileLock take_lock(const std::filesystem::path& directory) {
        auto lock = platform::FileLock::acquire(directory / "daemon.lock");
        if (!lock) throw std::runtime_error(lock.error().message);
        return std::move(*lock);
    }

    platform::SystemClock clock_;
    platform::FileLock lock_;
    std::filesystem::path socket_;
    asio::io_context io_{1};
    std::optional<control::Server> server_;
    std::thread thread_;
};

}  // namespace satchel::support
