// Which other programs have a file open.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace satchel::platform {

/// A running program that has a file open.
struct Opener {
    int pid = 0;
    std::string name;
};

/// Other processes, as far as this user may look, that have one of the files open, ordered by pid
/// and each once. Empty where the system does not tell. Opens none of the files.
std::vector<Opener> find_openers(std::span<const std::filesystem::path> files);

}  // namespace satchel::platform
