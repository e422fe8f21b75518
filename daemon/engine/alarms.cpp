#include "daemon/engine/alarms.h"

#include "shared/base/time_text.h"

namespace satchel::engine {

namespace {

std::string sentence(const std::string& what, UnixMs since_ms, const std::string& advice) {
    return what + " since " + to_rfc3339(since_ms) + ": " + advice;
}

}  // namespace

std::vector<std::string> Alarms::replace(const std::vector<Alarm>& found, UnixMs now_ms) {
    std::map<std::string, Standing> now;
    std::vector<std::string> news;
    for (const Alarm& alarm : found) {
        const auto known = standing_.find(alarm.what);
        const UnixMs since_ms = known == standing_.end() ? now_ms : known->second.since_ms;
        const bool is_told = known != standing_.end() || now.contains(alarm.what);
        now[alarm.what] = {alarm.advice, since_ms};
        if (!is_told) news.push_back(sentence(alarm.what, since_ms, alarm.advice));
    }
    standing_ = std::move(now);
    return news;
}

std::vector<std::string> Alarms::sentences() const {
    std::vector<std::string> all;
    for (const auto& [what, standing] : standing_)
        all.push_back(sentence(what, standing.since_ms, standing.advice));
    return all;
}

}  // namespace satchel::engine
