// A device that joins, moves, stops talking or leaves, always with three changes unsent.
#include "shared/protocol/control/cycle.h"
#include "shared/protocol/control/workspace.h"
#include "tests/unit/ctl/canned_daemon.h"

namespace satchel::support {

void install_leaving(control::Server& server) {
    server.on<control::SyncConnectRequest>(
        [](const control::SyncConnectRequest&) -> Result<control::SyncConnectedResponse> {
            return control::SyncConnectedResponse{true, true};
        });
    server.on<control::SyncDisconnectRequest>(
        [](const control::SyncDisconnectRequest&) -> Result<control::SyncConnectedResponse> {
            return control::SyncConnectedResponse{false, false};
        });
    server.on<control::WorkspaceLeaveRequest>([](const control::WorkspaceLeaveRequest& request)
                                                  -> Result<control::WorkspaceLeaveResponse> {
        return control::WorkspaceLeaveResponse{"laptop", 3, !request.keep_device};
    });
    server.on<control::WorkspaceJoinRequest>(
        [](const control::WorkspaceJoinRequest& request) -> Result<control::WorkspaceJoinResponse> {
            if (request.hub_url == "https://down.example")
                return Error{ErrorCode::offline, "connection refused"};
            control::WorkspaceJoinResponse moved{"bbbb", "laptop", "aaaa", request.hub_url};
            moved.moved = true;
            moved.lines = {"the hub has this\033[2J workspace"};
            if (request.join_string.empty()) return moved;
            if (request.join_string != kJoinString)
                return Error{ErrorCode::refused,
                             "the join string was used already",
                             "make a new one with: satchelctl sync register"};
            return control::WorkspaceJoinResponse{
                "bbbb", request.device_name, "aaaa", "https://hub.example:9100", false, false};
        });
}

}  // namespace satchel::support
