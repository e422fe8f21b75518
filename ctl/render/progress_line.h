// Progress of a call as one line that is overprinted, on a terminal only, and only when the work
// takes longer than a person's patience.
#pragma once

#include "ctl/render/output.h"
#include "shared/base/clock.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace satchel::ctl {

/// Lives as long as the call; wipes its line when it goes.
class ProgressLine {
  public:
    ProgressLine(Output& output, const Clock& clock);
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;
    ~ProgressLine();

    /// "push 12/40 items: notes.md"; a `total` of 0 is not known.
    void show(std::string_view phase,
              std::int64_t done,
              std::int64_t total,
              std::string_view unit,
              std::string_view item);

  private:
    Output& output_;
    const Clock& clock_;
    milliseconds started_;
    milliseconds shown_{-1};
};

}  // namespace satchel::ctl
