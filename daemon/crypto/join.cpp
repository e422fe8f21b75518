// Two keys come from an invitation's secret: one for the proof, one for the name.
#include "daemon/crypto/join.h"

#include "daemon/crypto/hkdf.h"
#include "daemon/crypto/labels.h"
#include "daemon/crypto/name.h"

namespace satchel::crypto {

Hash256 join_proof(InviteSecretView secret,
                   const DeviceId& device,
                   const PublicKey& ed_public,
                   const PublicKey& x_public,
                   ByteView sealed_name) {
    Wiped<32> key;
    derive(secret, labels::kJoinProof, {}, key.span());
    return Prf(key.view())({device.view(), ed_public, x_public, sealed_name});
}

Result<JoinRequest> make_join_request(InviteSecretView secret,
                                      const DeviceKeys& keys,
                                      std::string_view name,
                                      RandomSource& random) {
    Wiped<32> name_key;
    derive(secret, labels::kJoinName, {}, name_key.span());
    SATCHEL_TRY(sealed_name, seal_name_under(name_key.view(), keys.device(), name, random));
    const Hash256 proof =
        join_proof(secret, keys.device(), keys.ed_public(), keys.x_public(), sealed_name);
    return JoinRequest{
        keys.device(), keys.ed_public(), keys.x_public(), std::move(sealed_name), proof};
}

Result<Newcomer> check_join_request(InviteSecretView secret, const JoinRequest& request) {
    const Hash256 expected = join_proof(
        secret, request.device, request.ed_public, request.x_public, request.sealed_name);
    if (!equal_constant_time(expected, request.proof))
        return Error{ErrorCode::refused,
                     "admit a device: it does not hold the invitation's secret",
                     "make a new join string with `satchelctl sync register` and try again"};
    Wiped<32> name_key;
    derive(secret, labels::kJoinName, {}, name_key.span());
    SATCHEL_TRY(name, open_name_under(name_key.view(), request.device, request.sealed_name));
    return Newcomer{request.device, request.ed_public, request.x_public, std::move(name)};
}

}  // namespace satchel::crypto
