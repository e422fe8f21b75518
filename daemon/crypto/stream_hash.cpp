// The library's hash, which takes pieces by itself.
#include "daemon/crypto/stream_hash.h"

#include <crypto++/sha.h>

namespace satchel::crypto {

struct StreamHash::State {
    CryptoPP::SHA256 hash;
};

StreamHash::StreamHash() : state_(std::make_unique<State>()) {}

StreamHash::~StreamHash() = default;
StreamHash::StreamHash(StreamHash&&) noexcept = default;
StreamHash& StreamHash::operator=(StreamHash&&) noexcept = default;

void StreamHash::add(ByteView piece) {
    state_->hash.Update(piece.data(), piece.size());
}

Hash256 StreamHash::finish() {
    Hash256 digest;
    state_->hash.Final(digest.data());
    return digest;
}

}  // namespace satchel::crypto
