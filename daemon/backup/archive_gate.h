// The strict look at an archive's outline before the library gets it. A zip says most things twice,
// at each entry and in the directory at its end, and readers differ in which they believe and in
// what they skip. Here both must say the same, entries must lie one behind the other from the first
// byte to the directory, and nothing may stand before, between or behind: so nothing is hidden,
// overlaps, was cut off or added. An entry's name is one that we give (`manifest`, or hexadecimal
// digits, perhaps with `.db`); any other refuses the whole archive, and with it every path, link,
// device and twin. What a file's name was stands in the manifest only.
//
// Only what a classic zip holds: no Zip64, no encryption, no descriptors behind the data.
#pragma once

#include "shared/base/bytes.h"
#include "shared/base/result.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace satchel::backup {

/// Entries of one archive; as many as a directory without Zip64 can count.
inline constexpr std::size_t kMembersMax = 65'534;
/// Bytes of one archive, and of all it holds.
inline constexpr std::uint64_t kArchiveBytesMax = (4ull << 30) - (1u << 20);
/// An archive that holds more than this may inflate to so many times its size and no further.
inline constexpr std::uint64_t kSmallPlainBytes = 16u << 20;
inline constexpr std::uint64_t kRatioMax = 250;
/// The list of what is in it.
inline constexpr std::string_view kManifestName = "manifest";
inline constexpr std::uint64_t kManifestBytesMax = 32u << 20;

/// One entry, as the archive claims it.
struct ArchiveMember {
    std::string name;
    std::uint64_t size_bytes = 0;  ///< inflated
    std::uint32_t crc = 0;
};

/// Reads `count` bytes at an offset, all of them.
using ReadAt = std::function<Result<Bytes>(std::uint64_t offset, std::size_t count)>;

/// The entries of an archive of `size_bytes` bytes, in the order of their data. `refused` names the
/// entry that has no business in one of our archives, `corrupt` says what does not fit together,
/// `too_large` which cap it is over. Contents are not read.
Result<std::vector<ArchiveMember>> look_at_archive(const ReadAt& read, std::uint64_t size_bytes);

}  // namespace satchel::backup
