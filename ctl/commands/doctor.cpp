// doctor: every check, with what is wrong and how to mend it. Starts nothing and writes nothing.
#include "ctl/commands/checks.h"
#include "ctl/commands/commands.h"
#include "ctl/commands/machine_checks.h"
#include "ctl/render/words.h"
#include "shared/protocol/control/check.h"
#include "shared/protocol/control/source.h"

#include <algorithm>
#include <array>

namespace satchel::ctl {
namespace {

constexpr std::array<std::string_view, 7> kAssistants = {
    "claude", "codex", "gemini", "copilot", "opencode", "cursor", "aider"};

std::string check_text(const Output& out, const Check& check) {
    std::string verdict = check.verdict;
    std::ranges::transform(
        verdict, verdict.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
    std::string text = out.bold(verdict) + "  " + shown(check.text, 600) + "\n";
    if (!check.fix.empty()) text += "      " + shown(check.fix, 600) + "\n";
    return text;
}

void append(std::vector<Check>& checks, std::vector<Check> more) {
    std::ranges::move(more, std::back_inserter(checks));
}

/// Assistants that are on this machine and not in sync, if the daemon can look for them.
void check_assistants(Context& context, Client& client, std::vector<Check>& checks) {
    for (const std::string_view assistant : kAssistants) {
        control::SourceFindRequest request;
        request.profile = assistant;
        auto found = client.call(request, kWorkLimit);
        if (!found) continue;
        for (const std::string& name : found->variables)
            if (const auto value = context.environment(name))
                request.variables.push_back({name, *value});
        if (!request.variables.empty()) found = client.call(request, kWorkLimit);
        if (!found) continue;
        for (const auto& folder : found->folders)
            if (folder.source.empty() && folder.profile == found->profile)
                checks.push_back({"warn",
                                  "assistant_not_synced",
                                  "the folder of " + found->title + ", '" + folder.path +
                                      "', is on this machine and not in sync",
                                  "satchelctl source add " + found->profile});
    }
}

/// What only a daemon that runs can tell.
std::vector<Check> check_daemon(Context& context, Client& client) {
    auto status = client.call(control::StatusRequest{});
    if (!status) return {check_unreachable(told_silence(status.error()))};
    std::vector<Check> checks = check_status(*status, context.clock.now_ms());
    checks.push_back(check_versions(client.daemon().version, context.version));
    // A daemon of an older version may not know how to look.
    if (auto looked = client.call(control::DaemonCheckRequest{}, kWorkLimit))
        for (auto& one : looked->checks)
            checks.push_back({one.verdict, one.code, one.text, one.fix});
    if (status->workspace.empty()) return checks;
    if (auto devices = client.call(control::DeviceListRequest{}))
        append(checks, check_devices(*devices));
    check_assistants(context, client, checks);
    return checks;
}

std::vector<Check> check_all(Context& context) {
    std::vector<Check> checks;
    if (context.has_machine) checks = check_machine(context);
    if (auto proxies = check_proxies(context.environment)) checks.push_back(std::move(*proxies));
    auto client = connect_to_ask(context);
    if (client) {
        append(checks, check_daemon(context, *client));
        return checks;
    }
    checks.push_back(check_unreachable(told_silence(client.error())));
    checks.push_back(
        {"warn",
         "not_checked",
         "hub, sources, databases, store and copies were not looked at: no daemon answers",
         "satchelctl daemon start, then this again"});
    return checks;
}

}  // namespace

Outcome run_doctor(Context& context) {
    const DoctorReport report = to_report(check_all(context));
    context.out.json(json::to_json(report));
    std::string text;
    for (const Check& check : report.checks) text += check_text(context.out, check);
    const auto count = [&](std::string_view verdict) {
        return std::to_string(std::ranges::count(report.checks, verdict, &Check::verdict));
    };
    context.out.text(text + count("pass") + " passed, " + count("warn") + " to look at, " +
                     count("fail") + " failed\n");
    return report.verdict == "fail" ? error_row(ErrorCode::halted).exit_status : 0;
}

}  // namespace satchel::ctl
