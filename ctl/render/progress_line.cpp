// At most ten lines a second, none in the first half second.
#include "ctl/render/progress_line.h"

#include "ctl/render/words.h"

namespace satchel::ctl {
namespace {

constexpr milliseconds kPatience{500};
constexpr milliseconds kBetween{100};

}  // namespace

ProgressLine::ProgressLine(Output& output, const Clock& clock)
    : output_(output), clock_(clock), started_(clock.steady_ms()) {}

ProgressLine::~ProgressLine() {
    if (shown_.count() >= 0) output_.talk_stream() << "\r\033[K" << std::flush;
}

void ProgressLine::show(std::string_view phase,
                        std::int64_t done,
                        std::int64_t total,
                        std::string_view unit,
                        std::string_view item) {
    const auto now = clock_.steady_ms();
    if (!output_.options().progress || now - started_ < kPatience) return;
    if (shown_.count() >= 0 && now - shown_ < kBetween) return;
    shown_ = now;
    const bool bytes = unit == "bytes";
    std::string line = shown(phase, 20) + " " + (bytes ? size_words(done) : std::to_string(done));
    if (total > 0) line += "/" + (bytes ? size_words(total) : std::to_string(total));
    if (!bytes) line += " " + shown(unit, 20);
    if (!item.empty()) line += ": " + shown(item, 40);
    output_.talk_stream() << "\r\033[K" << line << std::flush;
}

}  // namespace satchel::ctl
