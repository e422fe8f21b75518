// Appends that were begun, known across a crash: the system may end a write in the middle when the
// process is killed, and half a line stands at a file's end. Whether it is ours cannot be told from
// the bytes: lines of one session begin alike. So each append is announced before it is made.
#pragma once

#include "daemon/sources/source.h"

#include <set>
#include <vector>

namespace satchel::sources {

/// Announces the appends of one projection, and knows those of earlier ones that were left open.
class BegunAppends {
  public:
    /// Before anything is written: notes, durably, that lines may be appended to those of `files`
    /// that are here. One commit for all of them, none for files that are still to be made.
    Status announce(Memory& memory, std::vector<Sid> files);

    /// True when an append to `file` was announced earlier and nothing tells how it ended.
    [[nodiscard]] bool was_left_open(const Sid& file) const { return left_open_.contains(file); }

    /// No append to `file` was made by this projection: what is known of earlier ones stays.
    Status skip(Memory& memory, const Sid& file);

    /// It is known how every append to `file` ended. Durable with what the projection notes.
    Status close(Memory& memory, const Sid& file);

  private:
    std::set<Sid> announced_;
    std::set<Sid> left_open_;
};

}  // namespace satchel::sources
