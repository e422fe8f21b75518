#include "daemon/sources/file_tree/process_gate.h"

namespace satchel::sources {

namespace {

constexpr milliseconds kMissingFor = std::chrono::seconds(2);

}  // namespace

ProcessGate::ProcessGate(FindProgram find, std::string title, const Clock& clock)
    : find_(std::move(find)), title_(std::move(title)), clock_(clock) {}

void ProcessGate::look() {
    if (!find_) return;
    state_ = find_();
    if (state_ != platform::RunState::stopped)
        missing_since_.reset();
    else if (!missing_since_)
        missing_since_ = clock_.steady_ms();
}

std::optional<std::string> ProcessGate::why_closed() {
    if (!find_) return std::nullopt;
    look();
    if (state_ == platform::RunState::running)
        return title_ + " runs; it is written when it does not";
    if (state_ == platform::RunState::unknown)
        return "it cannot be told whether " + title_ + " runs";
    if (clock_.steady_ms() - *missing_since_ < kMissingFor)
        return "waiting to see whether " + title_ + " is really away";
    return std::nullopt;
}

std::string ProcessGate::word() const {
    return find_ ? std::string(platform::run_state_word(state_)) : std::string();
}

}  // namespace satchel::sources
