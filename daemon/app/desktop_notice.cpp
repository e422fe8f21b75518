#include "daemon/app/desktop_notice.h"

#include "shared/log/keys.h"
#include "shared/log/log.h"
#include "shared/platform/spawn.h"

namespace satchel::app {
namespace {

constexpr milliseconds kPause = std::chrono::minutes(10);

}  // namespace

void DesktopNotice::show(std::string_view kind, const std::string& text) {
    const milliseconds now = clock_.steady_ms();
    const auto last = shown_.find(kind);
    if (last != shown_.end() && now - last->second < kPause) return;
    const auto program = platform::find_program(environment_, "notify-send");
    if (!program) {
        SATCHEL_LOG("app", debug, "no notice: there is no notify-send on the PATH");
        return;
    }
    shown_.insert_or_assign(std::string(kind), now);
    const Status started = platform::spawn_detached(
        {program->string(), "--app-name=Satchel", "--icon=dialog-warning", "--", "Satchel", text});
    if (!started)
        SATCHEL_LOG("app", debug, "no notice", {log::key::kError, started.error().message});
}

}  // namespace satchel::app
