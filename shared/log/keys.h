// The names in front of "=" in log lines, so that the same thing is found by the same word.
#pragma once

#include <string_view>

namespace satchel::log::key {

inline constexpr std::string_view kBytes = "bytes";
inline constexpr std::string_view kCount = "count";
inline constexpr std::string_view kCycle = "cycle";    ///< number of the cycle since the start
inline constexpr std::string_view kDevice = "device";  ///< name of another device
inline constexpr std::string_view kError = "error";    ///< message of an Error
inline constexpr std::string_view kHub = "hub";        ///< address without credentials
inline constexpr std::string_view kItem = "item";      ///< id; names only at debug
inline constexpr std::string_view kItems = "items";
inline constexpr std::string_view kMethod = "method";  ///< of the control socket
inline constexpr std::string_view kMs = "ms";          ///< how long it took
inline constexpr std::string_view kPath = "path";      ///< only at debug
inline constexpr std::string_view kReason = "reason";
inline constexpr std::string_view kSource = "source";
inline constexpr std::string_view kState = "state";
inline constexpr std::string_view kUser = "user";  ///< numeric user id
inline constexpr std::string_view kVersion = "version";

}  // namespace satchel::log::key
