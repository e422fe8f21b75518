// logs, and daemon logs: the lines of the log file, or of the service manager's journal.
#include "ctl/commands/commands.h"
#include "ctl/commands/log_lines.h"
#include "shared/log/rotation.h"
#include "shared/platform/file_identity.h"
#include "shared/platform/folder_watch.h"
#include "shared/platform/spawn.h"
#include "shared/protocol/control/daemon.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

namespace satchel::ctl {
namespace {

namespace fs = std::filesystem;

/// The log's folder tells of every line; Ctrl-C may come between a look at it and the wait.
constexpr milliseconds kFollowPatience = seconds(1);
constexpr std::int64_t kLinesDefault = 50;
constexpr std::int64_t kTailBytesMax = 4 << 20;

/// What was asked for.
struct Wish {
    std::int64_t lines = kLinesDefault;
    LogWish look;
};

Result<Wish> wish_of(const Context& context) {
    Wish wish;
    SATCHEL_TRY(lines, lines_wanted(context, kLinesDefault));
    wish.lines = lines;
    if (context.args.has("level")) {
        const auto level = log::level_named(context.args.text("level"));
        if (!level || *level == log::Level::off)
            return Error{ErrorCode::invalid_argument,
                         "--level must be trace, debug, info, warn or error"};
        wish.look.level = *level;
    }
    if (context.out.options().json) wish.look.format = log::Format::json;
    if (context.args.has("format")) {
        const auto format = log::format_named(context.args.text("format"));
        if (!format)
            return Error{ErrorCode::invalid_argument, "--format must be text, json or logfmt"};
        wish.look.format = *format;
    }
    return wish;
}

/// The end of a file as whole lines; the file is left where they end.
std::vector<std::string> last_lines(std::ifstream& file) {
    file.seekg(0, std::ios::end);
    const auto size = static_cast<std::int64_t>(file.tellg());
    const auto taken = std::clamp<std::int64_t>(size, 0, kTailBytesMax);
    file.seekg(size - taken);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(std::move(line));
    // The first may be torn.
    if (taken < size && !lines.empty()) lines.erase(lines.begin());
    file.clear();
    file.seekg(0, std::ios::end);
    return lines;
}

/// The lines of a file that are wanted, the last `count` of them.
std::vector<std::string> wanted_lines(std::ifstream& file, const Wish& wish, std::size_t count) {
    LogView view(wish.look);
    std::vector<std::string> wanted;
    for (const std::string& line : last_lines(file))
        if (auto shown = view.show(line)) wanted.push_back(*std::move(shown));
    if (wanted.size() > count)
        wanted.erase(wanted.begin(), wanted.end() - static_cast<std::ptrdiff_t>(count));
    return wanted;
}

/// The file being written, then those put aside before it, until there are enough lines.
void print_last(Context& context, std::ifstream& active, const fs::path& path, const Wish& wish) {
    const auto count = static_cast<std::size_t>(wish.lines);
    std::vector<std::string> lines = wanted_lines(active, wish, count);
    const auto aside = log::files_aside(path);
    for (auto file = aside.rbegin(); file != aside.rend() && lines.size() < count; ++file) {
        if (file->is_packed) continue;
        std::ifstream older(file->path);
        auto before = wanted_lines(older, wish, count - lines.size());
        before.insert(before.end(),
                      std::make_move_iterator(lines.begin()),
                      std::make_move_iterator(lines.end()));
        lines = std::move(before);
    }
    for (const std::string& line : lines) context.out.line(line);
}

std::uint64_t inode_of(const fs::path& path) {
    const auto identity = platform::identify_file(path);
    return identity ? identity->inode : 0;
}

/// Prints whole lines from where the file stands; what is not ended yet waits.
void print_new(Context& context, std::ifstream& file, LogView& view) {
    file.clear();
    std::streampos at = file.tellg();
    for (std::string line; std::getline(file, line) && !file.eof(); at = file.tellg())
        if (const auto shown = view.show(line)) context.out.line(*shown);
    file.clear();
    file.seekg(at);
}

Outcome follow(Context& context, std::ifstream& file, const fs::path& path, const Wish& wish) {
    LogView view(wish.look);
    platform::FolderWatch changes(path.parent_path());
    std::uint64_t inode = inode_of(path);
    // Until interrupted, or nobody reads any more.
    while (true) {
        if (context.is_interrupted && context.is_interrupted())
            return Error{ErrorCode::interrupted, "stopped following the log"};
        const std::uint64_t now = inode_of(path);
        // Nobody writes to the old file once there is a new one.
        print_new(context, file, view);
        std::error_code failed;
        const std::uintmax_t size = fs::file_size(path, failed);
        const bool is_cut = !failed && size < static_cast<std::uintmax_t>(file.tellg());
        if ((now != 0 && now != inode) || is_cut) {
            file.close();
            file.clear();
            file.open(path);
            inode = now;
            print_new(context, file, view);
        }
        if (!context.out.flush()) return 0;
        changes.wait(kFollowPatience);
    }
}

Outcome read_journal(Context& context, const Wish& wish) {
    const auto program = platform::find_program(context.environment, "journalctl");
    if (!program)
        return Error{ErrorCode::not_found,
                     "the daemon's lines go to its service manager, and no journalctl is on PATH",
                     "set log_to_file = true in config.toml to keep files too"};
    constexpr std::array<std::string_view, 5> kPriorities = {
        "debug", "debug", "info", "warning", "err"};
    std::vector<std::string> words = {
        program->string(),
        "--user",
        "--unit=satcheld",
        "--lines=" + std::to_string(wish.lines),
        "--priority=" + std::string(kPriorities[static_cast<std::size_t>(wish.look.level)])};
    words.emplace_back(wish.look.format == log::Format::json ? "--output=json"
                                                             : "--output=short-iso");
    if (context.args.has("follow")) words.emplace_back("--follow");
    if (!context.out.flush()) return 1;
    return platform::replace_process(words);
}

}  // namespace

Outcome run_logs(Context& context) {
    SATCHEL_TRY(wish, wish_of(context));
    // The daemon knows where its lines go; when it does not run, they are where they mostly are.
    fs::path path = context.dirs.log("device");
    if (auto client = connect_running(context, "device")) {
        const auto info = client->call(control::DaemonInfoRequest{});
        if (info && info->log_file.empty()) return read_journal(context, wish);
        if (info) path = info->log_file;
    }
    std::ifstream file(path);
    if (!file)
        return Error{ErrorCode::not_found,
                     "there is no log file '" + path.string() + "'",
                     "under a service manager: journalctl --user -u satcheld"};
    print_last(context, file, path, wish);
    if (!context.args.has("follow")) return 0;
    return follow(context, file, path, wish);
}

}  // namespace satchel::ctl
