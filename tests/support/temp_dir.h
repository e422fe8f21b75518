// Throw-away places on disk: a directory that is gone when the test ends, and a home made of one.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace satchel::support {

/// A new empty directory (mode 0700, below TMPDIR), removed with all it holds on destruction. Kept
/// when the environment has SATCHEL_KEEP_TEMP, and then named on standard error.
class TempDir {
  public:
    TempDir();
    ~TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    [[nodiscard]] std::filesystem::path operator/(std::string_view relative) const {
        return path_ / relative;
    }

    /// Writes `content` to the file at `relative`, making folders on the way. Returns its full
    /// path.
    std::filesystem::path write(std::string_view relative, std::string_view content) const;
    /// Adds `content` at the file's end.
    void append(std::string_view relative, std::string_view content) const;
    /// The file's bytes; throws std::runtime_error naming it when it cannot be read.
    [[nodiscard]] std::string read(std::string_view relative) const;
    /// Every regular file below `relative` with its bytes, by path relative to it.
    [[nodiscard]] std::map<std::string, std::string> files(std::string_view relative = {}) const;

  private:
    std::filesystem::path path_;
};

/// Sets an environment variable (or removes it) and puts the old value back on destruction. Tests
/// with threads make these before the first thread.
class ScopedEnv {
  public:
    ScopedEnv(std::string name, std::optional<std::string> value);
    ~ScopedEnv();
    ScopedEnv(const ScopedEnv&) = delete;
    ScopedEnv& operator=(const ScopedEnv&) = delete;

  private:
    std::string name_;
    std::optional<std::string> old_;
};

/// A home directory for one test: HOME and the XDG variables of this process point into it, and no
/// variable of the outer session (service manager, hub address) leaks in.
class TempHome {
  public:
    TempHome();

    [[nodiscard]] const TempDir& dir() const { return dir_; }

    [[nodiscard]] std::filesystem::path path() const { return dir_ / "home"; }

  private:
    TempDir dir_;
    ScopedEnv home_;
    ScopedEnv config_;
    ScopedEnv data_;
    ScopedEnv state_;
    ScopedEnv cache_;
    ScopedEnv runtime_;
    ScopedEnv notify_;
    ScopedEnv listen_;
};

}  // namespace satchel::support
