// See begun_appends.h.
#include "daemon/sources/file_tree/begun_appends.h"

#include "daemon/sources/file_tree/notes.h"

#include <algorithm>

namespace satchel::sources {

Status BegunAppends::announce(Memory& memory, std::vector<Sid> files) {
    std::ranges::sort(files);
    const auto rest = std::ranges::unique(files);
    files.erase(rest.begin(), rest.end());
    bool is_news = false;
    for (const Sid& file : files) {
        SATCHEL_TRY(path, memory.note(path_note_name(file)));
        if (!path) continue;
        announced_.insert(file);
        const Bytes name = append_note_name(file);
        SATCHEL_TRY(earlier, memory.note(name));
        if (earlier) {
            left_open_.insert(file);
            continue;
        }
        if (Status status = memory.set_note(name, {}); !status) return status;
        is_news = true;
    }
    return is_news ? memory.make_durable() : ok();
}

Status BegunAppends::skip(Memory& memory, const Sid& file) {
    return was_left_open(file) ? ok() : close(memory, file);
}

Status BegunAppends::close(Memory& memory, const Sid& file) {
    return announced_.erase(file) > 0 ? memory.erase_note(append_note_name(file)) : ok();
}

}  // namespace satchel::sources
