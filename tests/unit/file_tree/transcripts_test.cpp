// Random schedules over transcripts: three devices with different homes append to sessions,
// rewrite, fork, rename and delete them; at the end all show the same, each with its own folders,
// and no complete line that nobody removed is missing or stands twice. SATCHEL_SCHEDULES says how
// many, SCHEDULE_SEED replays one.
#include "daemon/sources/secret_mask.h"
#include "tests/unit/file_tree/two_homes.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include <doctest/doctest.h>

namespace satchel::sources::test {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDevices = 3;

class Transcripts {
  public:
    explicit Transcripts(unsigned seed) : random_(seed), homes_({"home/a", "Users/b", "c"}, true) {
        // All know the repository, none does, or some do: then a folder shows two projects in one.
        const std::size_t clones = below(3);
        is_mixed_ = clones == 2;
        for (std::size_t i = 0; i < kDevices; ++i)
            if (clones == 1 || (is_mixed_ && below(2) == 0))
                homes_.clone(i, kProject, "git@github.com:acme/app.git");
        append(below(kDevices), "s0.jsonl");
        finish_torn_lines();
        settle(homes_.devices);
    }

    void run() {
        for (int step = 0; step < 40; ++step) act();
        finish_torn_lines();
        settle(homes_.devices);
        check();
    }

  private:
    static constexpr const char* kProject = "dev/app";
    static constexpr const char* kSecret = " ghp_7kTq7bW2xZr9LmP4vYc6NhD8sFj3Ga0123";
    using Lines = std::multiset<std::string>;

    std::size_t below(std::size_t bound) { return random_() % bound; }

    TreeDevice& at(std::size_t device) { return homes_.at(device); }

    std::string place(std::size_t device, const std::string& file) const {
        return homes_.file(device, kProject, file);
    }

    bool is_here(std::size_t device, const std::string& file) {
        return fs::exists(at(device).dir / place(device, file));
    }

    /// Without what differs between homes.
    std::string plain(std::size_t device, std::string text) const {
        const std::string own = "null,\"cwd\":\"" + homes_.homes[device];
        const auto found = text.find(own);
        if (found != std::string::npos) text.replace(found + 12, own.size() - 12, "~");
        Bytes bytes = to_bytes(as_bytes(text));
        mask_secrets(bytes);
        return std::string(as_text(bytes));
    }

    void act() {
        const std::size_t device = below(kDevices);
        const auto file = std::next(files_.begin(), static_cast<long>(below(files_.size())));
        const std::string name = *file;
        switch (below(16)) {
            case 0:
            case 1:
            case 2:
            case 3:
            case 4:
                append(device, name);
                break;
            case 5:
                append(device,
                       below(2) == 0 ? "s" + std::to_string(++count_) + ".jsonl"
                                     : "s0/subagents/agent-1.jsonl");
                break;
            case 6:
                remove(device, name);
                break;
            case 7:
                rewrite(device, name);
                break;
            case 8:
                fork(device, name);
                break;
            case 9:
                rename(device, name);
                break;
            case 10:
            case 11:
                capture(device);
                break;
            case 12:
            case 13:
                at(device).pull(at(below(kDevices)));
                break;
            default:
                at(device).project(1 + below(6), &random_);
                break;
        }
    }

    void capture(std::size_t device) {
        at(device).clock.advance(std::chrono::seconds(below(90)));
        REQUIRE(at(device).capture().has_value());
    }

    /// Before that, a session whose lines name no folder of its own would be another project's.
    bool knows_project(std::size_t device) {
        const auto projects = at(device).tree.projects(at(device)).value();
        return std::ranges::any_of(projects, [](const auto& one) { return !one.root.empty(); });
    }

    std::string new_line(std::size_t device, const std::string& file) {
        std::string folder = homes_.path(device, kProject);
        if (below(4) == 0) folder += "/sub";
        if (below(9) == 0 && knows_project(device)) folder = "/srv/x";
        std::string text = "line " + std::to_string(++count_);
        if (below(3) == 0) text += kSecret + std::to_string(count_);
        const std::string line = record(folder, text);
        const std::string bare = plain(device, line.substr(0, line.size() - 1));
        written_[file].insert(bare);
        return line;
    }

    void append(std::size_t device, const std::string& file) {
        // Sessions have names of their own: two of one name begin only where a project has two.
        if (is_mixed_ && files_.contains(file) && !is_here(device, file)) return;
        files_.insert(file);
        std::string text;
        std::string& rest = torn_[{device, file}];
        if (!rest.empty() && is_here(device, file)) text = rest;
        rest.clear();
        for (std::size_t i = 1 + below(3); i > 0; --i) text += new_line(device, file);
        if (below(6) == 0) {
            const std::string line = new_line(device, file);
            const std::size_t cut = 1 + below(line.size() - 1);
            text += line.substr(0, cut);
            rest = line.substr(cut);
        }
        fs::create_directories((at(device).dir / place(device, file)).parent_path());
        at(device).dir.append(place(device, file), text);
        if (rest.empty()) return;
        // Its writer is about to go on, by the device's clock.
        const auto real = std::chrono::file_clock::now();
        fs::last_write_time(at(device).dir / place(device, file),
                            real + at(device).clock.steady_ms());
    }

    std::vector<std::string> visible(std::size_t device, const std::string& file) {
        std::istringstream in(at(device).dir.read(place(device, file)) + torn_[{device, file}]);
        std::vector<std::string> lines;
        for (std::string line; std::getline(in, line);) lines.push_back(line);
        return lines;
    }

    void forget(std::size_t device, const std::string& file) {
        for (const std::string& line : visible(device, file))
            removed_[file].insert(plain(device, line));
        torn_[{device, file}].clear();
    }

