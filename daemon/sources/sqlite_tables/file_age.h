// Tells a database that moved on from one that somebody put back: an older copy would undo, as if
// it were the application's work, everything done since.
#pragma once

#include "daemon/sources/source.h"
#include "daemon/sources/sqlite_tables/database.h"

namespace satchel::sources::sqlite {

enum class FileAge : std::uint8_t {
    newer,    ///< the file noted last, as it was or further on
    older,    ///< it went back to a state before the one noted
    unknown,  ///< other files are at its place
};

/// The files that a connection has open.
struct FileNumbers {
    std::uint64_t inode = 0;
    std::uint64_t index_inode = 0;  ///< of the write-ahead index; 0: none
};

/// In write-ahead mode the change counter tells little, and only that files were replaced is known.
Result<FileAge> find_file_age(Database& database, FileNumbers now, Memory& memory);

/// Notes the state that the next find_file_age() compares with.
Status note_file_age(Database& database, FileNumbers now, Memory& memory);

}  // namespace satchel::sources::sqlite
