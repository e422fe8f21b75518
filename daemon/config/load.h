// Reading config.toml: bounded, strict, and with an answer for every mistake.
#pragma once

#include "daemon/config/settings.h"

#include <filesystem>

namespace satchel::config {

/// Settings from TOML text; `name` is the file's name in messages. Errors are bad_config and say
/// where: line and column for syntax, the nearest known key for an unknown one, the range for a
/// number outside it.
Result<Settings> parse_settings(std::string_view text, std::string_view name);
/// Settings from a file; defaults when there is none. Refuses a file others can write.
Result<Settings> load_settings(const std::filesystem::path& file);

}  // namespace satchel::config
