// What never leaves a device, whatever the configuration or another device says: credentials, keys,
// databases (their pages change under our feet; they have their own source), locks, sockets,
// caches.
#pragma once

#include <string_view>

namespace satchel::sources {

/// True when any component of `path` is on the list; letters' case does not matter.
bool is_denied(std::string_view path);

/// The same for one component.
bool is_denied_name(std::string_view name);

/// Names that begin so are our own unfinished files.
inline constexpr std::string_view kTempPrefix = ".satchel-";

}  // namespace satchel::sources
