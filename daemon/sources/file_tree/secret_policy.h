// What becomes of secrets in a tree's files: masked on their way, sent, or kept here with their
// file. See daemon/sources/secret_mask.h for what is one.
#pragma once

#include "shared/base/bytes.h"

#include <optional>
#include <string_view>

namespace satchel::sources {

enum class SecretPolicy : std::uint8_t {
    mask,  ///< lines travel with asterisks for secrets; a whole file that holds one stays here
    hold,  ///< a file that holds one stays here, lines from there on
    send,
};

/// The policy of a word that a person may use: "mask", "hold", "send".
std::optional<SecretPolicy> find_secret_policy(std::string_view word);

/// Looks for secrets in a content that comes in pieces.
class SecretScan {
  public:
    void add(ByteView piece);

    [[nodiscard]] bool has_found() const { return has_found_; }

  private:
    Bytes rest_;  // of earlier pieces, with the next one's beginning it may hold a secret
    bool has_found_ = false;
};

/// The beginning of a text, masked as far as it does not depend on what follows.
struct MaskedBeginning {
    Bytes text;
    std::size_t secrets = 0;
};

/// Masks all of `text` when it `is_all` there is, else what can be masked without the rest: all but
/// some 64 KiB, so give more.
MaskedBeginning mask_beginning(ByteView text, bool is_all);

}  // namespace satchel::sources
