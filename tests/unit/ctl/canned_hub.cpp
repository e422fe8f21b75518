// A hub that says the same whoever asks.
#include "shared/protocol/control/hub.h"
#include "shared/protocol/control/workspace.h"
#include "tests/unit/ctl/canned_daemon.h"

namespace satchel::support {

using namespace control;

void install_hub(Server& server) {
    server.on<HubRegisterRequest>([](const HubRegisterRequest& request) -> Result<InviteResponse> {
        return InviteResponse{std::string(kJoinString), request.name, "", std::nullopt, false};
    });
    server.on<HubAuditRequest>([](const HubAuditRequest& request) -> Result<HubAuditResponse> {
        HubAuditResponse audit;
        const std::string device = "7k3fabcdefghijklmnopqrstuv";
        if (request.limit > 0)
            audit.rows = {{1, {kNow - 7'200'000}, "", "operator", "code.founding", "", "ok", 1},
                          {2,
                           {kNow - 7'100'000},
                           device,
                           "192.0.2.7",
                           "found",
                           "nbt45abd5kexzajqf5mhheu25a",
                           "ok",
                           1},
                          {3, {kNow - 60'000}, "", "198.51.100.9", "enroll", "", "bad-code", 412}};
        if (!request.verify) return audit;
        audit.verified = true;
        audit.total = 3;
        audit.link = std::string(64, 'a');
        return audit;
    });
    server.on<HubStatusRequest>([](const HubStatusRequest&) -> Result<HubStatusResponse> {
        HubStatusResponse status{"0.0.0.0:9100", "", true, 2, 14, 40'000, 99, 86'400'000};
        status.database_bytes = 65'536;
        status.tls_expires = json::Time{kNow + 10ll * 24 * 3'600'000};
        status.tls_problem = "use TLS file '/etc/hub.pem': no start line";
        status.metrics = "127.0.0.1:9101";
        status.last_backup = json::Time{kNow - 7'200'000};
        return status;
    });
    server.on<HubDevicesRequest>([](const HubDevicesRequest&) -> Result<HubDevicesResponse> {
        HubDevicesResponse known;
        known.devices = {{"7k3fabcdefghijklmnopqrstuv",
                          "nbt45abd5kexzajqf5mhheu25a",
                          "member",
                          json::Time{kNow - 7'200'000},
                          json::Time{kNow - 60'000},
                          99,
                          14,
                          40'000},
                         {"q2fmabcdefghijklmnopqrstuv", "nbt45abd5kexzajqf5mhheu25a", "waiting"}};
        return known;
    });
    server.on<HubBackupRequest>([](const HubBackupRequest& request) -> Result<HubBackupResponse> {
        const std::string to = request.to.empty() ? "/var/lib/satchel/backups" : request.to;
        HubBackupResponse made{to, {kNow}, 61'440};
        made.dry_run = request.dry_run;
        if (request.dry_run) return made;
        made.path += "/satchel-hub-20260301T100000000Z";
        made.sha256 = std::string(64, 'a');
        made.devices = 2;
        made.objects = 14;
        made.removed = request.keep > 0 ? 1 : 0;
        return made;
    });
}

}  // namespace satchel::support
