// Detached start: fork, setsid, fork again, exec. The failure of exec comes back through a pipe
// that a successful exec closes.
#include "shared/platform/spawn.h"

#include "shared/platform/host.h"
#include "shared/platform/unique_fd.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace satchel::platform {
namespace {

bool is_program(const std::filesystem::path& path) {
    std::error_code failure;
    return std::filesystem::is_regular_file(path, failure) && ::access(path.c_str(), X_OK) == 0;
}

std::vector<char*> as_argv(const std::vector<std::string>& arguments) {
    std::vector<char*> argv;
    for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    return argv;
}

// In the grandchild; async-signal-safe calls only.
[[noreturn]] void become(char* const* argv, int report) {
    const int nowhere = ::open("/dev/null", O_RDWR);
    for (int fd = 0; fd <= 2 && nowhere >= 0; ++fd) ::dup2(nowhere, fd);
    if (nowhere > 2) ::close(nowhere);
    [[maybe_unused]] const int moved = ::chdir("/");
    ::execv(argv[0], argv);
    const int error_number = errno;
    [[maybe_unused]] const ssize_t told = ::write(report, &error_number, sizeof error_number);
    ::_exit(127);
}

}  // namespace

std::optional<std::filesystem::path> find_program(const Environment& environment,
                                                  std::string_view name) {
    if (const auto own = own_executable(); own && is_program(own->parent_path() / name))
        return own->parent_path() / name;
    const std::string path = environment("PATH").value_or("");
    for (std::size_t start = 0; start < path.size();) {
        const std::size_t end = std::min(path.find(':', start), path.size());
        const std::filesystem::path directory = path.substr(start, end - start);
        if (directory.is_absolute() && is_program(directory / name)) return directory / name;
        start = end + 1;
    }
    return std::nullopt;
}

Status spawn_detached(const std::vector<std::string>& arguments) {
    const std::string attempted = "start '" + arguments.front() + "'";
    const auto argv = as_argv(arguments);
    int ends[2];
    if (::pipe(ends) != 0) return errno_error(attempted, errno);
    const UniqueFd in(ends[0]);
    UniqueFd out(ends[1]);
    ::fcntl(in.get(), F_SETFD, FD_CLOEXEC);
    ::fcntl(out.get(), F_SETFD, FD_CLOEXEC);

    const pid_t child = ::fork();
    if (child < 0) return errno_error(attempted, errno);
    if (child == 0) {
        ::setsid();
        const pid_t grandchild = ::fork();
        if (grandchild == 0) become(argv.data(), out.get());
        ::_exit(grandchild < 0 ? 1 : 0);
    }
    out.reset();
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return Error{ErrorCode::io, attempted + ": no new process"};
    int error_number = 0;
    ssize_t told = 0;
    while ((told = ::read(in.get(), &error_number, sizeof error_number)) < 0 && errno == EINTR) {
    }
    if (told == sizeof error_number) return errno_error(attempted, error_number);
    return ok();
}

Error replace_process(const std::vector<std::string>& arguments) {
    const auto argv = as_argv(arguments);
    ::execv(argv[0], argv.data());
    return errno_error("start '" + arguments.front() + "'", errno);
}

}  // namespace satchel::platform
