#include "daemon/engine/invitations.h"

#include "daemon/crypto/join.h"
#include "daemon/engine/membership.h"

#include <algorithm>

namespace satchel::engine {

namespace {

constexpr UnixMs kInvitationMs = 10 * 60 * 1'000;
/// Requests of strangers that are told of while invitations are open.
constexpr std::size_t kNamedMax = 16;

std::optional<crypto::JoinRequest> to_join_request(const transport::JoinRequest& offered) {
    crypto::JoinRequest request;
    const bool has_sizes = offered.ed_public.size() == request.ed_public.size() &&
                           offered.x_public.size() == request.x_public.size() &&
                           offered.proof.size() == request.proof.size();
    if (!has_sizes) return std::nullopt;
    request.device = offered.device;
    std::ranges::copy(offered.ed_public, request.ed_public.begin());
    std::ranges::copy(offered.x_public, request.x_public.begin());
    std::ranges::copy(offered.proof, request.proof.begin());
    request.sealed_name = offered.sealed_name;
    return request;
}

}  // namespace

asio::awaitable<Result<std::string>> Invitations::invite(std::string name,
                                                         wire::JoinTicket hub,
                                                         transport::Transport& transport) {
    Open invitation;
    invitation.name = std::move(name);
    invitation.expires_ms = clock_.now_ms() + kInvitationMs;
    std::array<Byte, 16> code{};
    if (auto filled = random_.fill(invitation.secret); !filled) co_return filled.error();
    if (auto filled = random_.fill(code); !filled) co_return filled.error();

    wire::Invite invite = co_await worker_.run([&] {
        const Identity& identity = replica_.identity();
        wire::Invite made;
        made.workspace = identity.members.workspace();
        made.genesis_hash = identity.members.genesis_hash();
        made.inviter = identity.device;
        return made;
    });
    invite.secret = invitation.secret;
    hub.invite = invite;
    hub.admission_code = to_base32(code);
    hub.expires_ms = invitation.expires_ms;
    SATCHEL_CO_TRY(text, wire::to_join_string(hub));
    const Hash256 code_hash = crypto::sha256(as_bytes(hub.admission_code));
    const Status told = co_await transport.invite(code_hash, invitation.expires_ms);
    if (!told) co_return told.error();
    open_.push_back(std::move(invitation));
    co_return text;
}

asio::awaitable<Result<std::vector<std::string>>> Invitations::admit_waiting(
    transport::Transport& transport) {
    std::vector<std::string> sentences;
    const UnixMs now_ms = clock_.now_ms();
    std::erase_if(open_, [&](const Open& open) { return open.expires_ms < now_ms; });
    if (open_.empty()) named_.clear();
    if (open_.empty()) co_return sentences;
    SATCHEL_CO_TRY(requests, co_await transport.joins());
    for (const transport::JoinRequest& request : requests) {
        SATCHEL_CO_TRY(is_in, co_await try_all(request, transport));
        const bool is_stranger = !is_in && !request.proof.empty();
        if (!is_stranger || named_.size() >= kNamedMax) continue;
        if (!named_.insert(request.proof).second) continue;
        sentences.emplace_back(
            "a device asks to join that no open invitation of this device fits: it was invited "
            "elsewhere, or its keys were exchanged on the way; it was not let in. If the device "
            "you are adding does not get in, make it a new join string with 'satchelctl sync "
            "register'; if that fails too, have a look at the hub");
    }
    co_return sentences;
}

asio::awaitable<Result<bool>> Invitations::try_all(const transport::JoinRequest& offered,
                                                   transport::Transport& transport) {
    // One invitation, one device: it is closed by the first that proves its secret.
    for (auto open = open_.begin(); open != open_.end(); ++open) {
        const Status admitted = co_await admit(*open, offered, transport);
        if (!admitted && admitted.error().code == ErrorCode::refused) continue;
        if (!admitted) co_return admitted.error();
        open_.erase(open);
        co_return true;
    }
    co_return false;
}

asio::awaitable<Status> Invitations::admit(const Open& invitation,
                                           const transport::JoinRequest& offered,
                                           transport::Transport& transport) {
    const auto request = to_join_request(offered);
    if (!request) co_return Error{ErrorCode::refused, "a join request is malformed"};
    SATCHEL_CO_TRY(newcomer, crypto::check_join_request(invitation.secret, *request));
    std::function<Result<Bytes>()> make = [&]() -> Result<Bytes> {
        const Identity& identity = replica_.identity();
        return crypto::make_add(
            identity.keyring, identity.keys, identity.members, newcomer, random_);
    };
    const MembershipParts membership{replica_, worker_, transport};
    co_return co_await extend_members(membership, std::move(make));
}

}  // namespace satchel::engine
