// Where the note lies and what it holds: the change counter of the header and two inode numbers.
#include "daemon/sources/sqlite_tables/file_age.h"

#include "shared/base/bytes.h"

namespace satchel::sources::sqlite {

namespace {

constexpr std::string_view kNote = "counter";
constexpr std::size_t kNoteBytes = 4 + 8 + 8;

}  // namespace

Result<FileAge> find_file_age(Database& database, FileNumbers now, Memory& memory) {
    SATCHEL_TRY(noted, memory.note(as_bytes(kNote)));
    if (!noted || noted->size() != kNoteBytes) return FileAge::newer;
    SATCHEL_TRY(counter, database.change_counter());
    ByteReader reader(*noted);
    const std::uint32_t before = reader.u32();
    if (counter != 0 && static_cast<std::int32_t>(counter - before) < 0) return FileAge::older;
    const bool is_same = reader.u64() == now.inode && reader.u64() == now.index_inode;
    return is_same ? FileAge::newer : FileAge::unknown;
}

Status note_file_age(Database& database, FileNumbers now, Memory& memory) {
    SATCHEL_TRY(counter, database.change_counter());
    if (counter == 0) return memory.erase_note(as_bytes(kNote));
    Bytes note;
    ByteWriter writer(note);
    writer.u32(counter);
    writer.u64(now.inode);
    writer.u64(now.index_inode);
    return memory.set_note(as_bytes(kNote), note);
}

}  // namespace satchel::sources::sqlite
