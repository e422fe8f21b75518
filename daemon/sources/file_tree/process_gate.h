// Whether the program that owns a tree's files is certainly away, so that settings it would write
// over from its memory can be written.
#pragma once

#include "shared/base/clock.h"
#include "shared/platform/processes.h"

#include <functional>
#include <optional>
#include <string>

namespace satchel::sources {

/// Looks for the program; empty: there is none to wait for.
using FindProgram = std::function<platform::RunState()>;

/// A program that is between two of its processes is not away: it has to be missing whenever it was
/// looked for, for two seconds at least. Used from one thread.
class ProcessGate {
  public:
    /// `title` is what people call the program; `clock` outlives the gate.
    ProcessGate(FindProgram find, std::string title, const Clock& clock);

    /// Looks now. Call it whenever that is cheap enough; the more looks, the surer.
    void look();

    /// As of the last look.
    [[nodiscard]] platform::RunState state() const { return state_; }

    /// Looks; nothing when the way is free, else what is waited for.
    std::optional<std::string> why_closed();
    /// "running", "stopped" or "unknown"; empty when there is nothing to look for.
    [[nodiscard]] std::string word() const;

  private:
    FindProgram find_;
    std::string title_;
    const Clock& clock_;
    platform::RunState state_ = platform::RunState::unknown;
    std::optional<milliseconds> missing_since_;
};

}  // namespace satchel::sources
