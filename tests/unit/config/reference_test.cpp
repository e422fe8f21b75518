// The table of settings, its template and its page in docs/reference agree.
#include "daemon/config/load.h"
#include "tests/support/result_text.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include <doctest/doctest.h>

namespace satchel::config {

namespace {

/// The template with every setting switched on: `#key = value` loses its mark, remarks keep theirs.
std::string uncommented(const std::string& text) {
    std::istringstream lines(text);
    std::string result;
    for (std::string line; std::getline(lines, line); result += line + "\n")
        if (line.size() > 1 && line[0] == '#' && line[1] != ' ') line.erase(0, 1);
    return result;
}

}  // namespace

TEST_SUITE_BEGIN("config/reference");

TEST_CASE("the template as it is written changes nothing") {
    CHECK(parse_settings(settings_template(), "template"));
    CHECK(settings_template() != uncommented(settings_template()));
}

TEST_CASE("the template with every line uncommented gives the defaults") {
    const auto settings = parse_settings(uncommented(settings_template()), "template");
    REQUIRE(settings);
    const Settings defaults;
    for (const SettingRow& row : kSettingRows) {
        CAPTURE(row.key);
        CHECK(uncommented(settings_template()).find("\n" + std::string(row.key) + " = ") !=
              std::string::npos);
        std::visit([&](const auto member) { CHECK((*settings).*member == defaults.*member); },
                   row.member);
    }
}

TEST_CASE("keys are in order and defaults are inside their ranges") {
    CHECK(std::ranges::is_sorted(kSettingRows, {}, &SettingRow::key));
    const Settings defaults;
    for (const SettingRow& row : kSettingRows) {
        CAPTURE(row.key);
        CHECK_FALSE(row.meaning.empty());
        const auto* number = std::get_if<std::int64_t Settings::*>(&row.member);
        if (number == nullptr) continue;
        CHECK(row.minimum < row.maximum);
        CHECK(defaults.*(*number) >= row.minimum);
        CHECK(defaults.*(*number) <= row.maximum);
    }
}

TEST_CASE("the reference page is what the table makes") {
    // Set: the page is written anew, to be read before it is committed.
    if (std::getenv("SATCHEL_UPDATE_TRANSCRIPTS") != nullptr)
        std::ofstream(SATCHEL_DOCS "/reference/settings.md", std::ios::binary)
            << settings_reference();
    std::ifstream file(SATCHEL_DOCS "/reference/settings.md", std::ios::binary);
    REQUIRE(file.good());
    const std::string page{std::istreambuf_iterator<char>(file), {}};
    CHECK(page == settings_reference());
}

TEST_CASE("what differs between two settings is found") {
    Settings settings;
    CHECK(find_changes(settings, Settings()).empty());
    settings.interval_seconds = 60;
    settings.allow_plaintext = true;
    settings.log_level = "debug";
    const auto changes = find_changes(Settings(), settings);
    REQUIRE(changes.size() == 3);
    CHECK(changes[0]->key == "allow_plaintext");
    CHECK(changes[1]->key == "interval_seconds");
    CHECK(changes[2]->key == "log_level");
    CHECK(changes[0]->needs_restart);
    CHECK_FALSE(changes[1]->needs_restart);
}

TEST_SUITE_END();

}  // namespace satchel::config
