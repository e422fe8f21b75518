// See two_homes.h.
#include "tests/unit/file_tree/two_homes.h"

#include "daemon/sources/file_tree/line_codec.h"
#include "daemon/sources/file_tree/slug.h"

namespace satchel::sources::test {

Homes::Homes(std::vector<std::string> names, bool deletes) {
    const std::filesystem::path real = std::filesystem::canonical(box.path());
    for (const std::string& name : names) {
        homes.push_back((real / name).string());
        std::filesystem::create_directories(homes.back());
        const auto number = static_cast<std::uint8_t>(devices.size() + 1);
        FileTreeSettings settings{
            "home", {}, profile_rules("claude"), profile_projects("claude", homes.back())};
        if (deletes)
            for (FileRule& rule : settings.rules) rule.keeps_deleted = false;
        devices.push_back(std::make_unique<TreeDevice>(number, std::move(settings)));
        devices.back()->dir.write("CLAUDE.md", "here\n");
    }
}

std::string Homes::path(std::size_t device, std::string_view below) const {
    return (homes[device] + "/").append(below);
}

void Homes::clone(std::size_t device, std::string_view below, std::string_view url) const {
    const std::filesystem::path git = path(device, below) + "/.git/config";
    std::filesystem::create_directories(git.parent_path());
    box.write(std::filesystem::relative(git, std::filesystem::canonical(box.path())).string(),
              "[remote \"origin\"]\n\turl = " + std::string(url) + "\n");
}

void Homes::make_folder(std::size_t device, std::string_view below) const {
    std::filesystem::create_directories(path(device, below));
}

std::string Homes::slug(std::size_t device, std::string_view below) const {
    return slug_of(path(device, below));
}

std::string Homes::file(std::size_t device, std::string_view below, std::string_view file) const {
    return ("projects/" + slug(device, below) + "/").append(file);
}

std::string record(std::string_view cwd, std::string_view text) {
    return "{\"parentUuid\":null,\"cwd\":\"" + escape_json(cwd) +
           "\",\"type\":\"user\",\"message\":{\"role\":\"user\",\"content\":\"" +
           std::string(text) + "\"},\"toolUseResult\":{\"cwd\":\"" + escape_json(cwd) + "\"}}\n";
}

std::string records(std::string_view cwd, std::string_view text, int count) {
    std::string all;
    for (int i = 0; i < count; ++i) all += record(cwd, std::string(text) + std::to_string(i));
    return all;
}

}  // namespace satchel::sources::test
