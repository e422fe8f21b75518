// XDG directories on every system: one set of places to document, back up and delete.
#include "shared/platform/dirs.h"

#include <cstdlib>

#include <sys/stat.h>
#include <unistd.h>

namespace satchel::platform {
namespace {

constexpr std::string_view kFolder = "satchel";

// A variable's directory, ours below it. A relative value is ignored, as the XDG text demands.
std::optional<std::filesystem::path> folder_in(const Environment& environment,
                                               std::string_view variable) {
    const auto value = environment(variable);
    if (!value || value->empty() || value->front() != '/') return std::nullopt;
    return std::filesystem::path(*value) / kFolder;
}

// The runtime directory counts only when it is ours and nobody else can write there.
bool is_private(const std::filesystem::path& directory) {
    struct stat found {};

    return ::lstat(directory.c_str(), &found) == 0 && S_ISDIR(found.st_mode) &&
           found.st_uid == ::geteuid() && (found.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

}  // namespace

Environment process_environment() {
    return [](std::string_view name) -> std::optional<std::string> {
        const char* value = std::getenv(std::string(name).c_str());
        if (!value || *value == '\0') return std::nullopt;
        return std::string(value);
    };
}

std::filesystem::path Dirs::socket(std::string_view role) const {
    return runtime / (role == "hub" ? "hub.sock" : "control.sock");
}

std::filesystem::path Dirs::log(std::string_view role) const {
    return state / (role == "hub" ? "hub.log" : "satcheld.log");
}

std::filesystem::path Dirs::lock(std::string_view role) const {
    return state / (role == "hub" ? "hub.lock" : "daemon.lock");
}

Result<Dirs> find_dirs(const Environment& environment) {
    const auto home = environment("HOME");
    if (!home || home->empty() || home->front() != '/')
        return Error{ErrorCode::bad_config,
                     !home || home->empty() ? "find directories: HOME is not set"
                                            : "find directories: HOME is not an absolute path",
                     "set HOME to your home directory"};
    Dirs dirs;
    dirs.home = *home;
    dirs.config =
        folder_in(environment, "XDG_CONFIG_HOME").value_or(dirs.home / ".config" / kFolder);
    dirs.data =
        folder_in(environment, "XDG_DATA_HOME").value_or(dirs.home / ".local/share" / kFolder);
    dirs.state =
        folder_in(environment, "XDG_STATE_HOME").value_or(dirs.home / ".local/state" / kFolder);
    dirs.cache = folder_in(environment, "XDG_CACHE_HOME").value_or(dirs.home / ".cache" / kFolder);
    const auto runtime = folder_in(environment, "XDG_RUNTIME_DIR");
    dirs.runtime = runtime && is_private(runtime->parent_path()) ? *runtime : dirs.state;
    return dirs;
}

Status check_home_owner(const Dirs& dirs) {
    struct stat found {};

    if (::stat(dirs.home.c_str(), &found) != 0)
        return Error{ErrorCode::bad_config,
                     "home directory '" + dirs.home.string() + "' cannot be read",
                     "set HOME to your home directory"};
    if (found.st_uid != ::geteuid())
        return Error{ErrorCode::refused,
                     "home directory '" + dirs.home.string() + "' belongs to another user",
                     "run this as that user, without sudo"};
    return ok();
}

}  // namespace satchel::platform
