#include "daemon/engine/alarms.h"

#include "shared/base/time_text.h"

namespace satchel::engine {

std::string sentence(const Alarm& alarm) {
    return alarm.what + " since " + to_rfc3339(alarm.since_ms) + ": " + alarm.advice;
}

std::vector<std::string> Alarms::replace(const std::vector<Alarm>& found, UnixMs now_ms) {
    std::map<std::string, Alarm> now;
    std::vector<std::string> news;
    for (const Alarm& alarm : found) {
        const auto known = standing_.find(alarm.what);
        const bool is_told = known != standing_.end() || now.contains(alarm.what);
        Alarm& standing = now[alarm.what];
        standing = alarm;
        standing.since_ms = known == standing_.end() ? now_ms : known->second.since_ms;
        if (!is_told) news.push_back(sentence(standing));
    }
    standing_ = std::move(now);
    return news;
}

std::vector<Alarm> Alarms::standing() const {
    std::vector<Alarm> all;
    for (const auto& [what, alarm] : standing_) all.push_back(alarm);
    return all;
}

}  // namespace satchel::engine
