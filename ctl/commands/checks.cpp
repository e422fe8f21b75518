// See checks.h.
#include "ctl/commands/checks.h"

#include "ctl/render/words.h"
#include "shared/base/time_text.h"

#include <algorithm>
#include <array>
#include <optional>

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

/// The same with the exit status of the error's kind.
Check weighing(Check check, std::string_view error_name) {
    check.exit_status = error_row(error_code_named(error_name)).exit_status;
    return check;
}

Check weighing(Check check, ErrorCode code) {
    check.exit_status = error_row(code).exit_status;
    return check;
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
    } else if (status.hub_state == "failed") {
        text = "cycles fail";
        if (fix.empty()) fix = "satchelctl daemon logs";
    } else {
        text += ": syncing stopped before doing harm";
        if (fix.empty()) fix = "satchelctl daemon logs";
    }
    const std::string_view weight =
        !status.error.empty() ? status.error : std::string_view(status.hub_state);
    return weighing(fail("hub_" + status.hub_state, text + ": " + status.hub_detail, fix), weight);
}

constexpr UnixMs kDayMs = 24 * 3'600'000;

/// Whether a cycle did all it wanted within the last three intervals.
Check check_age(const StatusResponse& status, UnixMs now_ms) {
    const std::string code = "last_success";
    const std::string fix = "satchelctl sync push";
    const std::optional<json::Time> since =
        status.last_success ? status.last_success : status.started;
    const UnixMs age = since ? now_ms - since->ms : 0;
    std::string text =
        status.last_success
            ? "the last cycle that did all it wanted was at " + to_rfc3339(since->ms)
            : "no cycle has succeeded" +
                  (since ? ", and the daemon runs since " + to_rfc3339(since->ms) : std::string());
    if (age > kDayMs) text += "; for more than a day nothing is synced";
    if (!status.enabled)
        return warn(
            "cycles_off", "cycles run only when asked for; " + text, "satchelctl sync enable");
    if (status.hub_state == "disconnected") return warn(code, text, "satchelctl sync connect");
    if (status.interval_s > 0 && age > 3 * status.interval_s * 1'000)
        return weighing(fail(code, text + ", more than three intervals ago", fix),
                        ErrorCode::offline);
    return status.last_success ? pass(code, text) : warn(code, text, fix);
}

/// `is_explained` when conflicts or approvals may be all that is waited for.
Check check_source(const control::SourceSummary& source, bool is_explained) {
    const std::string code = "source_" + source.state;
    const std::string name = "'" + source.name + "'";
    const std::string fix =
        source.fix.empty() ? "satchelctl source show " + source.name : source.fix;
    std::string text = "source " + name + " is " + source.state;
    if (!source.reason.empty()) text += ": " + source.reason;
    if (source.state == "ok" || source.state == "syncing")
        return source.reason.empty() ? pass("source", text) : warn("source_detail", text, fix);
    if (source.state != "deferred")
        return weighing(fail(code, text, fix), source.error.empty() ? "halted" : source.error);
    if (source.deferred == 0 && is_explained) return warn(code, text, fix);
    if (source.deferred == 0) return weighing(fail(code, text, fix), ErrorCode::failed);
    return weighing(warn(code, text, fix), ErrorCode::assistant_running);
}

void check_waiting(const StatusResponse& status, std::vector<Check>& checks) {
    if (status.conflicts > 0)
        checks.push_back(weighing(warn("conflicts",
                                       count_words(status.conflicts, "conflict") +
                                           " waiting for a decision; every version is kept",
                                       "satchelctl conflict list"),
                                  ErrorCode::conflict));
    if (status.approvals > 0)
        checks.push_back(weighing(warn("approvals",
                                       count_words(status.approvals, "change") +
                                           " that can run code waiting for approval",
                                       "satchelctl approve list"),
                                  ErrorCode::conflict));
    if (status.quarantined > 0)
        checks.push_back(weighing(
            fail("quarantined",
                 count_words(status.quarantined, "segment") +
                     " of other devices cannot be read by this version; what follows them waits",
                 "install the newest satchel on this device, then: satchelctl daemon restart"),
            ErrorCode::version_mismatch));
}

/// A device that is off for a week is no trouble of this one.
Check check_alarm(const control::AlarmSummary& alarm) {
    const std::string text = alarm.text + " since " + to_rfc3339(alarm.since.ms);
    if (alarm.code == "silent") return warn(alarm.code, text, alarm.advice);
    const bool is_config = alarm.code == "config_bad";
    return weighing(fail(alarm.code, text, alarm.advice),
                    is_config ? ErrorCode::bad_config : ErrorCode::halted);
}

/// What may be over already is still news for three intervals.
Check check_notice(const StatusResponse& status,
                   const control::NoticeSummary& notice,
                   UnixMs now_ms) {
    Check check =
        warn("noticed",
             "at " + to_rfc3339(notice.time.ms) + ": " + notice.text,
             "satchelctl daemon logs tells what went before; if it does not come again, nothing");
    const bool is_news = now_ms - notice.time.ms < 3 * status.interval_s * 1'000;
    return is_news ? weighing(std::move(check), ErrorCode::halted) : check;
}

/// There is no membership.
Check check_absence(const StatusResponse& status) {
    if (status.state == "failed")
        return weighing(fail("enrolment",
                             "this device cannot work for its workspace: " + status.state_detail,
                             status.hub_hint.empty() ? "satchelctl daemon logs" : status.hub_hint),
                        status.error);
    const bool is_told = !status.hub_hint.empty();
    return weighing(fail("not_enrolled",
                         is_told ? status.state_detail : "this device belongs to no workspace",
                         is_told ? status.hub_hint
                                 : "get a join string with 'satchelctl sync register' on another "
                                   "device or on the hub's machine, then run 'satchelctl sync "
                                   "setup'"),
                    ErrorCode::not_enrolled);
}

/// The place of an exit status among others, the most severe first.
std::size_t rank_of(int exit_status) {
    constexpr std::array kOrder = {8, 7, 5, 1, 6, 4, 2, 3};
    return static_cast<std::size_t>(std::ranges::find(kOrder, exit_status) - kOrder.begin());
}

}  // namespace

