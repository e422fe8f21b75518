// Lines on the control socket: whatever comes, parse_message() answers, and what it accepts
// survives being printed and parsed again; requests are read from any params.
//
// links: satchel::protocol_control
#include "shared/protocol/control/message.h"
#include "shared/protocol/control/requests.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

using namespace satchel;
using namespace satchel::control;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

template <class Request>
void try_request(const json::Value& params) {
    if (const auto request = json::from_json<Request>(params, json::Unknown::refuse))
        require(
            json::from_json<Request>(json::to_json(*request), json::Unknown::refuse).has_value());
    if (const auto response = json::from_json<typename Request::Response>(params))
        require(json::from_json<typename Request::Response>(json::to_json(*response)).has_value());
}

template <class... Requests>
void try_each(const json::Value& params) {
    (try_request<Requests>(params), ...);
}

void try_call(const Call& call) {
    const auto again = parse_message(print_message(call));
    require(again.has_value() && std::get<Call>(*again).id == call.id);
    try_each<HelloRequest,
             StatusRequest,
             DaemonInfoRequest,
             DaemonStopRequest,
             RpcDescribeRequest,
             EventsSubscribeRequest,
             CycleRunRequest,
             CycleStampRequest,
             SyncEnableRequest,
             SyncDisableRequest>(call.params);
    try_each<SourceListRequest,
             SourceShowRequest,
             SourceAddRequest,
             SourceRemoveRequest,
             SourceResumeRequest,
             ConflictListRequest,
             ConflictShowRequest,
             ConflictResolveRequest,
             ItemWhyRequest>(call.params);
    try_each<WorkspaceJoinRequest,
             WorkspaceInviteRequest,
             DeviceListRequest,
             DeviceApproveRequest,
             DeviceWaitingRequest,
             DeviceRevokeRequest,
             DeviceRenameRequest,
             DeviceRoleRequest,
             DeviceRotateRequest,
             HubBackupRequest,
             HubDevicesRequest,
             HubRegisterRequest,
             HubStatusRequest>(call.params);
}

}  // namespace

int fuzz_control_message(std::span<const std::uint8_t> input) {
    const std::string_view line(reinterpret_cast<const char*>(input.data()), input.size());
    const auto message = parse_message(line);
    if (!message) return 0;
    if (const auto* call = std::get_if<Call>(&*message)) {
        try_call(*call);
    } else if (const auto* reply = std::get_if<Reply>(&*message)) {
        require(parse_message(print_message(*reply)).has_value());
    } else {
        require(parse_message(print_message(std::get<Notification>(*message))).has_value());
    }
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return fuzz_control_message({data, size});
}
