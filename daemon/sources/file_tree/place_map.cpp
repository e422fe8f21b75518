#include "daemon/sources/file_tree/place_map.h"

#include "daemon/sources/file_tree/notes.h"

#include <algorithm>
#include <filesystem>

namespace satchel::sources {

namespace {

constexpr std::size_t kPage = 1'000;

Bytes encode_place(const ProjectPlace& place) {
    Bytes out;
    ByteWriter writer(out);
    writer.sized(place.slug);
    writer.sized(place.root);
    writer.u8(place.is_primary ? 1 : 0);
    writer.sized(place.wished);
    return out;
}

Result<ProjectPlace> decode_place(ByteView bytes) {
    ByteReader in(bytes);
    ProjectPlace place;
    place.slug = as_text(in.sized());
    place.root = as_text(in.sized());
    place.is_primary = in.u8() == 1;
    place.wished = as_text(in.sized());
    if (!in.finished())
        return Error{ErrorCode::corrupt, "read the note of a project's place: it is malformed"};
    return place;
}

}  // namespace

ProjectSettings profile_projects(std::string_view profile, const std::string& home) {
    if (profile != "claude") return {};
    std::error_code failed;
    const auto real = std::filesystem::canonical(home, failed);
    return {"projects", "cwd", {{"history.jsonl", "project"}}, failed ? home : real.string()};
}

Status PlaceMap::load(Memory& memory) {
    places_.clear();
    if (!is_active()) return ok();
    const Bytes prefix = place_note_name("");
    Bytes after = prefix;
    while (true) {
        SATCHEL_TRY(page, memory.notes(prefix, after, kPage));
        for (const auto& [name, value] : page) {
            SATCHEL_TRY(place, decode_place(value));
            place.identity = as_text(ByteView(name).subspan(prefix.size()));
            places_[place.identity] = std::move(place);
        }
        if (page.size() < kPage) return ok();
        after = page.back().first;
    }
}

Status PlaceMap::put(Memory& memory, const ProjectPlace& place) {
    places_[place.identity] = place;
    return memory.set_note(place_note_name(place.identity), encode_place(place));
}

Status PlaceMap::erase(Memory& memory, const std::string& identity) {
    places_.erase(identity);
    return memory.erase_note(place_note_name(identity));
}

const ProjectPlace* PlaceMap::find(std::string_view identity) const {
    const auto at = places_.find(identity);
    return at == places_.end() ? nullptr : &at->second;
}

std::vector<const ProjectPlace*> PlaceMap::in_folder(std::string_view slug) const {
    std::vector<const ProjectPlace*> found;
    for (const auto& [identity, place] : places_)
        if (place.slug == slug) found.push_back(&place);
    std::stable_partition(
        found.begin(), found.end(), [](const ProjectPlace* place) { return place->is_primary; });
    return found;
}

std::optional<ProjectPath> PlaceMap::split(std::string_view path) const {
    const bool is_inside = is_active() && path.size() > folder_.size() + 1 &&
                           path.starts_with(folder_) && path[folder_.size()] == '/';
    if (!is_inside) return std::nullopt;
    path.remove_prefix(folder_.size() + 1);
    const auto end = std::min(path.find('/'), path.size());
    return ProjectPath{path.substr(0, end), path.substr(end)};
}

std::string PlaceMap::join(std::string_view project, std::string_view rest) const {
    return (folder_ + "/").append(project).append(rest);
}

std::string PlaceMap::local(std::string_view path) const {
    const auto parts = split(path);
    const ProjectPlace* place = parts ? find(parts->project) : nullptr;
    return place == nullptr ? std::string(path) : join(place->slug, parts->rest);
}

std::vector<std::string> PlaceMap::logical(std::string_view path) const {
    const auto parts = split(path);
    if (!parts) return {std::string(path)};
    std::vector<std::string> found;
    for (const ProjectPlace* place : in_folder(parts->project))
        found.push_back(join(place->identity, parts->rest));
    return found;
}

}  // namespace satchel::sources
