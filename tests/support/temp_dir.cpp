// See temp_dir.h. Errors here are exceptions: a fixture that fails should end the test.
#include "tests/support/temp_dir.h"

#include <cstdio>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

#include <stdlib.h>

namespace satchel::support {

namespace fs = std::filesystem;

namespace {

void write_file(const fs::path& path, std::string_view content, std::ios::openmode mode) {
    fs::create_directories(path.parent_path());
    std::ofstream out(path, std::ios::binary | mode);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    if (!out.flush()) throw std::runtime_error("write " + path.string());
}

std::string read_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error("read " + path.string());
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TempDir::TempDir() {
    std::string pattern = (fs::temp_directory_path() / "satchel-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("make " + pattern);
    path_ = pattern;
}

TempDir::~TempDir() {
    if (::getenv("SATCHEL_KEEP_TEMP") != nullptr) {
        std::fprintf(stderr, "kept %s\n", path_.c_str());
        return;
    }
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

fs::path TempDir::write(std::string_view relative, std::string_view content) const {
    write_file(path_ / relative, content, std::ios::trunc);
    return path_ / relative;
}

void TempDir::append(std::string_view relative, std::string_view content) const {
    write_file(path_ / relative, content, std::ios::app);
}

std::string TempDir::read(std::string_view relative) const {
    return read_file(path_ / relative);
}

std::map<std::string, std::string> TempDir::files(std::string_view relative) const {
    const fs::path root = path_ / relative;
    std::map<std::string, std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(root))
        if (entry.is_regular_file())
            found[entry.path().lexically_relative(root).string()] = read_file(entry.path());
    return found;
}

ScopedEnv::ScopedEnv(std::string name, std::optional<std::string> value) : name_(std::move(name)) {
    if (const char* old = ::getenv(name_.c_str())) old_ = old;
    if (value)
        ::setenv(name_.c_str(), value->c_str(), 1);
    else
        ::unsetenv(name_.c_str());
}

ScopedEnv::~ScopedEnv() {
    if (old_)
        ::setenv(name_.c_str(), old_->c_str(), 1);
    else
        ::unsetenv(name_.c_str());
}

TempHome::TempHome()
    : home_("HOME", path().string()),
      config_("XDG_CONFIG_HOME", (dir_ / "home/.config").string()),
      data_("XDG_DATA_HOME", (dir_ / "home/.local/share").string()),
      state_("XDG_STATE_HOME", (dir_ / "home/.local/state").string()),
      cache_("XDG_CACHE_HOME", (dir_ / "home/.cache").string()),
      runtime_("XDG_RUNTIME_DIR", (dir_ / "run").string()),
      notify_("NOTIFY_SOCKET", std::nullopt),
      listen_("LISTEN_FDS", std::nullopt) {
    fs::create_directories(path());
    fs::create_directories(dir_ / "run");
    fs::permissions(dir_ / "run", fs::perms::owner_all);
}

}  // namespace satchel::support
