// Asks the platform; a database in use is three files.
#include "daemon/sources/sqlite_tables/owner.h"

#include "shared/platform/open_files.h"

namespace satchel::sources::sqlite {

std::string name_openers(const std::filesystem::path& database) {
    std::filesystem::path log = database;
    std::filesystem::path index = database;
    log += "-wal";
    index += "-shm";
    const std::filesystem::path files[] = {database, log, index};
    const auto openers = platform::find_openers(files);
    if (openers.empty()) return {};
    std::string text = openers.front().name + " (pid " + std::to_string(openers.front().pid) + ")";
    if (openers.size() > 1) text += " and " + std::to_string(openers.size() - 1) + " more";
    return text;
}

}  // namespace satchel::sources::sqlite