    void remove(std::size_t device, const std::string& file) {
        if (!is_here(device, file)) return;
        forget(device, file);
        fs::remove(at(device).dir / place(device, file));
    }

    /// Concurrent rewrites of one file may double lines, by design; so one between two rests.
    void rewrite(std::size_t device, const std::string& file) {
        if (!rewritten_.insert(file).second) {
            finish_torn_lines();
            settle(homes_.devices);
            rewritten_ = {file};
        }
        if (!is_here(device, file) || !torn_[{device, file}].empty()) return;
        std::string text;
        for (const std::string& line : visible(device, file)) {
            if (below(3) == 0)
                removed_[file].insert(plain(device, line));
            else
                text += line + "\n";
        }
        if (below(2) == 0) text += new_line(device, file);
        if (below(2) == 0) fs::remove(at(device).dir / place(device, file));
        at(device).dir.write(place(device, file), text);
    }

    /// The assistant copies the lines so far into a session of its own.
    void fork(std::size_t device, const std::string& file) {
        if (!is_here(device, file) || !torn_[{device, file}].empty()) return;
        const std::string copy = "f" + std::to_string(++count_) + ".jsonl";
        files_.insert(copy);
        const std::vector<std::string> lines = visible(device, file);
        std::string text;
        const std::size_t count = lines.size() - below(2) * (lines.size() / 2);
        for (std::size_t i = 0; i < count; ++i) {
            text += lines[i] + "\n";
            written_[copy].insert(plain(device, lines[i]));
        }
        text += new_line(device, copy);
        at(device).dir.write(place(device, copy), text);
    }

    void rename(std::size_t device, const std::string& file) {
        if (!is_here(device, file) || !torn_[{device, file}].empty()) return;
        const std::string other = "r" + std::to_string(++count_) + ".jsonl";
        files_.insert(other);
        for (const std::string& line : visible(device, file))
            written_[other].insert(plain(device, line));
        forget(device, file);
        fs::rename(at(device).dir / place(device, file), at(device).dir / place(device, other));
    }

    void finish_torn_lines() {
        for (auto& [where, rest] : torn_) {
            const auto& [device, file] = where;
            if (!rest.empty() && is_here(device, file))
                at(device).dir.append(place(device, file), rest);
            rest.clear();
        }
    }

    std::map<std::string, Lines> found_on(std::size_t device) {
        std::map<std::string, Lines> found;
        const std::string folder = place(device, "");
        for (const auto& entry : at(device).dir.files()) {
            const std::string& path = entry.first;
            if (path == "CLAUDE.md") continue;
            CAPTURE(path);
            REQUIRE(path.starts_with(folder));
            std::istringstream in(entry.second);
            for (std::string line; std::getline(in, line);)
                found[path.substr(folder.size())].insert(plain(device, line));
        }
        return found;
    }

    void check() {
        const std::map<std::string, Lines> first = found_on(0);
        for (const auto& entry : written_) {
            const std::string& file = entry.first;
            const auto& lines = entry.second;
            CAPTURE(file);
            const auto at_file = first.find(file);
            for (const std::string& line : lines) {
                CAPTURE(line);
                const std::size_t times = at_file == first.end() ? 0 : at_file->second.count(line);
                if (!removed_[file].contains(line)) CHECK(times == 1);
                CHECK(times <= 1);
            }
        }
        for (const auto& [file, lines] : first)
            for (const std::string& line : lines) {
                CAPTURE(line);
                CHECK(written_[file].contains(line));
            }
        for (std::size_t i = 0; i < kDevices; ++i) {
            CAPTURE(i);
            for (const LoggedOp& logged : at(i).log)
                for (const core::ColumnValue& cell : logged.op.columns)
                    if (cell.value.kind() == core::ValueKind::blob)
                        CHECK(cell.value.as_text().find(kSecret) == std::string_view::npos);
            CHECK(found_on(i) == first);
            CHECK(texts_on(i) == texts_on(0));
            CHECK(at(i).count_pending() == 0);
        }
    }

    /// Whole files without what differs, for their order.
    std::map<std::string, std::string> texts_on(std::size_t device) {
        std::map<std::string, std::string> texts;
        const std::string folder = place(device, "");
        for (const auto& [path, text] : at(device).dir.files()) {
            if (path == "CLAUDE.md") continue;
            std::istringstream in(text);
            for (std::string line; std::getline(in, line);)
                texts[path.substr(folder.size())] += plain(device, line) + "\n";
        }
        return texts;
    }

    std::mt19937 random_;
    Homes homes_;
    bool is_mixed_ = false;
    std::set<std::string> files_;
    std::map<std::string, std::set<std::string>> written_;
    std::map<std::string, std::set<std::string>> removed_;
    std::map<std::pair<std::size_t, std::string>, std::string> torn_;
    std::set<std::string> rewritten_;
    int count_ = 0;
};

}  // namespace

TEST_SUITE("file_tree/transcripts") {
    TEST_CASE("random schedules over three homes lose no line and double none") {
        const char* only = std::getenv("SCHEDULE_SEED");
        const char* many = std::getenv("SATCHEL_SCHEDULES");
        const unsigned count = many != nullptr ? static_cast<unsigned>(std::atoi(many)) : 150;
        const unsigned first = only != nullptr ? static_cast<unsigned>(std::atoi(only)) : 0;
        const unsigned end = only != nullptr ? first + 1 : count;
        for (unsigned seed = first; seed < end; ++seed) {
            CAPTURE(seed);
            Transcripts(seed).run();
        }
        // A line begun here that begins like one from elsewhere, at the same end of a file.
        if (only == nullptr) Transcripts(3136).run();
        const unsigned done = end - first;
        MESSAGE(done, " schedules over ", kDevices, " devices");
    }
}

}  // namespace satchel::sources::test
