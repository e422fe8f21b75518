// Linux tells of processes in /proc. What ends while it is looked at is no process any more; what
// is there and cannot be read leaves the answer open.
#include "shared/platform/processes.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#ifdef __linux__
#include <cerrno>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace satchel::platform {

namespace {

constexpr std::size_t kShortNameMax = 15;

std::string_view base_name(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

bool is_interpreter(std::string_view path) {
    constexpr std::array<std::string_view, 8> kNames = {
        "node", "nodejs", "bun", "deno", "python", "python3", "bash", "sh"};
    const std::string_view name = base_name(path);
    return std::ranges::find(kNames, name) != kNames.end() || name.starts_with("python3.");
}

/// A script may bear the ending of its language.
std::string_view without_ending(std::string_view name) {
    for (const std::string_view ending : {".js", ".mjs", ".cjs", ".py"})
        if (name.ends_with(ending)) return name.substr(0, name.size() - ending.size());
    return name;
}

bool is_path_end(std::string_view path, std::string_view end) {
    return path == end || (path.ends_with(end) &&
                           (end.starts_with('/') || path[path.size() - end.size() - 1] == '/'));
}

}  // namespace

std::string_view run_state_word(RunState state) {
    if (state == RunState::running) return "running";
    return state == RunState::stopped ? "stopped" : "unknown";
}

bool is_program(const ProcessName& process, std::string_view name) {
    const bool is_script = is_interpreter(process.first) || is_interpreter(process.program);
    const std::string_view script = is_script ? std::string_view(process.second) : "";
    if (name.find('/') != std::string_view::npos)
        return is_path_end(process.program, name) || is_path_end(process.first, name) ||
               is_path_end(script, name);
    if (process.short_name == name) return true;
    // The end of a long name is cut off; the other words decide where there are any.
    const bool is_cut = process.short_name.size() == kShortNameMax && name.size() > kShortNameMax;
    const bool has_words = !process.program.empty() || !process.first.empty();
    if (is_cut && !has_words && name.starts_with(process.short_name)) return true;
    return base_name(process.program) == name || base_name(process.first) == name ||
           (!script.empty() && without_ending(base_name(script)) == name);
}

#ifdef __linux__

namespace {

/// The first bytes of a file of /proc; nothing when it cannot be read.
std::optional<std::string> read_start(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return std::nullopt;
    std::array<char, 8192> text;
    const ssize_t size = ::read(file, text.data(), text.size());
    const int error_number = errno;
    ::close(file);
    errno = error_number;
    if (size < 0) return std::nullopt;
    return std::string(text.data(), static_cast<std::size_t>(size));
}

std::string read_link(const std::string& path) {
    std::array<char, 4096> text;
    const ssize_t size = ::readlink(path.c_str(), text.data(), text.size());
    return size <= 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(size));
}

/// The process in `folder`; nothing when it cannot be read.
std::optional<ProcessName> read_process(const std::string& folder) {
    auto name = read_start(folder + "/comm");
    if (!name) return std::nullopt;
    while (name->ends_with('\n')) name->pop_back();
    ProcessName process;
    process.short_name = std::move(*name);
    process.program = read_link(folder + "/exe");
    // A program replaced while it runs.
    constexpr std::string_view kDeleted = " (deleted)";
    if (process.program.ends_with(kDeleted))
        process.program.resize(process.program.size() - kDeleted.size());
    const std::string words = read_start(folder + "/cmdline").value_or("");
    const std::size_t end = words.find('\0');
    process.first = words.substr(0, end);
    if (end != std::string::npos) {
        const std::size_t next = words.find('\0', end + 1);
        process.second = words.substr(end + 1, next == std::string::npos ? next : next - end - 1);
    }
    return process;
}

}  // namespace

RunState find_programs(std::span<const std::string> names) {
    if (names.empty()) return RunState::stopped;
    DIR* const folder = ::opendir("/proc");
    if (folder == nullptr) return RunState::unknown;
    bool is_unsure = false;
    bool has_seen_self = false;
    bool is_running = false;
    while (const dirent* entry = ::readdir(folder)) {
        const std::string_view number = entry->d_name;
        int pid = 0;
        const auto [end, error] =
            std::from_chars(number.data(), number.data() + number.size(), pid);
        if (error != std::errc() || end != number.data() + number.size()) continue;
        has_seen_self = has_seen_self || pid == ::getpid();

        struct stat info {};

        const std::string place = "/proc/" + std::string(number);
        if (pid == ::getpid() || ::stat(place.c_str(), &info) != 0) continue;
        if (info.st_uid != ::geteuid()) continue;
        errno = 0;
        const auto process = read_process(place);
        if (!process) {
            is_unsure = is_unsure || (errno != ENOENT && errno != ESRCH);
            continue;
        }
        is_running = std::ranges::any_of(
            names, [&](const std::string& name) { return is_program(*process, name); });
        if (is_running) break;
    }
    ::closedir(folder);
    if (is_running) return RunState::running;
    return is_unsure || !has_seen_self ? RunState::unknown : RunState::stopped;
}

#else

// Where programs cannot be listed nobody knows whether they run, and what must not meet them waits.
RunState find_programs(std::span<const std::string> names) {
    return names.empty() ? RunState::stopped : RunState::unknown;
}

#endif

}  // namespace satchel::platform
