// See tree.h. First the list of files is planned (kind, path, size), then each is written; so the
// number of files and the sum of sizes come out as asked whatever the mixture.
#include "tests/generate/tree.h"

#include "tests/generate/transcripts.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <vector>

namespace satchel::generate {

namespace fs = std::filesystem;

namespace {

enum class Kind { claude_transcript, codex_rollout, prompt_history, codex_history, text, json };

struct Planned {
    Kind kind = Kind::text;
    std::string path;  // below the home
    std::string cwd;
    std::string id;
    std::int64_t time_ms = kFirstDayMs;
    std::uint64_t bytes = 0;
};

constexpr std::size_t kProjects = 8;
constexpr std::int64_t kDayMs = 86'400'000;

std::string slug(std::string path) {
    for (char& c : path) {
        const bool keep =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!keep) c = '-';
    }
    return path;
}

std::string two_digits(std::uint64_t number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
}

/// The files every home has.
std::vector<Planned> fixed_files(const std::vector<std::string>& projects) {
    std::vector<Planned> plan;
    const auto add = [&](Kind kind, std::string path, std::uint64_t bytes) {
        plan.push_back({kind, std::move(path), projects[0], {}, kFirstDayMs, bytes});
    };
    add(Kind::json, ".claude/settings.json", 900);
    add(Kind::text, ".claude/CLAUDE.md", 2'000);
    add(Kind::prompt_history, ".claude/history.jsonl", 6'000);
    add(Kind::text, ".claude/skills/release-notes/SKILL.md", 1'500);
    add(Kind::text, ".claude/skills/tidy-up/SKILL.md", 1'200);
    add(Kind::text, ".claude/agents/reviewer.md", 800);
    add(Kind::text, ".claude/commands/ship.md", 400);
    add(Kind::text, ".codex/config.toml", 500);
    add(Kind::text, ".codex/AGENTS.md", 1'000);
    add(Kind::codex_history, ".codex/history.jsonl", 4'000);
    add(Kind::text, ".codex/skills/migrate/SKILL.md", 900);
    add(Kind::text, ".codex/memories/style.md", 700);
    return plan;
}

Planned next_file(Random& random, const std::vector<std::string>& projects, std::uint64_t number) {
    Planned file;
    file.cwd = projects[random.below(projects.size())];
    file.id = uuid(random);
    const std::uint64_t day = random.below(28);
    file.time_ms = kFirstDayMs + static_cast<std::int64_t>(day) * kDayMs +
                   static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(kDayMs)));
    const std::uint64_t draw = random.below(100);
    if (draw < 70) {
        file.kind = Kind::claude_transcript;
        file.path = ".claude/projects/" + slug(file.cwd) + '/' + file.id + ".jsonl";
    } else if (draw < 82) {
        const std::string date = timestamp(file.time_ms);
        file.kind = Kind::codex_rollout;
        file.path = ".codex/sessions/" + date.substr(0, 4) + '/' + date.substr(5, 2) + '/' +
                    date.substr(8, 2) + "/rollout-" + date.substr(0, 10) + 'T' +
                    two_digits(random.below(24)) + '-' + two_digits(random.below(60)) + "-00-" +
                    file.id + ".jsonl";
    } else if (draw < 88) {
        file.kind = Kind::json;
        file.path = ".claude/todos/" + file.id + "-agent-" + file.id + ".json";
    } else if (draw < 92) {
        file.path = ".claude/plans/" + name(random, number) + ".md";
    } else if (draw < 97) {
        file.path =
            ".claude/projects/" + slug(file.cwd) + "/memory/" + name(random, number) + ".md";
    } else {
        file.path = ".claude/skills/" + name(random, number) + "/SKILL.md";
    }
    return file;
}

/// Small files get a small fixed size; transcripts share the rest, long-tailed.
void spread_sizes(std::vector<Planned>& plan, std::uint64_t total, Random& random) {
    std::vector<double> weights(plan.size(), 0.0);
    double weight_sum = 0;
    std::uint64_t small_sum = 0;
    for (std::size_t i = 0; i < plan.size(); ++i) {
        const bool is_session =
            plan[i].kind == Kind::claude_transcript || plan[i].kind == Kind::codex_rollout;
        if (is_session) {
            const double even = static_cast<double>(random.below(1'000'000) + 1) / 1'000'001.0;
            weights[i] = std::pow(even, 4) * 30 + 0.3;
            weight_sum += weights[i];
        } else {
            if (plan[i].bytes == 0) plan[i].bytes = 300 + random.below(1'500);
            small_sum += plan[i].bytes;
        }
    }
    const double rest = total > small_sum ? static_cast<double>(total - small_sum) : 0.0;
    for (std::size_t i = 0; i < plan.size(); ++i)
        if (weights[i] > 0)
            plan[i].bytes = static_cast<std::uint64_t>(rest * weights[i] / weight_sum);
}

std::string lines_of(const Planned& file, Random& random, std::string_view marker) {
    Session session{file.id, file.cwd, "main", file.time_ms, {}};
    std::string text;
    if (file.kind == Kind::codex_rollout) text += codex_head(random, session);
    if (!marker.empty()) session.branch = marker;
    // Lines as long as a file of that size has them, so that small files are not one line.
    const std::size_t line = std::clamp<std::size_t>(file.bytes / 40, 150, 3'000);
    do {
        text += file.kind == Kind::codex_rollout ? codex_line(random, session, line)
                                                 : claude_line(random, session, line);
    } while (text.size() + line / 2 < file.bytes);
    if (!marker.empty() && file.kind == Kind::codex_rollout)
        text += "{\"timestamp\":\"" + timestamp(session.time_ms) +
                "\",\"type\":\"event_msg\",\"payload\":{\"type\":\"user_message\",\"message\":\"" +
                std::string(marker) + "\"}}\n";
    return text;
}

std::string prompts_of(const Planned& file, Random& random, std::string_view marker) {
    std::string text;
    std::int64_t time_ms = file.time_ms;
    while (text.size() < file.bytes) {
        time_ms += static_cast<std::int64_t>(random.below(3'600'000));
        const std::string prompt = prose(random, 60) + (text.empty() ? std::string(marker) : "");
        if (file.kind == Kind::codex_history)
            text += "{\"session_id\":\"" + uuid(random) +
                    "\",\"ts\":" + std::to_string(time_ms / 1000) + ",\"text\":\"" + prompt +
                    "\"}\n";
        else
            text += "{\"display\":\"" + prompt +
                    "\",\"pastedContents\":{},\"timestamp\":" + std::to_string(time_ms) +
                    ",\"project\":\"" + file.cwd + "\",\"sessionId\":\"" + uuid(random) + "\"}\n";
    }
    return text;
}

std::string content_of(const Planned& file, Random& random, std::string_view marker) {
    const std::string mark(marker);
    switch (file.kind) {
        case Kind::claude_transcript:
        case Kind::codex_rollout:
            return lines_of(file, random, marker);
        case Kind::prompt_history:
        case Kind::codex_history:
            return prompts_of(file, random, marker);
        case Kind::json:
            if (file.path.ends_with("settings.json"))
                return "{\n  \"model\": \"opus\",\n  \"includeCoAuthoredBy\": false,\n  "
                       "\"permissions\": {\n    \"allow\": [\n      \"Bash(git diff:*)\"\n    ]\n  "
                       "},\n  \"spinnerTip\": \"" +
                       prose(random, 200) + mark + "\"\n}\n";
            return "[{\"content\":\"" + prose(random, file.bytes) + mark +
                   "\",\"status\":\"pending\",\"id\":\"1\"}]\n";
        case Kind::text:
            break;
    }
    if (file.path.ends_with(".toml"))
        return "model = \"gpt-5\"\napproval_policy = \"on-request\"\n\n[tui]\ntheme = \"" +
               std::string(word(random)) + mark + "\"\n";
    std::string text = "# " + std::string(word(random)) + "\n\n";
    while (text.size() < file.bytes) text += prose(random, 240) + "\n\n";
    return text + mark + '\n';
}

Status write_file(const fs::path& path, std::string_view content, std::int64_t time_ms) {
    std::error_code failure;
    fs::create_directories(path.parent_path(), failure);
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    out.close();
    if (failure || !out) return errno_error("write '" + path.string() + "'", errno);
    const std::string leaf = path.filename().string();
    if (leaf == "history.jsonl" || leaf == "settings.json" || leaf.front() == '.')
        fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write, failure);
    const auto since_epoch = std::chrono::milliseconds(time_ms);
    const std::chrono::sys_time<std::chrono::milliseconds> moment(since_epoch);
    fs::last_write_time(path, std::chrono::file_clock::from_sys(moment), failure);
    return failure ? Status(errno_error("date '" + path.string() + "'", failure.value())) : ok();
}

}  // namespace

Status make_transcript(const std::string& path,
                       const std::string& owner,
                       std::uint64_t bytes,
                       Random& random) {
    constexpr std::size_t kLineBytes = 3'000;
    Session session{uuid(random), owner + "/code/" + name(random, 0), "main", kFirstDayMs, {}};
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    for (std::uint64_t written = 0; written < bytes && out;) {
        const std::string line = claude_line(random, session, kLineBytes);
        out.write(line.data(), static_cast<std::streamsize>(line.size()));
        written += line.size();
    }
    out.close();
    return out ? ok() : Status(errno_error("write '" + path + "'", errno));
}

Status make_tree(const TreeOptions& options, Random& random, Markers& markers) {
    std::vector<std::string> projects;
    for (std::size_t i = 0; i < kProjects; ++i)
        projects.push_back(options.owner + "/code/" + name(random, i));

    // 1. Plan.
    std::vector<Planned> plan = fixed_files(projects);
    while (plan.size() < options.files) plan.push_back(next_file(random, projects, plan.size()));
    spread_sizes(plan, options.bytes, random);

    // 2. Write, with markers spread evenly over the kinds.
    const std::uint64_t marked = std::min<std::uint64_t>(options.markers, plan.size());
    for (std::size_t i = 0; i < plan.size(); ++i) {
        const bool mark = (i + 1) * marked / plan.size() != i * marked / plan.size();
        const std::string marker = mark ? markers.make(random) : std::string{};
        const std::string content = content_of(plan[i], random, marker);
        Status written =
            write_file(fs::path(options.home) / plan[i].path, content, plan[i].time_ms);
        if (!written) return written;
    }

    // 3. What must never travel; a test looks for it on the other side.
    const std::string credentials =
        "{\"note\":\"stays on this machine\",\"accessToken\":\"none\"}\n";
    for (const char* path : {".claude/.credentials.json", ".codex/auth.json"}) {
        Status written = write_file(fs::path(options.home) / path, credentials, kFirstDayMs);
        if (!written) return written;
    }
    return ok();
}

}  // namespace satchel::generate
