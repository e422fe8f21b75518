// doctor: every check, with what is wrong and how to mend it. Starts nothing and writes nothing.
#include "ctl/commands/checks.h"
#include "ctl/commands/commands.h"
#include "ctl/render/words.h"

#include <algorithm>

namespace satchel::ctl {
namespace {

std::string check_text(const Output& out, const Check& check) {
    std::string verdict = check.verdict;
    std::ranges::transform(
        verdict, verdict.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
    std::string text = out.bold(verdict) + "  " + shown(check.text, 600) + "\n";
    if (!check.fix.empty()) text += "      " + shown(check.fix, 600) + "\n";
    return text;
}

std::vector<Check> check_all(Context& context) {
    auto client = connect_running(context, "device");
    if (!client) return {check_unreachable(client.error())};
    auto status = client->call(control::StatusRequest{});
    if (!status) return {check_unreachable(status.error())};
    std::vector<Check> checks = check_status(*status, context.clock.now_ms());
    if (auto proxies = check_proxies(context.environment)) checks.push_back(std::move(*proxies));
    if (status->workspace.empty()) return checks;
    auto devices = client->call(control::DeviceListRequest{});
    if (devices) std::ranges::move(check_devices(*devices), std::back_inserter(checks));
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