std::vector<Check> check_status(const StatusResponse& status, UnixMs now_ms) {
    std::vector<Check> checks;
    checks.push_back(pass("daemon", "the daemon runs"));
    for (const control::AlarmSummary& alarm : status.alarms) checks.push_back(check_alarm(alarm));
    if (status.workspace.empty()) {
        checks.push_back(check_absence(status));
        return checks;
    }
    checks.push_back(check_hub(status));
    checks.push_back(check_age(status, now_ms));
    for (const control::NoticeSummary& notice : status.notices)
        checks.push_back(check_notice(status, notice, now_ms));
    if (!status.keys_detail.empty())
        checks.push_back(warn("one_key_holder", status.keys_detail, "satchelctl recovery create"));
    if (status.as_of)
        checks.push_back(warn("busy",
                              "the daemon is at long work; sources are told as they were at " +
                                  to_rfc3339(status.as_of->ms),
                              "satchelctl status --watch shows it"));
    if (status.sources.empty() && !status.as_of)
        checks.push_back(
            warn("no_sources", "nothing is kept in sync", "satchelctl source add PATH"));
    for (const control::SourceSummary& source : status.sources) {
        checks.push_back(check_source(source, status.conflicts + status.approvals > 0));
        if (!source.watch.empty())
            checks.push_back(warn("not_watched",
                                  "changes of '" + source.name +
                                      "' are found by the next cycle only: " + source.watch,
                                  "on Linux raise fs.inotify.max_user_watches with sysctl"));
    }
    check_waiting(status, checks);
    return checks;
}

std::vector<Check> find_problems(std::vector<Check> checks) {
    std::erase_if(checks, [](const Check& check) { return check.exit_status == 0; });
    std::ranges::stable_sort(
        checks, {}, [](const Check& check) { return rank_of(check.exit_status); });
    return checks;
}

int exit_status_of(const std::vector<Check>& problems) {
    return problems.empty() ? 0 : problems.front().exit_status;
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
                is_down ? error.message + "; nothing is synced" : error.message,
                error.hint.empty() ? "satchelctl daemon start" : error.hint);
}

Check check_versions(std::string_view daemon, std::string_view own) {
    if (daemon == own)
        return pass("version", "daemon and satchelctl are version " + std::string(own));
    return warn("version",
                "the daemon is version " + std::string(daemon) + ", satchelctl " + std::string(own),
                "satchelctl daemon restart");
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
