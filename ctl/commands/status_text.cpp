#include "ctl/commands/status_text.h"

#include "ctl/render/table.h"
#include "ctl/render/words.h"

#include <algorithm>

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
    return status.hub_state == "failed"          ? "not in order" + why
           : status.hub_state == "not_contacted" ? "not asked yet"
                                                 : "not configured";
}

/// "sending 120 of 400, 12 s left".
std::string progress_words(const control::CycleProgress& progress) {
    std::string words = shown(progress.phase, 20);
    if (progress.done > 0 || progress.total > 0) words += " " + std::to_string(progress.done);
    if (progress.total > 0) words += " of " + std::to_string(progress.total);
    if (progress.left_ms) words += ", " + duration_words(*progress.left_ms) + " left";
    return words;
}

std::string sync_words(const Context& context, const StatusResponse& status) {
    std::string words = shown(status.state);
    if (status.cycling) words += ", " + progress_words(*status.cycling);
    if (!status.state_detail.empty()) words += " (" + shown(status.state_detail) + ")";
    words += "; last success " + when_exactly(context, status.last_success);
    if (!status.enabled) return words + "; automatic cycles are off";
    return words + "; next " + when(context, status.next_run, "not planned");
}

std::string pending_words(const Context& context, const StatusResponse& status) {
    std::string words = std::to_string(status.pending_out) + " out, " +
                        std::to_string(status.pending_in) + " in, " +
                        count_words(status.conflicts, "conflict");
    if (status.approvals > 0) words += ", " + count_words(status.approvals, "approval");
    if (status.oldest_unsynced)
        words += "; oldest unsent " + when_exactly(context, status.oldest_unsynced);
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
    return shown(alarm.text, 300) + " since " + local_words(alarm.since.ms) + ": " +
           shown(alarm.advice, 400);
}

// What to do now: about the most severe trouble, else the first that applies.
std::string next_step(const StatusResponse& status, const std::vector<Check>& problems) {
    if (!is_enrolled(status) && status.state != "failed") return "satchelctl sync setup";
    if (!problems.empty()) return shown(problems.front().fix, 600);
    if (status.hub_state == "disconnected") return "satchelctl sync connect";
    if (status.sources.empty() && !status.as_of) return "satchelctl source add PATH";
    if (!status.enabled) return "satchelctl sync enable";
    if (status.pending_out > 0) return "satchelctl sync push";
    if (status.devices < 2) return "satchelctl sync register --name NAME";
    return "nothing to do";
}

/// What no other line says.
std::string problem_lines(const Output& out,
                          const StatusResponse& status,
                          const std::vector<Check>& problems) {
    std::string text;
    for (const Check& problem : problems) {
        const bool is_alarm = std::ranges::any_of(
            status.alarms, [&](const auto& alarm) { return alarm.code == problem.code; });
        const bool is_counted = problem.code == "conflicts" || problem.code == "approvals";
        if (is_alarm || is_counted || problem.code == "not_enrolled") continue;
        text += out.bold(problem.verdict == "fail" ? "FAIL   " : "WARN   ") + "  " +
                shown(problem.text, 600) + "\n         " + shown(problem.fix, 600) + "\n";
    }
    return text;
}

std::string overview(const Context& context,
                     const StatusResponse& status,
                     const std::vector<Check>& problems) {
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
    return text + problem_lines(out, status, problems) + "next: " + next_step(status, problems) +
           "\n";
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

std::string devices_table(const Context& context, const control::DeviceListResponse& list) {
    Table table({"device", "state", "last seen"});
    for (const auto& device : list.devices)
        table.add({shown(device.name, 40),
                   shown(device.state),
                   device.self ? "this one" : when(context, device.last_seen)});
    return table.text();
}

}  // namespace

std::string overview_text(const Context& context, const Picture& picture) {
    return overview(context, picture.status, picture.problems);
}

std::string whole_text(const Context& context, const Picture& picture) {
    const StatusResponse& status = picture.status;
    std::string text = overview_text(context, picture);
    if (status.wire.requests > 0)
        text += context.out.bold("wire   ") + "  last cycle " +
                count_words(status.wire.requests, "request") + ", " +
                size_words(status.wire.bytes_sent) + " sent, " +
                size_words(status.wire.bytes_received) + " received\n";
    if (!status.sources.empty()) text += "\n" + sources_table(status);
    if (!picture.devices.devices.empty()) text += "\n" + devices_table(context, picture.devices);
    return text;
}

std::string waiting_text(const Picture& picture) {
    const StatusResponse& status = picture.status;
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
    return text;
}

std::string change_line(const Picture& picture) {
    const StatusResponse& status = picture.status;
    std::string line = shown(status.state) + "; hub " + hub_words(status) + "; " +
                       std::to_string(status.pending_out) + " out, " +
                       std::to_string(status.pending_in) + " in, " +
                       count_words(status.conflicts, "conflict");
    for (const auto& source : status.sources)
        if (source.state != "ok") line += "; " + shown(source.name, 40) + " " + shown(source.state);
    if (!picture.problems.empty()) line += "; next: " + next_step(status, picture.problems);
    return line;
}

json::Value to_object(const Picture& picture) {
    json::Value value = json::to_json(picture.status);
    json::Object& object = value.as_object();
    object["exit_status"] = exit_status_of(picture.problems);
    object["next"] = next_step(picture.status, picture.problems);
    object["problems"] = json::to_json(picture.problems);
    return value;
}

}  // namespace satchel::ctl
