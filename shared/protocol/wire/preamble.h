// The first eight bytes of every sealed object: magic, format version, suite, critical flags. One
// place decides what "a newer version" means.
#pragma once

#include "shared/base/bytes.h"
#include "shared/base/result.h"

namespace satchel::wire {

/// Version of the formats in this folder.
inline constexpr std::uint8_t kFormatVersion = 1;
/// XAES-256-GCM, Ed25519, SHA-256, zstd.
inline constexpr std::uint8_t kSuite = 1;
inline constexpr std::size_t kPreambleBytes = 8;

/// The commitment to the key an object is sealed with.
using Commitment = std::array<Byte, 16>;
/// The 192-bit nonce of XAES-256-GCM.
using Nonce = std::array<Byte, 24>;
/// An Ed25519 signature.
using Signature = std::array<Byte, 64>;
/// An Ed25519 or X25519 public key.
using PublicKey = std::array<Byte, 32>;

/// Four ASCII characters that open an object of one kind.
using Magic = std::array<char, 4>;

/// Appends magic, version, suite and no critical flags.
inline void write_preamble(ByteWriter& out, const Magic& magic) {
    for (const char letter : magic) out.u8(static_cast<Byte>(letter));
    out.u8(kFormatVersion);
    out.u8(kSuite);
    out.u16(0);
}

/// Takes the preamble; `what` names the object in errors. Another magic is `corrupt`, and so is a
/// format or suite 0, which never was; any other that we do not know, or a critical flag, is
/// `version_mismatch`.
inline Status read_preamble(ByteReader& in, const Magic& magic, std::string_view what) {
    const ByteView found = in.raw(magic.size());
    const unsigned version = in.u8();
    const unsigned suite = in.u8();
    const unsigned flags = in.u16();
    if (in.failed() || as_text(found) != std::string_view(magic.data(), magic.size()))
        return Error{ErrorCode::corrupt, "parse a " + std::string(what) + ": not one"};
    if (version == 0 || suite == 0)
        return Error{ErrorCode::corrupt,
                     "parse a " + std::string(what) + ": format " + std::to_string(version) +
                         " suite " + std::to_string(suite) + " was never made"};
    if (version != kFormatVersion || suite != kSuite || flags != 0)
        return Error{ErrorCode::version_mismatch,
                     "parse a " + std::string(what) + ": format " + std::to_string(version) +
                         " suite " + std::to_string(suite) + " flags " + std::to_string(flags) +
                         " is of another version",
                     "update Satchel on this device"};
    return ok();
}

}  // namespace satchel::wire
