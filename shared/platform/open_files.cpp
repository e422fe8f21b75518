// Linux lists a process's descriptors as links in /proc. The links are read first and a file is
// looked at only if its name fits: looking at each could block on a network that is away.
#include "shared/platform/open_files.h"

#include <algorithm>
#include <charconv>
#include <optional>

#ifdef __linux__
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace satchel::platform {

#ifdef __linux__

namespace {

struct Target {
    std::string name;
    dev_t device = 0;
    ino_t inode = 0;
};

/// Calls `work` with every entry's name.
template <class Work>
void for_each_entry(const std::string& folder, Work work) {
    DIR* directory = ::opendir(folder.c_str());
    if (directory == nullptr) return;
    while (const dirent* entry = ::readdir(directory)) work(std::string(entry->d_name));
    ::closedir(directory);
}

std::optional<std::string> read_link(const std::string& link) {
    char text[4096];
    const ssize_t size = ::readlink(link.c_str(), text, sizeof text);
    if (size <= 0) return std::nullopt;
    return std::string(text, static_cast<std::size_t>(size));
}

std::vector<Target> targets_of(std::span<const std::filesystem::path> files) {
    std::vector<Target> targets;
    for (const std::filesystem::path& file : files) {
        struct stat info {};

        std::error_code ignored;
        const auto real = std::filesystem::canonical(file, ignored);
        if (ignored || ::stat(real.c_str(), &info) != 0) continue;
        targets.push_back({real.filename().string(), info.st_dev, info.st_ino});
    }
    return targets;
}

bool is_one_of(const std::vector<Target>& targets, const std::string& link) {
    const auto path = read_link(link);
    if (!path || !path->starts_with('/')) return false;
    const std::string name = path->substr(path->rfind('/') + 1);
    for (const Target& target : targets) {
        struct stat info {};

        if (name == target.name && ::stat(link.c_str(), &info) == 0 &&
            info.st_dev == target.device && info.st_ino == target.inode)
            return true;
    }
    return false;
}

std::string program_name(const std::string& process) {
    const auto path = read_link(process + "/exe");
    return path ? path->substr(path->rfind('/') + 1) : "a program";
}

}  // namespace

std::vector<Opener> find_openers(std::span<const std::filesystem::path> files) {
    std::vector<Opener> openers;
    const std::vector<Target> targets = targets_of(files);
    if (targets.empty()) return openers;
    for_each_entry("/proc", [&](const std::string& name) {
        int pid = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (error != std::errc() || *end != '\0' || pid == ::getpid()) return;
        const std::string process = "/proc/" + name;
        bool has_open = false;
        for_each_entry(process + "/fd", [&](const std::string& number) {
            has_open = has_open || is_one_of(targets, process + "/fd/" + number);
        });
        if (has_open) openers.push_back({pid, program_name(process)});
    });
    std::ranges::sort(openers, {}, &Opener::pid);
    return openers;
}

#else

std::vector<Opener> find_openers(std::span<const std::filesystem::path> /*files*/) {
    return {};
}

#endif

}  // namespace satchel::platform
