// Facts about this machine and this process.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace satchel::platform {

/// The machine's name up to its first dot, for people; never empty.
std::string host_name();

/// Path of the running program's own file, if the system tells.
std::optional<std::filesystem::path> own_executable();

/// True when `fd` is a terminal.
bool is_terminal(int fd);

/// True when `fd` is a pipe or socket that nobody reads any more.
bool is_reader_gone(int fd);

/// Effective user id of this process.
unsigned user_id();

/// Reads a line from the terminal without showing what is typed; nothing when there is no terminal
/// or it was closed. The prompt goes to the terminal itself.
std::optional<std::string> ask_hidden(const std::string& prompt);

}  // namespace satchel::platform
