// See checks.h.
#include "ctl/commands/checks.h"

#include "ctl/render/words.h"
#include "shared/base/time_text.h"

#include <algorithm>

namespace satchel::ctl {
namespace {

using control::StatusResponse;

Check pass(std::string code, std::string text) {
    return {"pass", std::move(code), std::move(text), ""};
}

Check warn(std::string code, std::string text, std::string fix) {
    return {"warn", std::move(code), std::move(text), std::move(fix)};
}

Check fail(std::string code, std::string text, std::string fix) {
    return {"fail", std::move(code), std::move(text), std::move(fix)};
}

Check check_hub(const StatusResponse& status) {
    const std::string hub = status.hub_url.empty() ? "the hub" : "the hub " + status.hub_url;
    if (status.hub_state == "ok") return pass("hub", hub + " answers and knows this device");
    if (status.hub_state == "not_contacted")
        return warn("hub", hub + " was not asked yet", "satchelctl sync push");
    if (status.hub_state == "disconnected")
        return warn("hub_disconnected", hub + " is not talked to", "satchelctl sync connect");
    std::string text = hub;
    std::string fix = status.hub_hint;
    if (status.hub_state == "offline") {
        text += " cannot be reached";
        if (fix.empty()) fix = "see whether it runs and whether this machine is online";
    } else if (status.hub_state == "refused") {
        text += " refuses this device";
        if (fix.empty())
            fix = "satchelctl device list, on another device, tells whether it is known";
    } else {
        text += ": syncing stopped before doing harm";
        if (fix.empty()) fix = "satchelctl daemon logs";
    }
    return fail("hub_" + status.hub_state, text + ": " + status.hub_detail, fix);
}

/// Whether a cycle did all it wanted within the last three intervals.
Check check_age(const StatusResponse& status, UnixMs now_ms) {
    if (!status.enabled)
        return warn("cycles_off", "cycles run only when asked for", "satchelctl sync enable");
    const std::string code = "last_success";
    if (!status.last_success)
        return warn(
            code, "no cycle has succeeded since the daemon started", "satchelctl sync push");
    const UnixMs age = now_ms - status.last_success->ms;
    const std::string text =
        "the last cycle that did all it wanted was at " + to_rfc3339(status.last_success->ms);
    if (status.interval_s > 0 && age > 3 * status.interval_s * 1'000)
        return fail(code, text + ", more than three intervals ago", "satchelctl daemon logs");
    return pass(code, text);
}

Check check_source(const control::SourceSummary& source) {
    const std::string code = "source_" + source.state;
    const std::string name = "'" + source.name + "'";
    const std::string fix = "satchelctl source show " + source.name;
    std::string text = "source " + name + " is " + source.state;
    if (!source.reason.empty()) text += ": " + source.reason;
    if (source.state == "ok" || source.state == "syncing") return pass("source", text);
    if (source.state == "deferred") return warn(code, text, fix);
    return fail(code, text, fix);
}

void check_waiting(const StatusResponse& status, std::vector<Check>& checks) {
    if (status.conflicts > 0)
        checks.push_back(warn("conflicts",
                              count_words(status.conflicts, "conflict") +
                                  " waiting for a decision; every version is kept",
                              "satchelctl conflict list"));
    if (status.approvals > 0)
        checks.push_back(warn(
            "approvals",
            count_words(status.approvals, "change") + " that can run code waiting for approval",
            "satchelctl approve list"));
}

}  // namespace

std::vector<Check> check_status(const StatusResponse& status, UnixMs now_ms) {
    std::vector<Check> checks;
    checks.push_back(pass("daemon", "the daemon runs"));
    if (status.workspace.empty()) {
        checks.push_back(fail("not_enrolled",
                              "this device belongs to no workspace",
                              "get a join string with 'satchelctl sync register' on another device "
                              "or on the hub's machine, then run 'satchelctl sync setup'"));
        return checks;
    }
    checks.push_back(check_hub(status));
    checks.push_back(check_age(status, now_ms));
    for (const control::AlarmSummary& alarm : status.alarms)
        checks.push_back(
            fail(alarm.code, alarm.text + " since " + to_rfc3339(alarm.since.ms), alarm.advice));
    for (const control::NoticeSummary& notice : status.notices)
        checks.push_back(warn("noticed",
                              "at " + to_rfc3339(notice.time.ms) + ": " + notice.text,
                              "if it does not come again, nothing"));
    if (!status.keys_detail.empty())
        checks.push_back(warn("one_key_holder", status.keys_detail, "satchelctl recovery create"));
    if (status.sources.empty())
        checks.push_back(
            warn("no_sources", "nothing is kept in sync", "satchelctl source add PATH"));
    for (const control::SourceSummary& source : status.sources)
        checks.push_back(check_source(source));
    check_waiting(status, checks);
    return checks;
}

std::vector<Check> check_devices(const control::DeviceListResponse& list) {
    std::vector<Check> checks;
    for (const control::DeviceSummary& device : list.devices) {
        if (device.self || device.state != "inactive") continue;
        std::string text = "device '" + device.name + "' was not heard of for a month";
        if (device.last_seen) text += ", last at " + to_rfc3339(device.last_seen->ms);
        checks.push_back(
            warn("device_inactive",
                 text,
                 "start it, or 'satchelctl device revoke " + device.name + "' if it is lost"));
    }
    const bool has_others = std::ranges::any_of(
        list.devices, [](const auto& device) { return !device.self && device.role != "paper"; });
    if (checks.empty() && has_others)
        checks.push_back(pass("devices", "the other devices were heard of within a month"));
    return checks;
}

std::optional<Check> check_proxies(const platform::Environment& environment) {
    for (const std::string_view name :
         {"https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"})
        if (environment(name))
            return pass(
                "proxy",
                std::string(name) + " is set and not used: devices talk to their hub themselves");
    return std::nullopt;
}

Check check_unreachable(const Error& error) {
    const bool is_down = error.code == ErrorCode::offline || error.code == ErrorCode::not_found;
    return fail(is_down ? "daemon_down" : "daemon",
                is_down ? "the daemon does not run; nothing is synced" : error.message,
                is_down || error.hint.empty() ? "satchelctl daemon start" : error.hint);
}

DoctorReport to_report(std::vector<Check> checks) {
    const auto has = [&](std::string_view verdict) {
        return std::ranges::any_of(checks,
                                   [&](const Check& check) { return check.verdict == verdict; });
    };
    DoctorReport report;
    report.verdict = has("fail") ? "fail" : has("warn") ? "warn" : "pass";
    report.checks = std::move(checks);
    return report;
}

}  // namespace satchel::ctl
