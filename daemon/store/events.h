// What happened lately, for `satchelctl events`: a bounded list.
#pragma once

#include <string>
#include <vector>

#include "daemon/store/database.h"
#include "shared/base/clock.h"

namespace satchel::store {

/// One thing a person may want to know.
struct Event {
    std::int64_t id = 0;
    UnixMs at_ms = 0;
    std::string kind;
    std::string text;
};

/// Adds an event and forgets all but the newest thousand.
Status add_event(Transaction& transaction, const Event& event);
/// Events after `after_id`, oldest first, at most `limit`.
Result<std::vector<Event>> load_events(Database& database, std::int64_t after_id, std::size_t limit);

}  // namespace satchel::store
