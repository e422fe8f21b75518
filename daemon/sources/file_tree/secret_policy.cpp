#include "daemon/sources/file_tree/secret_policy.h"

#include "daemon/sources/secret_mask.h"

#include <algorithm>

namespace satchel::sources {

namespace {

/// No secret, with what it shows itself by, is longer.
constexpr std::size_t kReachBytes = 64u << 10;
/// What announces a secret (a name, a scheme) is this close to it.
constexpr std::size_t kAnnouncedBytes = 512;

/// The last place before `end` with nothing masked around it.
std::size_t find_cut(ByteView text, ByteView masked, std::size_t end) {
    std::size_t clear = 0;
    for (std::size_t at = end; at > 0; --at) {
        clear = text[at - 1] == masked[at - 1] ? clear + 1 : 0;
        if (clear == 2 * kAnnouncedBytes) return at - 1 + kAnnouncedBytes;
    }
    return end;  // nothing but secrets
}

}  // namespace

std::optional<SecretPolicy> find_secret_policy(std::string_view word) {
    if (word == "mask") return SecretPolicy::mask;
    if (word == "hold") return SecretPolicy::hold;
    if (word == "send") return SecretPolicy::send;
    return std::nullopt;
}

void SecretScan::add(ByteView piece) {
    if (has_found_) return;
    rest_.insert(rest_.end(), piece.begin(), piece.end());
    Bytes copy = rest_;
    has_found_ = mask_secrets(copy) > 0;
    if (rest_.size() > kReachBytes)
        rest_.erase(rest_.begin(), rest_.end() - static_cast<std::ptrdiff_t>(kReachBytes));
}

MaskedBeginning mask_beginning(ByteView text, bool is_all) {
    MaskedBeginning result{to_bytes(text), 0};
    result.secrets = mask_secrets(result.text);
    if (is_all || text.size() <= kReachBytes) return result;
    result.text.resize(find_cut(text, result.text, text.size() - kReachBytes));
    return result;
}

}  // namespace satchel::sources
