// Every limit of the house, each with its unit and its reason.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace satchel::limits {

using namespace std::chrono_literals;

/// Plain bytes collected before a segment is sealed: large enough to compress well, small enough
/// that a lost transfer costs little and memory stays flat.
inline constexpr std::size_t kSegmentPlainBytes = 4u << 20;
/// Largest object the hub takes and a device accepts.
inline constexpr std::size_t kObjectBytesMax = 8u << 20;
/// Plain bytes one sealed object may decompress to.
inline constexpr std::size_t kPlainBytesMax = 16u << 20;
/// Body of one HTTP request or reply.
inline constexpr std::size_t kHttpBodyBytesMax = 8u << 20;
/// Of that body, what is left to all that stands around the objects in it.
inline constexpr std::size_t kHttpFramingBytes = 256u << 10;
/// Head of one HTTP request (request line and fields).
inline constexpr std::size_t kHttpHeadBytesMax = 8u << 10;
inline constexpr std::size_t kHttpFieldsMax = 64;
inline constexpr std::size_t kHttpTargetBytesMax = 2u << 10;
/// One frame (line) on the control socket.
inline constexpr std::size_t kControlFrameBytesMax = 1u << 20;
inline constexpr std::size_t kControlConnectionsMax = 64;
/// Bytes of one value (a cell or a file extent) in an op.
inline constexpr std::size_t kValueBytesMax = 4u << 20;
/// Bytes of one op: sealed and padded it is still an object that fits one HTTP body.
inline constexpr std::size_t kOpBytesMax = 7u << 20;
/// File content above this is cut into extents of this size.
inline constexpr std::size_t kExtentBytesMax = 1u << 20;
/// Rows applied in one transaction of somebody's database: keeps its writer waiting under 50 ms.
inline constexpr std::size_t kApplyRowsMax = 2'000;
/// Keys drained in one step.
inline constexpr std::size_t kDrainKeysMax = 5'000;
/// How long we wait for a lock in a database we do not own.
inline constexpr auto kForeignBusyTimeout = 5s;
/// Configuration file.
inline constexpr std::size_t kConfigBytesMax = 1u << 20;
/// Shutdown asks, waits this long, then insists.
inline constexpr auto kShutdownGrace = 10s;

}  // namespace satchel::limits
