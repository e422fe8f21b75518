// The only place that touches the library's GCM class.
#include "daemon/crypto/aes_gcm.h"

#include "daemon/crypto/secret.h"

#include <crypto++/aes.h>
#include <crypto++/gcm.h>

namespace satchel::crypto {

using Gcm = CryptoPP::GCM<CryptoPP::AES>;

Bytes gcm_seal(KeyView key, GcmNonceView nonce, ByteView aad, ByteView plain) {
    Gcm::Encryption cipher;
    cipher.SetKeyWithIV(key.data(), key.size(), nonce.data(), nonce.size());
    Bytes sealed(plain.size() + kTagBytes);
    cipher.EncryptAndAuthenticate(sealed.data(),
                                  sealed.data() + plain.size(),
                                  kTagBytes,
                                  nonce.data(),
                                  static_cast<int>(nonce.size()),
                                  aad.data(),
                                  aad.size(),
                                  plain.data(),
                                  plain.size());
    return sealed;
}

std::optional<Bytes> gcm_open(KeyView key, GcmNonceView nonce, ByteView aad, ByteView sealed) {
    if (sealed.size() < kTagBytes) return std::nullopt;
    const ByteView body = sealed.first(sealed.size() - kTagBytes);
    Gcm::Decryption cipher;
    cipher.SetKeyWithIV(key.data(), key.size(), nonce.data(), nonce.size());
    Bytes scratch(body.size());
    const bool authentic = cipher.DecryptAndVerify(scratch.data(),
                                                   sealed.data() + body.size(),
                                                   kTagBytes,
                                                   nonce.data(),
                                                   static_cast<int>(nonce.size()),
                                                   aad.data(),
                                                   aad.size(),
                                                   body.data(),
                                                   body.size());
    if (authentic) return scratch;
    wipe(scratch);
    return std::nullopt;
}

}  // namespace satchel::crypto
