// Settings from a file: absent, unreadable, or open to others.
#include "daemon/config/load.h"

#include "shared/base/limits.h"
#include "tests/support/result_text.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

namespace satchel::config {

namespace fs = std::filesystem;

namespace {

void set_mode(const fs::path& file, unsigned mode) {
    fs::permissions(file, static_cast<fs::perms>(mode));
}

}  // namespace

TEST_SUITE_BEGIN("config/load");

TEST_CASE("without a file there are defaults") {
    const support::TempDir dir;
    const auto settings = load_settings(dir / "config.toml");
    REQUIRE(settings);
    CHECK(settings->interval_seconds == Settings{}.interval_seconds);
    CHECK(load_settings(dir / "no/such/directory/config.toml"));
}

TEST_CASE("a file is read and its mistakes carry its name") {
    const support::TempDir dir;
    const fs::path file = dir.write("config.toml", "settle_ms = 7\n");
    set_mode(file, 0600);
    const auto settings = load_settings(file);
    REQUIRE(settings);
    CHECK(settings->settle_ms == 7);

    dir.write("config.toml", "settle_ms = x\n");
    const auto wrong = load_settings(file);
    REQUIRE(wrong.has_error());
    CHECK(wrong.error().code == ErrorCode::bad_config);
    CHECK(wrong.error().message.starts_with("config.toml:1:"));
}

TEST_CASE("a file that others can read but not write is fine") {
    const support::TempDir dir;
    const fs::path file = dir.write("config.toml", "");
    for (const unsigned mode : {0400u, 0600u, 0644u}) {
        set_mode(file, mode);
        CHECK(load_settings(file));
    }
}

TEST_CASE("a file that others can write is refused with the cure") {
    const support::TempDir dir;
    const fs::path file = dir.write("config.toml", "");
    for (const unsigned mode : {0666u, 0620u, 0602u}) {
        set_mode(file, mode);
        const auto settings = load_settings(file);
        REQUIRE(settings.has_error());
        CHECK(settings.error().code == ErrorCode::refused);
        CHECK(settings.error().hint == "chmod 600 " + file.string());
    }
}

TEST_CASE("a folder that others can write is refused with the cure") {
    const support::TempDir dir;
    const fs::path file = dir.write("config/config.toml", "");
    set_mode(file, 0600);
    set_mode(file.parent_path(), 0777);
    const auto settings = load_settings(file);
    REQUIRE(settings.has_error());
    CHECK(settings.error().code == ErrorCode::refused);
    CHECK(settings.error().hint == "chmod 700 " + file.parent_path().string());
    set_mode(file.parent_path(), 0700);
    CHECK(load_settings(file));
}

TEST_CASE("a link is judged by the file behind it") {
    const support::TempDir dir;
    const fs::path file = dir.write("real.toml", "settle_ms = 9\n");
    set_mode(file, 0600);
    fs::create_symlink(file, dir / "config.toml");
    const auto settings = load_settings(dir / "config.toml");
    REQUIRE(settings);
    CHECK(settings->settle_ms == 9);
    set_mode(file, 0666);
    CHECK(load_settings(dir / "config.toml").has_error());
}

TEST_CASE("what is no file or too large is a configuration error") {
    const support::TempDir dir;
    const auto directory = load_settings(dir.path());
    REQUIRE(directory.has_error());
    CHECK(directory.error().code == ErrorCode::bad_config);

    const fs::path file = dir.write("config.toml", std::string(limits::kConfigBytesMax + 1, '#'));
    const auto large = load_settings(file);
    REQUIRE(large.has_error());
    CHECK(large.error().code == ErrorCode::bad_config);
}

TEST_SUITE_END();

}  // namespace satchel::config
