// satchelctl, status, sync status, events: how things are.
#include "ctl/commands/commands.h"
#include "ctl/commands/status_text.h"
#include "ctl/render/words.h"
#include "shared/platform/folder_watch.h"

#include <string>

namespace satchel::ctl {
namespace {

/// Between two looks; the daemon's coming and going is seen at once.
constexpr milliseconds kWatchBeat = seconds(1);
constexpr std::string_view kClearScreen = "\033[H\033[J";

/// What is said again only when it is otherwise: without what every cycle changes.
std::string essence(const Context& context, const Result<Picture>& picture) {
    if (!picture) return picture.error().message;
    if (!context.out.options().json) return change_line(*picture);
    json::Value value = to_object(*picture);
    for (const char* name : {"next_run", "last_success", "wire", "cycling", "as_of"})
        value.as_object().erase(name);
    return json::to_text(value);
}

/// One look as a whole screen, or as a line or object when it is news.
void show(Context& context, const Result<Picture>& picture) {
    Output& out = context.out;
    if (out.options().redraw) {
        std::string text(kClearScreen);
        if (picture)
            text += whole_text(context, *picture);
        else
            text += shown(picture.error().message, 600) + "\n" + shown(picture.error().hint, 600) +
                    "\n";
        out.text(text + "\n" + local_words(context.clock.now_ms()) + "; Ctrl-C ends it\n");
    } else if (!picture) {
        out.json(error_object(picture.error()));
        out.text(local_words(context.clock.now_ms()) + "  " + shown(picture.error().message, 600) +
                 "; next: " + shown(picture.error().hint, 600) + "\n");
    } else {
        out.json(to_object(*picture));
        out.text(local_words(context.clock.now_ms()) + "  " + change_line(*picture) + "\n");
    }
}

Outcome watch_status(Context& context) {
    platform::FolderWatch changes(context.dirs.socket("device").parent_path());
    std::string last;
    // Until the person has seen enough, or nobody reads any more.
    while (true) {
        const auto picture = take_picture(context, context.out.options().redraw);
        const bool is_interrupted = context.is_interrupted && context.is_interrupted();
        if (is_interrupted || (!picture && picture.error().code == ErrorCode::interrupted))
            return 0;
        const std::string now = essence(context, picture);
        if (context.out.options().redraw || now != last) show(context, picture);
        last = now;
        if (!context.out.flush()) return 0;
        changes.wait(kWatchBeat);
    }
}

}  // namespace

Result<Picture> take_picture(Context& context, bool with_devices) {
    auto client = connect_to_ask(context);
    if (!client) return told_silence(client.error());
    Picture picture;
    auto status = client->call(control::StatusRequest{});
    if (!status) return told_silence(status.error());
    picture.status = std::move(*status);
    picture.problems = find_problems(check_status(picture.status, context.clock.now_ms()));
    if (!with_devices || picture.status.workspace.empty() || picture.status.as_of) return picture;
    if (auto list = client->call(control::DeviceListRequest{})) picture.devices = std::move(*list);
    return picture;
}

Outcome run_overview(Context& context) {
    SATCHEL_TRY(picture, take_picture(context, false));
    context.out.json(to_object(picture));
    context.out.text(overview_text(context, picture));
    return exit_status_of(picture.problems);
}

Outcome run_status(Context& context) {
    if (context.args.has("watch")) return watch_status(context);
    SATCHEL_TRY(picture, take_picture(context, !context.out.options().json && !context.args.quiet));
    context.out.json(to_object(picture));
    context.out.text(whole_text(context, picture));
    return exit_status_of(picture.problems);
}

Outcome run_sync_status(Context& context) {
    if (context.args.dry_run) return run_plan(context);
    SATCHEL_TRY(picture, take_picture(context, false));
    context.out.json(to_object(picture));
    context.out.text(waiting_text(picture));
    return exit_status_of(picture.problems);
}

}  // namespace satchel::ctl
