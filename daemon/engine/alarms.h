// What is wrong with the hub or with another device for as long as it is: told once when it begins,
// shown by status until it ends.
#pragma once

#include "shared/base/clock.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace satchel::engine {

/// One thing that is wrong, in words for people.
struct Alarm {
    std::string_view code;  ///< for programs: "rolled_back", "withheld", "forked", "differs",
                            ///< "damaged", "silent" or "clock_off"
    std::string what;       ///< stays the same for as long as it is the same thing
    std::string advice;     ///< what it means and what to do
    UnixMs since_ms = 0;    ///< when it began; of no account in what Alarms is told
};

/// All of it in one sentence.
std::string sentence(const Alarm& alarm);

/// The alarms that stand.
class Alarms {
  public:
    /// `found` is everything that is wrong now. Returns, in sentences, what was not wrong at the
    /// last call; what is not among `found` any more has ended.
    std::vector<std::string> replace(const std::vector<Alarm>& found, UnixMs now_ms);
    /// All that stand.
    [[nodiscard]] std::vector<Alarm> standing() const;

  private:
    std::map<std::string, Alarm> standing_;  // by `what`
};

}  // namespace satchel::engine
