// Detached start: fork, setsid, fork again, exec. The failure of exec comes back through a pipe
// that a successful exec closes.
#include "shared/platform/spawn.h"

#include "shared/platform/host.h"
#include "shared/platform/unique_fd.h"

#include <algorithm>
#include <cerrno>
#include <chrono>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
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

namespace {

/// This program's environment with some variables set anew.
std::vector<std::string> environment_with(const std::vector<std::string>& variables) {
    std::vector<std::string> all;
    const auto name_of = [](const std::string& text) { return text.substr(0, text.find('=') + 1); };
    for (char** at = environ; *at != nullptr; ++at) {
        const bool is_set_anew = std::ranges::any_of(variables, [&](const std::string& variable) {
            return std::string_view(*at).starts_with(name_of(variable));
        });
        if (!is_set_anew) all.emplace_back(*at);
    }
    all.insert(all.end(), variables.begin(), variables.end());
    return all;
}

/// Waits until nobody holds the other end; false when the time is over.
bool is_closed_within(int fd, milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (true) {
        const auto left =
            std::chrono::duration_cast<milliseconds>(end - std::chrono::steady_clock::now());
        if (left.count() <= 0) return false;
        pollfd waited{fd, POLLIN, 0};
        const int ready = ::poll(&waited, 1, static_cast<int>(left.count()));
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) return true;
    }
}

int status_of(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Result<int> run_program(const std::vector<std::string>& arguments,
                        const std::vector<std::string>& variables,
                        milliseconds limit) {
    const std::string attempted = "run '" + arguments.front() + "'";
    const auto argv = as_argv(arguments);
    const std::vector<std::string> environment = environment_with(variables);
    const auto envp = as_argv(environment);
    int ends[2];
    if (::pipe(ends) != 0) return errno_error(attempted, errno);
    const UniqueFd in(ends[0]);
    UniqueFd out(ends[1]);
    ::fcntl(in.get(), F_SETFD, FD_CLOEXEC);

    // The child keeps the writing end as long as it lives; its end is the program's end.
    const pid_t child = ::fork();
    if (child < 0) return errno_error(attempted, errno);
    if (child == 0) {
        ::setpgid(0, 0);
        const int nowhere = ::open("/dev/null", O_RDWR);
        if (nowhere >= 0) ::dup2(nowhere, 0);
        ::dup2(2, 1);
        ::execve(argv[0], argv.data(), envp.data());
        ::_exit(127);
    }
    ::setpgid(child, child);
    out.reset();
    if (is_closed_within(in.get(), limit)) return status_of(child);
    ::kill(-child, SIGTERM);
    if (!is_closed_within(in.get(), milliseconds(2'000))) ::kill(-child, SIGKILL);
    static_cast<void>(status_of(child));
    return Error{
        ErrorCode::busy,
        attempted + ": it did not end within " + std::to_string(limit.count() / 1000) + " s"};
}

Result<ProgramOutput> read_program(const std::vector<std::string>& arguments, milliseconds limit) {
    constexpr std::size_t kTextMax = std::size_t{1} << 20;
    const std::string attempted = "run '" + arguments.front() + "'";
    const auto argv = as_argv(arguments);
    int ends[2];
    if (::pipe(ends) != 0) return errno_error(attempted, errno);
    const UniqueFd in(ends[0]);
    UniqueFd out(ends[1]);
    ::fcntl(in.get(), F_SETFD, FD_CLOEXEC);
    const pid_t child = ::fork();
    if (child < 0) return errno_error(attempted, errno);
    if (child == 0) {
        ::setpgid(0, 0);
        const int nowhere = ::open("/dev/null", O_RDWR);
        ::dup2(nowhere, 0);
        ::dup2(nowhere, 2);
        ::dup2(out.get(), 1);
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }
    ::setpgid(child, child);
    out.reset();
    const auto deadline = std::chrono::steady_clock::now() + limit;
    ProgramOutput output;
    while (true) {
        const auto left =
            std::chrono::duration_cast<milliseconds>(deadline - std::chrono::steady_clock::now());
        if (!is_closed_within(in.get(), left)) break;
        char part[4096];
        const ssize_t got = ::read(in.get(), part, sizeof part);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) {
            output.status = status_of(child);
            return output;
        }
        const std::size_t room = kTextMax - output.text.size();
        output.text.append(part, std::min(static_cast<std::size_t>(got), room));
    }
    ::kill(-child, SIGKILL);
    static_cast<void>(status_of(child));
    return Error{
        ErrorCode::busy,
        attempted + ": it did not end within " + std::to_string(limit.count() / 1000) + " s"};
}

Result<int> run_attached(const std::vector<std::string>& arguments) {
    const auto argv = as_argv(arguments);

    struct sigaction ignored {};

    struct sigaction before {};

    ignored.sa_handler = SIG_IGN;
    ::sigaction(SIGINT, &ignored, &before);
    const pid_t child = ::fork();
    if (child == 0) {
        ::sigaction(SIGINT, &before, nullptr);
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }
    const int error_number = errno;
    const int status = child < 0 ? 0 : status_of(child);
    ::sigaction(SIGINT, &before, nullptr);
    if (child < 0) return errno_error("run '" + arguments.front() + "'", error_number);
    return status;
}

Error replace_process(const std::vector<std::string>& arguments) {
    const auto argv = as_argv(arguments);
    ::execv(argv[0], argv.data());
    return errno_error("start '" + arguments.front() + "'", errno);
}

}  // namespace satchel::platform
