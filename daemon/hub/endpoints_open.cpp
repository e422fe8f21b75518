// What can be asked without a session: is there a hub, open a session, enrol.
#include "daemon/crypto/device_keys.h"
#include "daemon/hub/service.h"

namespace satchel::hub {

namespace {

using wire::HubRefusal;

/// True when the device signed this very enrolment for this hub, so nobody enrols another's key.
bool is_signed(const http::Request& request,
               const wire::PublicKey& ed_public,
               std::string_view hub_id) {
    const auto signature = from_base32(request.fields.get(wire::kFieldSignature));
    if (!signature) return false;
    const Bytes canonical = wire::canonical_request(
        {hub_id, {}, 0, request.method, request.target, crypto::sha256(request.body)});
    return crypto::verify_request(ed_public, canonical, *signature);
}

/// True when `log` is a sound membership log of this workspace, and this device a member by it.
bool founds(std::span<const Bytes> log, const DeviceId& device, const WorkspaceId& workspace) {
    const auto members = crypto::Members::verify(log, std::nullopt);
    return members && members->workspace() == workspace && members->find_active(device) != nullptr;
}

}  // namespace

http::Response Service::health() const {
    return reply_with(wire::encode_hub_info(info()));
}

Reply Service::open_session(const http::Request& request) {
    const auto asked = wire::decode_session_request(request.body);
    if (!asked) co_return refuse(HubRefusal::malformed);
    const wire::SessionRequest wanted = *asked;
    const auto found = co_await workspaces_.find(wanted.workspace);
    if (!found) co_return refuse(HubRefusal::defect);
    const Workspace* workspace = *found;
    if (workspace == nullptr || workspace->key_of(wanted.device) == nullptr)
        co_return refuse(HubRefusal::unknown_device);
    const auto nonce = sessions_.open(wanted.workspace, wanted.device, clock_.steady_ms());
    if (!nonce) co_return refuse(HubRefusal::defect);
    co_return reply_with(wire::encode_session_reply({info(), *nonce}));
}

Reply Service::enroll(const http::Request& request, Asker& asker) {
    auto decoded = wire::decode_enroll_request(request.body);
    if (!decoded) co_return refuse(HubRefusal::malformed);
    wire::EnrollRequest& asked = *decoded;
    if (!is_signed(request, asked.ed_public, store_.hub_id()))
        co_return refuse(HubRefusal::bad_signature);
    const DeviceId device = crypto::device_id(asked.ed_public);
    asker.device = device.text();
    if (asked.code.empty() && !asked.genesis) co_return co_await recognize(device, asker);
    Enrolment enrolment;
    enrolment.code_hash = crypto::sha256(as_bytes(asked.code));
    enrolment.device = {device,
                        asked.ed_public,
                        asked.x_public,
                        std::move(asked.sealed_name),
                        std::move(asked.proof)};
    enrolment.workspace = asked.workspace;
    if (asked.genesis) {
        // To verify a long log is work that only a known code is worth.
        const Hash256 code_hash = enrolment.code_hash;
        const auto is_known = co_await store_.has_admission(code_hash);
        if (!is_known) co_return refuse(HubRefusal::defect);
        if (!*is_known) co_return refuse(HubRefusal::bad_code);
        enrolment.entries = std::move(asked.later_entries);
        enrolment.entries.insert(enrolment.entries.begin(), std::move(*asked.genesis));
        if (!founds(enrolment.entries, device, asked.workspace))
            co_return refuse(HubRefusal::malformed);
    }
    enrolment.waiting_max = settings_.devices_max;
    enrolment.address = asker.address;
    const Verdict refused = co_await store_.enroll(enrolment);
    if (refused) co_return refuse(*refused);
    const WorkspaceId id = enrolment.workspace;
    const auto found = co_await workspaces_.find(id);
    if (!found || *found == nullptr) co_return refuse(HubRefusal::defect);
    Workspace& workspace = **found;
    for (Bytes& entry : enrolment.entries) workspace.add_entry(std::move(entry));
    workspace.add_waiting(std::move(enrolment.device));
    const bool is_member = workspace.members().find_active(device) != nullptr;
    co_return reply_with(wire::encode_enroll_reply({id, is_member}));
}

Reply Service::recognize(DeviceId device, Asker& asker) {
    // By what it signed, not by who names it: anybody may add anybody to a log of their own.
    const auto signed_log = co_await store_.find_log_signed_by(device);
    if (!signed_log) co_return refuse(HubRefusal::defect);
    if (!*signed_log) co_return refuse(HubRefusal::unknown_device);
    const WorkspaceId id = **signed_log;
    const auto found = co_await workspaces_.find(id);
    if (!found || *found == nullptr) co_return refuse(HubRefusal::defect);
    const bool is_member = (*found)->members().find_active(device) != nullptr;
    // Gathered like refusals: it changes nothing and can be asked again and again.
    refusals_.count({asker.device, asker.address, "recognize", {}, "ok"});
    co_return reply_with(wire::encode_enroll_reply({id, is_member}));
}

}  // namespace satchel::hub
