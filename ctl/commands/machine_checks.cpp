#include "ctl/commands/machine_checks.h"

#include "ctl/render/words.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>

namespace satchel::ctl {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLittleSpace = 500'000'000;
constexpr std::uintmax_t kNoSpace = 50'000'000;
constexpr UnixMs kClockSlackMs = 5 * 60'000;
constexpr std::int64_t kFewWatches = 8'192;
constexpr fs::perms kOfOthers = fs::perms::group_all | fs::perms::others_all;

/// One that needs no fix.
Check passed(std::string code, std::string text) {
    return {"pass", std::move(code), std::move(text), ""};
}

bool is_open_to_others(const fs::path& path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    return !error && fs::exists(status) && (status.permissions() & kOfOthers) != fs::perms::none;
}

/// First line of a small file; empty when it cannot be read.
std::string first_line(const fs::path& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

bool is_there(const fs::path& path) {
    std::error_code error;
    return fs::exists(fs::symlink_status(path, error));
}

}  // namespace

std::vector<Check> check_modes(const platform::Dirs& dirs) {
    std::vector<Check> checks;
    for (const fs::path& folder :
         {dirs.config, dirs.data, dirs.state, dirs.socket("device").parent_path()})
        if (is_open_to_others(folder))
            checks.push_back({"fail",
                              "modes",
                              "other users of this machine can enter '" + folder.string() + "'",
                              "chmod 700 '" + folder.string() + "'"});
    for (const fs::path& file :
         {dirs.data / "device.key", dirs.data / "store.db", dirs.socket("device")})
        if (is_open_to_others(file))
            checks.push_back({"fail",
                              "modes",
                              "other users of this machine can open '" + file.string() + "'",
                              "chmod 600 '" + file.string() + "'"});
    if (checks.empty())
        checks.push_back(passed("modes", "folders, key and store are for their owner alone"));
    return checks;
}

Check check_space(std::uintmax_t bytes_free) {
    const std::string text =
        size_words(static_cast<std::int64_t>(bytes_free)) + " are free where the store lies";
    if (bytes_free < kNoSpace) return {"fail", "space", text, "make room on that disk"};
    if (bytes_free < kLittleSpace)
        return {"warn", "space", text + "; copies made before changes need some", "make room"};
    return passed("space", text);
}

std::vector<Check> check_state(const platform::Dirs& dirs, UnixMs now_ms) {
    std::vector<Check> checks;
    const fs::path log = dirs.log("device");
    std::error_code error;
    const fs::file_status status = fs::status(log, error);
    if (!fs::exists(status))
        checks.push_back(
            passed("log", "there is no log file; a service manager may keep the lines"));
    else if (!fs::is_regular_file(status) ||
             (status.permissions() & fs::perms::owner_write) == fs::perms::none)
        checks.push_back({"fail",
                          "log",
                          "the log '" + log.string() + "' cannot be written",
                          "chmod 600 '" + log.string() + "', or move it away"});
    else
        checks.push_back(passed("log", "the log is '" + log.string() + "'"));
    const auto written = fs::last_write_time(dirs.data / "store.db", error);
    if (error) return checks;
    const auto age = fs::file_time_type::clock::now() - written;
    const UnixMs ahead = -std::chrono::duration_cast<milliseconds>(age).count();
    if (ahead > kClockSlackMs)
        checks.push_back({"warn",
                          "clock",
                          "the store was written " + duration_words(ahead) +
                              " after what this machine's clock says now (" + local_words(now_ms) +
                              ")",
                          "let the clock be set from the network: timedatectl set-ntp true"});
    else
        checks.push_back(passed("clock", "this machine's clock says " + local_words(now_ms)));
    return checks;
}

std::vector<Check> check_service(const Context& context) {
    // Where systemd does not run the session nobody starts anything at login.
    if (!is_there("/run/systemd/system")) return {};
    const auto config = context.environment("XDG_CONFIG_HOME");
    const fs::path own =
        (config ? fs::path(*config) : context.dirs.home / ".config") / "systemd/user";
    const std::array<fs::path, 3> folders = {own, "/etc/systemd/user", "/usr/lib/systemd/user"};
    const bool is_installed = std::ranges::any_of(
        folders, [](const fs::path& folder) { return is_there(folder / "satcheld.service"); });
    const bool is_enabled = std::ranges::any_of(folders, [](const fs::path& folder) {
        return is_there(folder / "default.target.wants/satcheld.service") ||
               is_there(folder / "sockets.target.wants/satcheld.socket");
    });
    if (!is_installed)
        return {{"warn",
                 "service",
                 "no systemd unit starts the daemon; it runs from the first command on",
                 "satchelctl daemon install"}};
    if (!is_enabled)
        return {{"warn",
                 "service",
                 "the daemon's unit is installed and not enabled",
                 "systemctl --user enable --now satcheld.service"}};
    std::vector<Check> checks = {passed("service", "systemd starts the daemon at login")};
    const auto user = context.environment("USER");
    if (user && !is_there(fs::path("/var/lib/systemd/linger") / *user))
        checks.push_back({"pass",
                          "linger",
                          "the daemon ends when you log out; 'loginctl enable-linger' lets it stay",
                          ""});
    return checks;
}

std::vector<Check> check_watches(const std::string& limit) {
    std::int64_t watches = 0;
    const auto [end, error] = std::from_chars(limit.data(), limit.data() + limit.size(), watches);
    if (error != std::errc() || end == limit.data()) return {};
    const std::string text =
        "this system lets a user watch " + std::to_string(watches) + " folders";
    if (watches < kFewWatches)
        return {{"warn",
                 "watches",
                 text + "; changes in large trees may be found by cycles only",
                 "sudo sysctl fs.inotify.max_user_watches=524288"}};
    return {passed("watches", text)};
}

std::vector<Check> check_machine(const Context& context) {
    std::vector<Check> checks = check_modes(context.dirs);
    std::error_code error;
    // What is not there yet will be made on the same disk as what is above it.
    fs::path place = context.dirs.data;
    while (!is_there(place) && place.has_relative_path()) place = place.parent_path();
    const fs::space_info space = fs::space(place, error);
    if (!error) checks.push_back(check_space(space.available));
    for (auto&& more : {check_state(context.dirs, context.clock.now_ms()),
                        check_service(context),
                        check_watches(first_line("/proc/sys/fs/inotify/max_user_watches"))})
        checks.insert(checks.end(), more.begin(), more.end());
    return checks;
}

}  // namespace satchel::ctl
