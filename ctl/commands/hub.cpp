// For whoever runs the hub on this machine: what it holds, and who did what.
#include "shared/protocol/control/hub.h"

#include "ctl/commands/commands.h"
#include "ctl/render/table.h"
#include "ctl/render/words.h"

#include <string>

namespace satchel::ctl {
namespace {

constexpr std::int64_t kAuditLines = 50;

Result<Client> connect_hub(Context& context) {
    auto hub = connect_running(context, "hub");
    const bool is_absent = !hub && (hub.error().code == ErrorCode::offline ||
                                    hub.error().code == ErrorCode::not_found ||
                                    hub.error().code == ErrorCode::not_enrolled);
    if (is_absent)
        return Error{ErrorCode::offline,
                     "no hub runs on this machine",
                     "run one with: satchelctl hub serve"};
    return hub;
}

/// "member.revoke 7k3f…", with how often when it was more than once.
std::string what_words(const control::HubAuditRow& row) {
    std::string words = shown(row.operation, 40);
    if (row.count > 1) words += ", " + std::to_string(row.count) + " times";
    return words;
}

/// What is wrong, or soon will be, with the certificate.
void warn_of_certificate(Context& context, const control::HubStatusResponse& status) {
    constexpr std::int64_t kSoon = 14ll * 24 * 3600 * 1000;
    if (!status.tls_problem.empty())
        context.out.talk("warning: the changed certificate is not used: " +
                         shown(status.tls_problem));
    if (!status.tls_expires) return;
    const std::int64_t left = status.tls_expires->ms - context.clock.now_ms();
    if (left < kSoon)
        context.out.talk(std::string("warning: the certificate ") +
                         (left < 0 ? "has expired" : "expires soon") +
                         "; put a new one in its place and reload the hub (SIGHUP)");
}

}  // namespace

Outcome run_hub_status(Context& context) {
    SATCHEL_TRY(hub, connect_hub(context));
    SATCHEL_TRY(status, ask(context, hub, control::HubStatusRequest{}));
    const std::string kept = status.last_backup ? when(context, status.last_backup) : "none yet";
    context.out.text("listening  " + shown(status.listen) + (status.tls ? " with TLS" : "") +
                     "\ndevices    " + std::to_string(status.devices) + "\nstored     " +
                     count_words(status.objects, "object") + ", " + size_words(status.bytes) +
                     "\nserved     " + count_words(status.requests, "request") + " in " +
                     duration_words(status.uptime_ms) + "\nbackup     " + kept +
                     (status.tls_expires ? "\ntls until  " + to_rfc3339(status.tls_expires->ms) +
                                               ", " + when(context, status.tls_expires)
                                         : "") +
                     (status.metrics.empty() ? "" : "\nmetrics    " + shown(status.metrics)) +
                     "\n");
    warn_of_certificate(context, status);
    return 0;
}

Outcome run_hub_devices(Context& context) {
    SATCHEL_TRY(hub, connect_hub(context));
    SATCHEL_TRY(answer, ask(context, hub, control::HubDevicesRequest{}, kWorkLimit));
    Table table({"device", "standing", "last request", "requests", "last push", "stored"});
    for (const auto& device : answer.devices)
        table.add({shown(device.device, 30),
                   shown(device.standing, 20),
                   when(context, device.last_request, "-"),
                   std::to_string(device.requests),
                   when(context, device.last_push),
                   count_words(device.objects, "object") + ", " + size_words(device.bytes)});
    context.out.text(answer.devices.empty() ? "The hub knows no device yet\n" : table.text());
    if (!answer.devices.empty())
        context.out.talk(
            "names are sealed; to end a device's membership, on a device: satchelctl device "
            "revoke");
    return 0;
}

Outcome run_hub_audit(Context& context) {
    control::HubAuditRequest request;
    request.verify = context.args.has("verify");
    SATCHEL_TRY(lines, lines_wanted(context, request.verify ? 0 : kAuditLines));
    request.limit = lines;
    SATCHEL_TRY(hub, connect_hub(context));
    SATCHEL_TRY(audit, ask(context, hub, request, kWorkLimit));
    Table table({"time", "device", "from", "what", "about", "result"});
    for (const auto& row : audit.rows)
        table.add({to_rfc3339(row.time.ms),
                   row.device.empty() ? "-" : shown(row.device),
                   shown(row.address, 45),
                   what_words(row),
                   row.subject.empty() ? "-" : shown(row.subject),
                   shown(row.result, 40)});
    const bool is_empty = audit.rows.empty() && lines > 0;
    if (!audit.rows.empty() || is_empty)
        context.out.text(is_empty ? "Nothing is written down yet\n" : table.text());
    if (!request.verify) return 0;
    if (audit.verified) {
        context.out.text("whole: " + count_words(audit.total, "row") + ", newest link " +
                         shown(audit.link, 64) + "\n");
        return 0;
    }
    if (context.out.options().json) return error_row(ErrorCode::corrupt).exit_status;
    return Error{ErrorCode::corrupt,
                 "the hub's audit log was changed: " + shown(audit.problem),
                 "compare with a backup of the hub's database"};
}

}  // namespace satchel::ctl
