// Who else has a database open. Private to this folder.
#pragma once

#include <filesystem>
#include <string>

namespace satchel::sources::sqlite {

/// Other programs that have the database open, for people: "sqlite3 (pid 4711)"; empty when none.
std::string name_openers(const std::filesystem::path& database);

}  // namespace satchel::sources::sqlite
