// Random schedules: three devices append, rewrite and delete; at the end all hold the same bytes,
// every line nobody removed stands there once, and none twice. SCHEDULE_SEED replays one seed.
#include "tests/unit/file_tree/tree_device.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <doctest/doctest.h>

namespace satchel::sources::test {

namespace {

namespace fs = std::filesystem;

class Schedule {
  public:
    explicit Schedule(unsigned seed) : random_(seed) {
        for (std::uint8_t i = 1; i <= 3; ++i) devices_.push_back(std::make_unique<TreeDevice>(i));
        for (auto& device : devices_) device->dir.write("keep.txt", "x");
        if (below(2) == 0) start_with_copies();
    }

    void run() {
        for (int step = 0; step < 40; ++step) act();
        finish_torn_lines();
        settle(devices_);
        check();
    }

  private:
    std::size_t below(std::size_t bound) { return random_() % bound; }

    TreeDevice& any() { return *devices_[below(devices_.size())]; }

    const char* any_path() { return below(2) == 0 ? "d/a.jsonl" : "b.jsonl"; }

    std::string new_line() {
        std::string line = "line " + std::to_string(++count_) + std::string(below(50), '.');
        lines_.insert(line);
        return line + "\n";
    }

    void start_with_copies() {
        std::string text;
        for (int i = 0; i < 20; ++i) text += new_line();
        for (auto& device : devices_) {
            if (below(2) == 0) text += new_line();
            device->dir.write("b.jsonl", text);
            if (below(2) == 0) REQUIRE(device->capture().has_value());
        }
        rewritten_ = {"b.jsonl"};  // a copy elsewhere is a concurrent write of the same lines
    }

    void act() {
        TreeDevice& device = any();
        const char* path = any_path();
        switch (below(12)) {
            case 0:
            case 1:
            case 2:
            case 3:
                append(device, path);
                break;
            case 4:
                remove(device, path);
                break;
            case 5:
                rewrite(device, path);
                break;
            case 6:
            case 7:
                capture(device);
                break;
            case 8:
            case 9:
                device.pull(any());
                break;
            default:
                device.project(1 + below(6), &random_);
                break;
        }
    }

    void capture(TreeDevice& device) {
        device.clock.advance(std::chrono::seconds(below(90)));
        REQUIRE(device.capture().has_value());
    }

    /// Ends a torn line of this writer first, as its writer would.
    void append(TreeDevice& device, const char* path) {
        std::string text;
        auto& rest = torn_[{&device, path}];
        if (!rest.empty() && fs::exists(device.dir / path)) text = rest;
        rest.clear();
        for (std::size_t i = below(3); i > 0; --i) text += new_line();
        if (below(4) == 0) {
            const std::string line = new_line();
            text += line.substr(0, 6);
            rest = line.substr(6);
        }
        if (text.empty()) text = new_line();
        fs::create_directories((device.dir / path).parent_path());
        device.dir.append(path, text);
        if (!rest.empty()) write_now(device, path);
    }

    /// The writer of a torn line is about to go on, by the device's clock.
    static void write_now(TreeDevice& device, const char* path) {
        const auto real = std::chrono::file_clock::now();
        fs::last_write_time(device.dir / path, real + device.clock.steady_ms());
    }

    void forget_visible(TreeDevice& device, const char* path) {
        std::istringstream in(device.dir.read(path) + torn_[{&device, path}]);
        for (std::string line; std::getline(in, line);) removed_.insert(line);
        torn_[{&device, path}].clear();
    }

    void remove(TreeDevice& device, const char* path) {
        if (!fs::exists(device.dir / path)) return;
        forget_visible(device, path);
        fs::remove(device.dir / path);
    }

    /// Concurrent rewrites of one file may double lines, by design; so one between two rests.
    void rewrite(TreeDevice& device, const char* path) {
        if (!rewritten_.insert(path).second) {
            finish_torn_lines();
            settle(devices_);
            rewritten_ = {path};
        }
        if (!fs::exists(device.dir / path) || !torn_[{&device, path}].empty()) return;
        std::istringstream in(device.dir.read(path));
        std::string text;
        for (std::string line; std::getline(in, line);) {
            if (below(3) == 0)
                removed_.insert(line);
            else
                text += line + "\n";
        }
        if (below(2) == 0) text += new_line();
        if (below(2) == 0) fs::remove(device.dir / path);
        device.dir.write(path, text);
    }

    void finish_torn_lines() {
        for (auto& [where, rest] : torn_) {
            auto& [device, path] = where;
            if (!rest.empty() && fs::exists(device->dir / path)) device->dir.append(path, rest);
            rest.clear();
        }
    }

    void check() {
        std::multiset<std::string> found;
        for (const auto& [path, text] : devices_[0]->dir.files()) {
            if (path == "keep.txt") continue;
            std::istringstream in(text);
            for (std::string line; std::getline(in, line);) found.insert(line);
        }
        for (const std::string& line : lines_) {
            CAPTURE(line);
            if (!removed_.contains(line)) CHECK(found.count(line) == 1);
            CHECK(found.count(line) <= 1);
        }
        for (const std::string& line : found) {
            CAPTURE(line);
            CHECK(lines_.contains(line));
        }
        for (auto& device : devices_) {
            CHECK(device->dir.files() == devices_[0]->dir.files());
            CHECK(device->count_pending() == 0);
        }
    }

    std::mt19937 random_;
    std::vector<std::unique_ptr<TreeDevice>> devices_;
    std::set<std::string> lines_;
    std::set<std::string> removed_;
    std::map<std::pair<TreeDevice*, std::string>, std::string> torn_;
    std::set<std::string> rewritten_;
    int count_ = 0;
};

}  // namespace

TEST_SUITE("file_tree/schedule") {
    TEST_CASE("random schedules lose no line and double none") {
        const char* only = std::getenv("SCHEDULE_SEED");
        const char* many = std::getenv("SCHEDULE_SEEDS");
        const unsigned count = many != nullptr ? static_cast<unsigned>(std::atoi(many)) : 150;
        const unsigned first = only != nullptr ? static_cast<unsigned>(std::atoi(only)) : 0;
        for (unsigned seed = first; seed < (only != nullptr ? first + 1 : count); ++seed) {
            CAPTURE(seed);
            Schedule(seed).run();
        }
    }
}

}  // namespace satchel::sources::test
