// Joining by invitation: the new device proves that it holds the invitation's secret by a MAC over
// its public keys, so the hub in between can neither add a device nor swap a key.
#pragma once

#include "daemon/crypto/membership.h"

namespace satchel::crypto {

/// The secret of an invitation, 16 bytes (wire::Invite::secret).
using InviteSecretView = std::span<const Byte, 16>;

/// What a new device leaves at the hub for its inviter.
struct JoinRequest {
    DeviceId device;
    PublicKey ed_public{};
    PublicKey x_public{};
    Bytes sealed_name;  ///< under the invitation's secret
    Hash256 proof{};
};

/// MAC under the invitation's secret over everything the inviter will sign.
Hash256 join_proof(InviteSecretView secret,
                   const DeviceId& device,
                   const PublicKey& ed_public,
                   const PublicKey& x_public,
                   ByteView sealed_name);
/// The new device's side.
Result<JoinRequest> make_join_request(InviteSecretView secret,
                                      const DeviceKeys& keys,
                                      std::string_view name,
                                      RandomSource& random);
/// The inviter's side: who asks, by which name, when the proof holds. Error: refused.
Result<Newcomer> check_join_request(InviteSecretView secret, const JoinRequest& request);

}  // namespace satchel::crypto
