// events: what happened, and what happens while it happens.
#include "ctl/commands/commands.h"
#include "ctl/render/words.h"
#include "shared/base/time_text.h"
#include "shared/protocol/control/daemon.h"

#include <algorithm>
#include <string>

namespace satchel::ctl {
namespace {

constexpr std::int64_t kLinesDefault = 50;
constexpr std::int64_t kLinesMax = 1'000;

std::string figures(const json::Value& data) {
    std::string text;
    if (const auto* object = data.if_object())
        for (const auto& [name, value] : *object)
            if (value.is_number()) text += " " + shown(name, 40) + "=" + json::to_text(value);
    return text;
}

void print(Context& context, const control::Event& event) {
    if (context.out.options().json) {
        context.out.json(json::to_json(event));
        return;
    }
    context.out.line(to_rfc3339(event.time.ms) + "  " + shown(event.kind, 20) + "  " +
                     (event.source.empty() ? "" : shown(event.source, 40) + ": ") +
                     shown(event.message) + figures(event.data));
}

Result<control::EventsListRequest> past_wish(const Context& context) {
    control::EventsListRequest request;
    SATCHEL_TRY(lines,
                lines_wanted(context, context.args.has("since") ? kLinesMax : kLinesDefault));
    request.limit = std::min(lines, kLinesMax);
    request.kinds = context.args.list("kind");
    if (!context.args.has("since")) return request;
    const auto since = from_rfc3339(context.args.text("since"));
    if (!since)
        return Error{ErrorCode::invalid_argument,
                     "'" + shown(context.args.text("since"), 40) + "' is no time",
                     "write it like 2026-03-01 or 2026-03-01T09:30:00Z"};
    request.since = json::Time{*since};
    return request;
}

}  // namespace

Outcome run_events(Context& context) {
    const bool wants_past = context.args.has("since") || context.args.has("lines");
    SATCHEL_TRY(wish, past_wish(context));
    SATCHEL_TRY(client, connect(context));
    if (wants_past && !context.args.has("follow")) {
        SATCHEL_TRY(past, client.call(wish));
        for (const control::Event& event : past.events) print(context, event);
        return 0;
    }
    control::EventsSubscribeRequest request;
    request.kinds = wish.kinds;
    SATCHEL_TRY(subscribed, client.call(request));
    // What happens from here on waits in the first connection.
    control::EventsListResponse past;
    if (wants_past) {
        SATCHEL_TRY(other, connect(context));
        SATCHEL_TRY(listed, other.call(wish));
        past = std::move(listed);
        for (const control::Event& event : past.events) print(context, event);
        if (!context.out.flush()) return 0;
    }
    if (subscribed.subscribed) context.out.talk("waiting for events; Ctrl-C ends it");
    // Until the daemon goes or the person has seen enough.
    while (true) {
        SATCHEL_TRY(event, client.next_event());
        if (event.kind == "ping") continue;
        const bool is_printed = std::ranges::any_of(past.events, [&](const control::Event& one) {
            return one.time.ms == event.time.ms && one.message == event.message;
        });
        if (!is_printed) print(context, event);
        if (!context.out.flush()) return 0;
    }
}

}  // namespace satchel::ctl
