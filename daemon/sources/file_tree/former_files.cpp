#include "daemon/sources/file_tree/former_files.h"

namespace satchel::sources {

Status FormerFiles::load() {
    is_loaded_ = true;
    SATCHEL_TRY(notes, list_file_notes(run_.memory, ""));
    for (auto& [path, note] : notes) {
        const bool has_lines = note.file_class == FileClass::lines && note.captured > 0;
        if (has_lines) by_inode_.emplace(note.inode, FormerFile{path, note});
    }
    return ok();
}

Result<std::optional<FormerFile>> FormerFiles::find(const FoundFile& file) {
    std::optional<FormerFile> none;
    if (!is_loaded_)
        if (Status status = load(); !status) return status.error();
    const auto [begin, end] = by_inode_.equal_range(file.stat.inode);
    for (auto at = begin; at != end; ++at) {
        const FormerFile& former = at->second;
        if (former.note.captured > file.stat.size) continue;
        SATCHEL_TRY(there, run_.root.find(former.path));
        if (there) continue;
        auto fd = run_.root.open_file(file.path);
        if (!fd) return none;  // the capture says why
        SATCHEL_TRY(mark, fingerprint(fd->get(), former.note.captured));
        if (mark == former.note.fingerprint) return std::optional(former);
    }
    return none;
}

}  // namespace satchel::sources
