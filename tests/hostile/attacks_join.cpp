// Attacks on letting a device in: the phone has invited a tablet, which stands at the hub; what the
// phone hears of it is changed.
#include "daemon/crypto/join.h"
#include "daemon/transport/hub/setup.h"
#include "shared/protocol/wire/join_string.h"
#include "tests/hostile/attack.h"

namespace satchel::hostile {

namespace {

constexpr const char* kStranger =
    "a device asks to join that no open invitation of this device fits|keys were exchanged on the "
    "way|not let in|make it a new join string";

/// A device that stands at the hub with what proves its invitation.
struct Tablet {
    crypto::DeviceKeys keys;
    wire::JoinTicket ticket;
    crypto::JoinRequest request;
};

Tablet invite_tablet(Stage& stage, Client& inviter) {
    crypto::RandomSource& random = stage.workspace.random;
    wire::JoinTicket hub;
    hub.hub_url = stage.hub->url();
    hub.hub_id = stage.hub->hub_id();
    auto invited = stage.run(inviter.invitations.invite("tablet", hub, inviter.transport()));
    crypto::DeviceKeys keys(stage.workspace.keys[3]);
    wire::JoinTicket ticket = wire::parse_join_string(*invited).value();
    auto request = crypto::make_join_request(ticket.invite->secret, keys, "tablet", random);
    return {std::move(keys), std::move(ticket), std::move(*request)};
}

/// Asks the honest hub to be let in.
void enrol(Stage& stage, const Tablet& tablet) {
    wire::EnrollRequest request;
    request.code = tablet.ticket.admission_code;
    request.workspace = tablet.ticket.invite->workspace;
    request.ed_public = tablet.keys.ed_public();
    request.x_public = tablet.keys.x_public();
    request.sealed_name = tablet.request.sealed_name;
    request.proof = to_bytes(tablet.request.proof);
    transport::HubSettings settings = stage.honest_settings();
    settings.device = tablet.keys.device();
    const transport::Signer signer = [&](ByteView canonical) {
        return crypto::sign_request(tablet.keys, canonical);
    };
    auto asking =
        transport::enroll(stage.io.get_executor(), std::move(settings), std::move(request), signer);
    stage.run(std::move(asking)).value();
}

/// The tablet stands at the hub, and the phone hears something else of it.
Attack changing(std::string name,
                std::function<void(Stage&, transport::JoinRequest&)> change,
                const char* words = kStranger) {
    return {std::move(name),
            [change](Stage& stage) {
                enrol(stage, invite_tablet(stage, *stage.phone));
                stage.lies().joins = [&stage,
                                      change](std::vector<transport::JoinRequest>& requests) {
                    for (transport::JoinRequest& request : requests) change(stage, request);
                };
            },
            words,
            Effect::truth};
}

crypto::DeviceKeys rogue_keys(Stage& stage) {
    return crypto::DeviceKeys(crypto::ApiKey::create(stage.workspace.random).value());
}

}  // namespace

std::vector<Attack> join_attacks() {
    std::vector<Attack> all;
    all.push_back(changing("the encryption key of a new device exchanged",
                           [](Stage& stage, transport::JoinRequest& request) {
                               request.x_public = to_bytes(rogue_keys(stage).x_public());
                           }));
    all.push_back(changing("the signing key of a new device exchanged",
                           [](Stage& stage, transport::JoinRequest& request) {
                               request.ed_public = to_bytes(rogue_keys(stage).ed_public());
                           }));
    all.push_back(changing("a stranger with the proof of a new device",
                           [](Stage& stage, transport::JoinRequest& request) {
                               const crypto::DeviceKeys rogue = rogue_keys(stage);
                               request.device = rogue.device();
                               request.ed_public = to_bytes(rogue.ed_public());
                               request.x_public = to_bytes(rogue.x_public());
                           }));
    all.push_back(changing(
        "a stranger with a proof of its own making",
        [](Stage& stage, transport::JoinRequest& request) {
            const crypto::DeviceKeys rogue = rogue_keys(stage);
            const auto made = crypto::make_join_request(
                                  std::array<Byte, 16>{}, rogue, "tablet", stage.workspace.random)
                                  .value();
            request = {made.device,
                       to_bytes(made.ed_public),
                       to_bytes(made.x_public),
                       made.sealed_name,
                       to_bytes(made.proof)};
        }));
    all.push_back(
        changing("another name for a new device",
                 [](Stage&, transport::JoinRequest& request) { request.sealed_name.back() ^= 1; }));
    all.push_back(changing("a proof with a bit flipped",
                           [](Stage&, transport::JoinRequest& request) { request.proof[3] ^= 1; }));
    all.push_back(changing(
        "a device without a proof",
        [](Stage&, transport::JoinRequest& request) { request.proof.clear(); },
        ""));
    all.push_back({"the proof of another device's invitation, again",
                   [](Stage& stage) {
                       // A tablet that desktop invited is offered to the phone as the phone's own.
                       const Tablet of_desktop = invite_tablet(stage, *stage.desktop);
                       enrol(stage, of_desktop);
                       invite_tablet(stage, *stage.phone);
                   },
                   kStranger,
                   Effect::truth});
    return all;
}

}  // namespace satchel::hostile
