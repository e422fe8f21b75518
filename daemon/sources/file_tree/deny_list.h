// What never leaves a device, whatever the configuration or another device says: credentials, keys,
// databases (their pages change under our feet; they have their own source), locks, sockets,
// caches.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace satchel::sources {

/// True when any component of `path` is on the list; letters' case does not matter.
bool is_denied(std::string_view path);

/// The same for one component.
bool is_denied_name(std::string_view name);

/// True for a denied name of a file that is not secret as a whole: a settings document of which
/// listed values travel may be called so.
bool is_denied_in_part(std::string_view path);

/// The name of an unfinished file of ours: process and number, so that two never meet.
std::string temp_file_name(pid_t process, std::uint32_t number);
/// What the file with this temporary name is called when it must be kept for a person.
std::string kept_file_name(std::string_view temp_name);
/// The process that made a file of this name; nothing when no unfinished file of ours is called so.
std::optional<pid_t> process_of_temp_name(std::string_view name);

}  // namespace satchel::sources
