#include "shared/log/file_sink.h"

#include "shared/log/rotation.h"

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <spdlog/sinks/base_sink.h>
#include <sys/stat.h>
#include <unistd.h>

namespace satchel::log {

namespace {

UnixMs time_of(spdlog::log_clock::time_point time) {
    return std::chrono::duration_cast<milliseconds>(time.time_since_epoch()).count();
}

class FileSink final : public spdlog::sinks::base_sink<std::mutex> {
  public:
    explicit FileSink(FileOptions options) : options_(std::move(options)) {
        const UnixMs now_ms = time_of(spdlog::log_clock::now());

        struct stat found {};

        // Of an earlier day: it belongs there.
        if (::stat(options_.path.c_str(), &found) == 0 && S_ISREG(found.st_mode) &&
            found.st_size > 0) {
            const std::string day = local_day(static_cast<UnixMs>(found.st_mtime) * 1000);
            if (day != local_day(now_ms)) (void)put_aside(options_.path, options_.machine, day);
        }
        open(now_ms);
        if (fd_ < 0) throw spdlog::spdlog_ex(options_.path.string(), errno);
        prune(options_.path, options_.bounds, now_ms);
    }

    ~FileSink() override { close(); }

    FileSink(const FileSink&) = delete;
    FileSink& operator=(const FileSink&) = delete;

  private:
    void sink_it_(const spdlog::details::log_msg& message) override {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        const UnixMs now_ms = time_of(message.time);
        // Looked up once a minute: what a day is depends on a table of the system.
        if (now_ms / kMinuteMs != minute_) {
            minute_ = now_ms / kMinuteMs;
            if (size_ > 0 && local_day(now_ms) != day_) begin_anew(now_ms);
        }
        if (size_ > 0 && size_ + line.size() > options_.bytes_max) begin_anew(now_ms);
        if (fd_ < 0) open(now_ms);
        std::size_t done = 0;
        while (fd_ >= 0 && done < line.size()) {
            const ssize_t count = ::write(fd_, line.data() + done, line.size() - done);
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) break;  // a full disk takes no log
            done += static_cast<std::size_t>(count);
        }
        size_ += done;
    }

    void flush_() override {}

    void begin_anew(UnixMs now_ms) {
        close();
        (void)put_aside(options_.path, options_.machine, day_);
        open(now_ms);
        prune(options_.path, options_.bounds, now_ms);
    }

    void open(UnixMs now_ms) {
        // Names of sources and devices stand in it: for the owner only.
        fd_ = ::open(options_.path.c_str(),
                     O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
                     0600);
        if (fd_ < 0) return;
        ::fchmod(fd_, 0600);

        struct stat found {};

        size_ = ::fstat(fd_, &found) == 0 ? static_cast<std::size_t>(found.st_size) : 0;
        day_ = local_day(now_ms);
    }

    void close() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }

    static constexpr std::int64_t kMinuteMs = 60'000;

    FileOptions options_;
    int fd_ = -1;
    std::size_t size_ = 0;
    std::string day_;
    std::int64_t minute_ = 0;
};

}  // namespace

std::shared_ptr<spdlog::sinks::sink> make_file_sink(const FileOptions& options) {
    return std::make_shared<FileSink>(options);
}

}  // namespace satchel::log
