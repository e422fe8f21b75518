// Names of objects on a hub, in a folder or in a bucket. Every name has exactly one writer and one
// spelling; anything else ("conflicted copy", upper case, leading zeros) is not a name.
//
//   v1/<workspace>/d/<device>/head
//   v1/<workspace>/d/<device>/<lane>/<from>-<to>.s
//   v1/<workspace>/m/<number>-<author>
#pragma once

#include "shared/base/ids.h"

#include <optional>
#include <string>
#include <string_view>

namespace satchel::wire {

/// What a hub stores.
enum class ObjectKind : std::uint8_t { head, segment, member };

/// A name taken apart; fields a kind does not have are zero.
struct ObjectName {
    ObjectKind kind = ObjectKind::head;
    WorkspaceId workspace;
    DeviceId device;  ///< the one writer: owner of a log, author of a membership entry
    LaneId lane{};
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    std::uint64_t number = 0;

    bool operator==(const ObjectName&) const = default;
};

/// Name of a device's head.
ObjectName head_name(const WorkspaceId& workspace, const DeviceId& device);
/// Name of the segment that holds ops `from` to `to`.
ObjectName segment_name(const WorkspaceId& workspace,
                        const DeviceId& device,
                        LaneId lane,
                        std::uint64_t from,
                        std::uint64_t to);
/// Name of membership entry `number`, signed by `author`.
ObjectName member_name(const WorkspaceId& workspace, std::uint64_t number, const DeviceId& author);

/// The name as a path, under 120 characters, lower case.
std::string to_text(const ObjectName& name);
/// The name this path spells, or nothing: `to_text` of the answer is `text` again.
std::optional<ObjectName> parse_object_name(std::string_view text);

}  // namespace satchel::wire
