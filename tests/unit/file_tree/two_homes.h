// Two or three devices of one person whose homes lie elsewhere, each with an assistant's folder.
#pragma once

#include "tests/unit/file_tree/tree_device.h"

#include <filesystem>
#include <string>

namespace satchel::sources::test {

/// Homes below one temporary folder; the trees are elsewhere, as with CLAUDE_CONFIG_DIR.
class Homes {
  public:
    /// With `deletes` a transcript that is deleted on one device is deleted on all.
    explicit Homes(std::vector<std::string> names, bool deletes = false);

    /// The full path of what is `below` a device's home.
    [[nodiscard]] std::string path(std::size_t device, std::string_view below) const;
    /// Makes a folder with a repository whose origin is `url`.
    void clone(std::size_t device, std::string_view below, std::string_view url) const;
    void make_folder(std::size_t device, std::string_view below) const;

    [[nodiscard]] TreeDevice& at(std::size_t device) { return *devices[device]; }

    /// The name of the folder in which sessions at that place are.
    [[nodiscard]] std::string slug(std::size_t device, std::string_view below) const;
    /// "projects/SLUG/FILE".
    [[nodiscard]] std::string file(std::size_t device,
                                   std::string_view below,
                                   std::string_view file) const;

    support::TempDir box;
    std::vector<std::string> homes;
    std::vector<std::unique_ptr<TreeDevice>> devices;
};

/// A record as the assistant writes it, with its newline.
std::string record(std::string_view cwd, std::string_view text);
/// `count` of them, with numbered texts.
std::string records(std::string_view cwd, std::string_view text, int count);

}  // namespace satchel::sources::test
