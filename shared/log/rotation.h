// The files of a log beside the one being written: their names, and which of them go.
//
//     satcheld.log                         being written
//     satcheld-atlas-2026-03-01.log        of that day, written on the machine atlas
//     satcheld-atlas-2026-03-01.1.log.zip  the next of that day, packed by the daemon
#pragma once

#include "shared/base/clock.h"
#include "shared/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace satchel::log {

/// A file that was put aside.
struct AsideFile {
    std::filesystem::path path;
    std::string day;  ///< "2026-03-01"
    unsigned number = 0;
    bool is_packed = false;
};

/// How much of what was put aside is kept.
struct Bounds {
    std::int64_t days = 7;
    std::uint64_t bytes = 90'000'000;  ///< of all of them together
};

/// The local day of a time: "2026-03-01".
std::string local_day(UnixMs time_ms);
/// The files put aside of `active`, oldest first. What cannot be read is not there.
std::vector<AsideFile> files_aside(const std::filesystem::path& active);
/// Renames `active` to a new name of its `day` on `machine`.
Status put_aside(const std::filesystem::path& active,
                 std::string_view machine,
                 const std::string& day);
/// Removes what is older than the bounds say, and the oldest of what is too much.
void prune(const std::filesystem::path& active, const Bounds& bounds, UnixMs now_ms);

}  // namespace satchel::log
