// workspace.join, workspace.leave and workspace.invite.
#include "daemon/app/handlers.h"
#include "daemon/app/join.h"
#include "daemon/app/leave.h"
#include "daemon/app/move.h"
#include "shared/platform/host.h"
#include "shared/protocol/control/workspace.h"

namespace satchel::app {

namespace {

/// False for a device that belongs nowhere, or not any more.
asio::awaitable<bool> is_member(DeviceApp& app) {
    Membership* membership = app.membership();
    if (membership == nullptr) co_return false;
    co_return co_await app.worker().run(
        [&] { return membership->replica.own_member().is_active(); });
}

/// Where the workspace of this device goes.
Result<MoveWish> move_wish(const Membership& membership,
                           const control::WorkspaceJoinRequest& request) {
    MoveWish wish;
    wish.is_dry_run = request.dry_run;
    wish.hub.url = request.hub_url;
    if (request.join_string.empty()) return wish;
    SATCHEL_TRY(ticket, wire::parse_join_string(request.join_string));
    if (ticket.invite && ticket.invite->workspace != membership.identity.keyring.workspace())
        return Error{ErrorCode::already_exists,
                     "this device belongs to another workspace already, as '" +
                         membership.identity.device_name + "'",
                     "satchelctl sync shows its state"};
    if (wish.hub.url.empty()) wish.hub.url = ticket.hub_url;
    wish.hub.hub_id = ticket.hub_id;
    wish.hub.tls_pin = ticket.tls_pin;
    if (!ticket.invite) wish.code = ticket.admission_code;
    return wish;
}

asio::awaitable<Result<control::WorkspaceJoinResponse>> move(
    DeviceApp& app, control::WorkspaceJoinRequest request) {
    SATCHEL_CO_TRY(wish, move_wish(*app.membership(), request));
    const bool is_back = !app.is_connected() && !request.dry_run;
    if (is_back) {
        const Status connected = co_await app.set_connected(true);
        if (!connected) co_return connected.error();
    }
    auto moved = co_await move_workspace(app, std::move(wish));
    const bool is_same = !moved && moved.error().code == ErrorCode::already_exists;
    if (!moved && !(is_back && is_same)) co_return std::move(moved).error();
    MoveOutcome outcome;
    if (moved) outcome = std::move(*moved);
    if (!moved) outcome.hub = app.membership()->hub;
    if (is_back) outcome.lines.emplace_back("this device is connected again");
    const Membership& membership = *app.membership();
    control::WorkspaceJoinResponse response;
    response.workspace = membership.identity.keyring.workspace().text();
    response.device = membership.identity.device_name;
    response.device_id = membership.identity.device.text();
    response.hub_url = outcome.hub.url;
    response.founded = outcome.is_founding;
    response.moved = true;
    response.lines = std::move(outcome.lines);
    co_return response;
}

asio::awaitable<Result<control::WorkspaceJoinResponse>> join(
    DeviceApp& app, control::WorkspaceJoinRequest request) {
    if (co_await is_member(app)) co_return co_await move(app, std::move(request));
    SATCHEL_CO_TRY(ticket, wire::parse_join_string(request.join_string));
    if (!request.hub_url.empty()) ticket.hub_url = request.hub_url;
    const std::string name =
        request.device_name.empty() ? platform::host_name() : request.device_name;
    const bool is_founding = !ticket.invite.has_value();
    control::WorkspaceJoinResponse response;
    response.hub_url = ticket.hub_url;
    response.device = name;
    response.founded = is_founding;
    JoinWish wish;
    wish.ticket = std::move(ticket);
    wish.device_name = name;
    wish.allow_plaintext = app.options().settings.allow_plaintext;
    wish.is_dry_run = request.dry_run;
    SATCHEL_CO_TRY(outcome, co_await join_workspace(app, std::move(wish)));
    if (!outcome.words.empty()) {
        response.founded = false;
        response.waiting = true;
        response.words = outcome.words;
        app.wait_for_consent(std::move(outcome));
        co_return response;
    }
    if (!outcome.enrolment) co_return response;
    Enrolment& joined = *outcome.enrolment;
    response.device_id = joined.identity.device.text();
    response.workspace = joined.identity.members.workspace().text();
    const Status begun = co_await app.begin_membership(std::move(joined));
    if (!begun) co_return begun.error();
    co_return response;
}

asio::awaitable<Result<control::WorkspaceLeaveResponse>> leave(
    DeviceApp& app, control::WorkspaceLeaveRequest request) {
    const LeaveWish wish{request.dry_run, request.force, request.keep_device};
    SATCHEL_CO_TRY(outcome, co_await leave_workspace(app, wish));
    control::WorkspaceLeaveResponse response;
    response.device = outcome.device;
    response.unsent = count_of(outcome.unsent);
    response.revoked = outcome.is_revoked;
    co_return response;
}

asio::awaitable<Result<control::InviteResponse>> invite(DeviceApp& app, std::string name) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    wire::JoinTicket hub;
    hub.hub_url = membership->hub.url;
    hub.hub_id = membership->hub.hub_id;
    hub.tls_pin = membership->hub.tls_pin;
    control::InviteResponse response;
    response.device = name;
    response.hub_url = hub.hub_url;
    response.approved = true;
    SATCHEL_CO_TRY(
        text, co_await membership->invitations.invite(name, std::move(hub), membership->transport));
    SATCHEL_CO_TRY(ticket, wire::parse_join_string(text));
    response.join_string = text;
    response.expires = json::Time{ticket.expires_ms};
    co_return response;
}

}  // namespace

void add_workspace_handlers(DeviceApp& app) {
    app.server().on<control::WorkspaceJoinRequest>(
        [&app](const control::WorkspaceJoinRequest& request) { return join(app, request); });
    app.server().on<control::WorkspaceLeaveRequest>(
        [&app](const control::WorkspaceLeaveRequest& request) { return leave(app, request); });
    app.server().on<control::WorkspaceInviteRequest>(
        [&app](const control::WorkspaceInviteRequest& request) {
            return invite(app, request.name);
        });
}

}  // namespace satchel::app
