#include "daemon/store/events.h"

#include "daemon/store/query.h"

namespace satchel::store {

Status add_event(Transaction& transaction, const Event& event) {
    return guarded("record an event", [&]() -> Status {
        Query query(transaction.database(), "INSERT INTO event (at_ms, kind, text) VALUES (?, ?, ?)");
        query.bind(event.at_ms).bind(event.kind).bind(event.text).run();
        Query trim(transaction.database(),
                   "DELETE FROM event WHERE id <= (SELECT max(id) FROM event) - 1000");
        trim.run();
        return ok();
    });
}

Result<std::vector<Event>> load_events(Database& database,
                                       std::int64_t after_id,
                                       std::size_t limit) {
    return guarded("read the events", [&]() -> Result<std::vector<Event>> {
        Query query(database,
                    "SELECT id, at_ms, kind, text FROM event WHERE id > ? ORDER BY id LIMIT ?");
        query.bind(after_id).bind(std::uint64_t{limit});
        std::vector<Event> events;
        while (query.step())
            events.push_back({query.integer(0), query.integer(1), query.text(2), query.text(3)});
        return events;
    });
}

}  // namespace satchel::store
