// Recovery words: 256 bits as the 24 words of BIP-39, with its checksum, for a person to write on
// paper. They are a member of the workspace like any other, a paper device: its keys come from the
// words, the log wraps every epoch to it, and it may let a new device in when all others are lost.
//
// Who has only words and a hub has nothing to compare the hub's log with, and everybody may wrap
// anything to a public key. So the paper device signs one entry itself when it is made, the one
// that gives it its role: that signature covers the log up to there, genesis included, and no hub
// can make it for a log of its own.
#pragma once

#include "daemon/crypto/membership.h"

#include <string_view>

namespace satchel::crypto {

inline constexpr std::size_t kRecoveryWords = 24;

/// The secret that recovery words say.
class RecoveryKey {
  public:
    /// A new one from `random`.
    static Result<RecoveryKey> create(RandomSource& random);
    /// Reads the words, in capitals or not, with any white space between them; numbers before them
    /// are skipped. The caller wipes `text`. Error: invalid_argument (not 24, a word that the list
    /// does not have, a wrong checksum); it names the place, and in its hint a word of the list.
    static Result<RecoveryKey> parse(std::string_view text);

    /// The words, a space between them and no end mark.
    [[nodiscard]] Secret words() const;
    /// The keys of the paper device.
    [[nodiscard]] DeviceKeys keys() const;

  private:
    explicit RecoveryKey(Secret bytes) : bytes_(std::move(bytes)) {}

    Secret bytes_;
};

/// The entry that adds the paper device with `paper`, signed by the member with `keys`. It counts
/// once `make_paper_role` follows it.
Result<Bytes> make_paper_add(const Keyring& keyring,
                             const DeviceKeys& keys,
                             const Members& members,
                             const DeviceKeys& paper,
                             RandomSource& random);
/// The entry by which the paper device takes its role, signed by itself.
Result<Bytes> make_paper_role(const DeviceKeys& paper, const Members& members);
/// Whether `members`, of whatever origin, is the log that `paper` took its role in, and `paper`
/// still is a member. Error: refused.
Status check_paper(const Members& members, const DeviceKeys& paper);

}  // namespace satchel::crypto
