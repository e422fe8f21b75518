// satchelctl, status, sync status, events: how things are.
#include "shared/protocol/control/status.h"

#include "ctl/commands/commands.h"
#include "ctl/render/table.h"
#include "ctl/render/words.h"
#include "shared/base/time_text.h"

#include <algorithm>
#include <string>

namespace satchel::ctl {
namespace {

using control::StatusResponse;

bool is_enrolled(const StatusResponse& status) {
    return !status.workspace.empty();
}

std::string hub_words(const StatusResponse& status) {
    const std::string why = status.hub_detail.empty() ? "" : " (" + shown(status.hub_detail) + ")";
    if (status.hub_state == "ok") return "connected";
    if (status.hub_state == "offline") return "unreachable" + why;
    if (status.hub_state == "refused") return "refuses this device" + why;
    if (status.hub_state == "halted") return "stopped" + why;
    if (status.hub_state == "disconnected") return "disconnected" + why;
    return "not configured";
}

std::string sync_words(const Context& context, const StatusResponse& status) {
    std::string words = shown(status.state);
    if (!status.state_detail.empty()) words += " (" + shown(status.state_detail) + ")";
    words += "; last success " + when(context, status.last_success);
    if (!status.enabled) return words + "; automatic cycles are off";
    return words + "; next " + when(context, status.next_run, "not planned");
}

std::string pending_words(const Context& context, const StatusResponse& status) {
    std::string words = std::to_string(status.pending_out) + " out, " +
                        std::to_string(status.pending_in) + " in, " +
                        count_words(status.conflicts, "conflict");
    if (status.oldest_unsynced) words += "; oldest " + when(context, status.oldest_unsynced);
    return words;
}

std::string source_words(const StatusResponse& status) {
    const auto troubled = std::count_if(status.sources.begin(),
                                        status.sources.end(),
                                        [](const auto& source) { return source.state != "ok"; });
    std::string words = std::to_string(status.sources.size());
    for (const auto& source : status.sources) {
        words += words.find(' ') == std::string::npos ? ": " : ", ";
        words += shown(source.name, 40);
    }
    if (troubled > 0) words += "; " + std::to_string(troubled) + " not ok";
    return words;
}

/// "3 masked in what others get, 1 file stays here"; empty when there are none.
std::string secret_words(const StatusResponse& status) {
    std::int64_t masked = 0;
    std::int64_t held = 0;
    for (const auto& source : status.sources) {
        masked += source.secrets_masked;
        held += source.secrets_held;
    }
    std::string words;
    if (masked > 0) words = std::to_string(masked) + " masked in what others get";
    if (masked > 0 && held > 0) words += ", ";
    if (held > 0) words += count_words(held, "file") + " kept here because of them";
    return words;
}

std::string alarm_words(const control::AlarmSummary& alarm) {
    return shown(alarm.text, 300) + " since " + to_rfc3339(alarm.since.ms) + ": " +
           shown(alarm.advice, 400);
}

// The most useful command now; the first that applies.
std::string next_step(const StatusResponse& status) {
    const auto halted = std::find_if(status.sources.begin(), status.sources.end(), [](auto& one) {
        return one.state == "halted" || one.state == "missing";
    });
    if (!is_enrolled(status)) return "satchelctl sync setup";
    if (status.hub_state == "refused") return "satchelctl sync setup";
    if (status.hub_state == "disconnected") return "satchelctl sync connect";
    if (halted != status.sources.end()) return "satchelctl source show " + shown(halted->name);
    if (status.conflicts > 0) return "satchelctl conflict list";
    if (status.approvals > 0) return "satchelctl approve list";
    if (status.sources.empty()) return "satchelctl source add PATH";
    if (!status.enabled) return "satchelctl sync enable";
    if (status.hub_state == "offline") return "satchelctl daemon logs";
    if (status.pending_out > 0) return "satchelctl sync push";
    if (status.devices < 2) return "satchelctl sync register --name NAME";
    return "nothing to do";
}

std::string overview(const Context& context, const StatusResponse& status) {
    const Output& out = context.out;
    std::string text = out.bold("device ") + "  " + shown(status.device);
    text += is_enrolled(status) ? " (" + count_words(status.devices, "device") + " in workspace " +
                                      shown(status.workspace, 8) + ")\n"
                                : " (not enrolled)\n";
    text += out.bold("hub    ") + "  " + hub_words(status);
    if (!status.hub_url.empty()) text += ": " + shown(status.hub_url);
    text += "\n" + out.bold("sync   ") + "  " + sync_words(context, status) + "\n";
    text += out.bold("pending") + "  " + pending_words(context, status) + "\n";
    text += out.bold("sources") + "  " + source_words(status) + "\n";
    const std::string secrets = secret_words(status);
    if (!secrets.empty()) text += out.bold("secrets") + "  " + secrets + "\n";
    if (!status.keys_detail.empty())
        text += out.bold("keys   ") + "  " + shown(status.keys_detail, 300) + "\n";
    for (const auto& alarm : status.alarms)
        text += out.bold("alarm  ") + "  " + alarm_words(alarm) + "\n";
    return text;
}

std::string sources_table(const StatusResponse& status) {
    Table table({"source", "kind", "state", "items", "pending", "held", "why"});
    for (const auto& source : status.sources)
        table.add({shown(source.name, 40),
                   shown(source.kind),
                   shown(source.state),
                   std::to_string(source.items),
                   std::to_string(source.pending),
                   std::to_string(source.parked),
                   shown(source.reason)});
    return table.text();
}

}  // namespace

Outcome run_overview(Context& context) {
    SATCHEL_TRY(status, ask(context, control::StatusRequest{}));
    context.out.text(overview(context, status) + "next: " + next_step(status) + "\n");
    return 0;
}

Outcome run_status(Context& context) {
    SATCHEL_TRY(status, ask(context, control::StatusRequest{}));
    std::string text = overview(context, status);
    if (status.wire.requests > 0)
        text += context.out.bold("wire   ") + "  last cycle " +
                count_words(status.wire.requests, "request") + ", " +
                size_words(status.wire.bytes_sent) + " sent, " +
                size_words(status.wire.bytes_received) + " received\n";
    if (!status.sources.empty()) text += "\n" + sources_table(status);
    context.out.text(text);
    return 0;
}

Outcome run_sync_status(Context& context) {
    SATCHEL_TRY(status, ask(context, control::StatusRequest{}));
    std::string text;
    for (const auto& source : status.sources) {
        text += shown(source.name, 40) + ": " + std::to_string(source.pending) + " pending";
        if (source.state != "ok")
            text += " (" + shown(source.state) +
                    (source.reason.empty() ? "" : ": " + shown(source.reason)) + ")";
        text += "\n";
        for (const auto& one : source.pending_tables)
            text += "  " + shown(one.table, 40) + ": " + std::to_string(one.pending) + " pending\n";
    }
    text += "Hub: " + hub_words(status) + "\n";
    for (const auto& alarm : status.alarms) text += "Alarm: " + alarm_words(alarm) + "\n";
    if (status.pending_in > 0) text += std::to_string(status.pending_in) + " to pull\n";
    if (status.conflicts > 0)
        text += count_words(status.conflicts, "conflict") + ": satchelctl conflict list\n";
    if (status.approvals > 0)
        text += count_words(status.approvals, "change") +
                " can run code and wait for you: satchelctl approve list\n";
    context.out.text(text);
    return 0;
}

}  // namespace satchel::ctl
