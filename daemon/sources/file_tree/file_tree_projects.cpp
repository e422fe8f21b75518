// A tree's projects: which folder on disk is which, and what cannot have a folder.

#include "daemon/sources/file_tree/file_tree.h"
#include "daemon/sources/file_tree/notes.h"
#include "daemon/sources/file_tree/place_finder.h"
#include "daemon/sources/file_tree/place_move.h"
#include "shared/base/utf8.h"

#include <algorithm>

namespace satchel::sources {

std::set<std::string> FileTree::local_places() const {
    std::set<std::string> places = hinted_;
    for (const std::string& path : dirty_) places.insert(context_.places.local(path));
    return places;
}

Result<std::set<std::string>> FileTree::decide_projects(const TreeDir& root,
                                                        const std::set<std::string>& places,
                                                        CaptureSink& sink,
                                                        Memory& memory) {
    std::set<std::string> again;
    if (!context_.places.is_active()) return again;
    std::set<std::string> slugs;
    bool is_all = false;
    for (const std::string& path : places) {
        const auto parts = context_.places.split(path);
        if (parts) slugs.insert(std::string(parts->project));
        is_all = is_all || path.empty() || path == context_.places.folder();
    }
    PlaceMover mover(context_, root, memory);
    if (!sink.is_look())
        if (Status status = mover.move_linked(sink, move_troubles_); !status) return status.error();
    PlaceFinder finder(context_, root, memory);
    SATCHEL_TRY(undecided, finder.decide(is_all ? nullptr : &slugs, !is_trusting_, sink));
    for (const std::string& slug : undecided) again.insert(context_.places.join(slug, ""));
    return again;
}

Result<TreeScan> FileTree::to_workspace(const TreeDir& root, TreeScan found, Memory& memory) {
    if (!context_.places.is_active()) return found;
    TreeScan scan;
    PlaceFinder finder(context_, root, memory);
    for (auto& [path, stat] : found.files) {
        SATCHEL_TRY(logical, finder.logical(path));
        // Rules may name a project, which the path on disk does not.
        if (!logical || classify(*logical, context_.settings.rules) == FileClass::never) continue;
        scan.files.emplace_back(std::move(*logical), stat);
    }
    std::ranges::sort(scan.files, {}, &std::pair<std::string, FileStat>::first);
    for (const std::string& path : found.skipped)
        std::ranges::move(context_.places.logical(path), std::back_inserter(scan.skipped));
    return scan;
}

Result<LocalRow> FileTree::read_project(ByteView key, Memory& memory) const {
    LocalRow row;
    row.collection = context_.projects;
    row.key = to_bytes(key);
    row.sid = context_.ids.row(context_.projects, key);
    const auto end = std::ranges::find(key, Byte{0});
    SATCHEL_TRY(note, memory.note(known_place_note_name(key)));
    if (!note || end == key.end()) return row;
    row.is_present = true;
    row.columns = in_column_order({
        {context_.project_columns.identity, core::Value::text(as_text({key.begin(), end}))},
        {context_.project_columns.place, core::Value::text(as_text({end + 1, key.end()}))},
    });
    return row;
}

Result<std::vector<FileTree::Project>> FileTree::projects(Memory& memory) {
    constexpr std::size_t kPage = 1'000;
    if (Status status = context_.places.load(memory); !status) return status.error();
    std::map<std::string, Project> found;
    const auto project = [&](std::string_view identity) -> Project& {
        Project& one = found[std::string(identity)];
        const auto decoded = ProjectIdentity::decode(identity);
        one.identity = identity;
        one.name = decoded ? decoded->words() : one.identity;
        return one;
    };
    for (const auto& [identity, place] : context_.places.all()) {
        Project& one = project(identity);
        one.root = place.root;
        one.folder = context_.places.join(place.slug, "");
        const auto trouble = move_troubles_.find(identity);
        if (trouble != move_troubles_.end()) one.trouble = trouble->second;
        if (!place.wished.empty())
            one.trouble = "another folder here is the project " + place.wished;
    }
    const Bytes known = known_place_note_name({});
    SATCHEL_TRY(elsewhere, memory.notes(known, known, kPage));
    for (const auto& [name, value] : elsewhere) {
        const std::string_view text = as_text(ByteView(name).subspan(known.size()));
        Project& one = project(text.substr(0, text.find('\0')));
        if (one.folder.empty()) one.trouble = "it has no place here";
    }
    const Bytes links = link_note_name("");
    SATCHEL_TRY(linked, memory.notes(links, links, kPage));
    for (const auto& [name, path] : linked)
        project(as_text(ByteView(name).subspan(links.size()))).link = as_text(path);
    std::vector<Project> projects;
    for (auto& [identity, one] : found) projects.push_back(std::move(one));
    return projects;
}

Result<FileTree::Project> FileTree::find_project(const std::string& name, Memory& memory) {
    SATCHEL_TRY(all, projects(memory));
    std::vector<Project> exact;
    std::vector<Project> similar;
    for (const Project& one : all) {
        const bool is_it = name == one.identity || name == one.name ||
                           (!one.folder.empty() && context_.places.join(name, "") == one.folder);
        if (is_it) exact.push_back(one);
        if (one.name.ends_with("/" + name) || one.root.ends_with("/" + name))
            similar.push_back(one);
    }
    std::vector<Project>& fit = exact.empty() ? similar : exact;
    if (fit.empty())
        return Error{ErrorCode::not_found,
                     "no project here is called '" + escape_for_terminal(name) + "'",
                     "satchelctl link shows them"};
    if (fit.size() > 1)
        return Error{
            ErrorCode::invalid_argument,
            std::to_string(fit.size()) + " projects are called '" + escape_for_terminal(name) + "'",
            "give the whole name of one, such as " + fit.front().name};
    return std::move(fit.front());
}

Result<bool> FileTree::limit_to(const std::string& project, Memory& memory) {
    only_.clear();
    if (project.empty()) return true;
    if (!has_projects()) return false;
    auto found = find_project(project, memory);
    if (!found && found.error().code == ErrorCode::not_found) return false;
    if (!found) return std::move(found).error();
    only_ = found->identity;
    return true;
}

Result<std::string> FileTree::workspace_pattern(const std::string& pattern, Memory& memory) {
    if (Status status = context_.places.load(memory); !status) return status.error();
    const auto parts = context_.places.split(pattern);
    if (!parts) return pattern;
    const auto here = context_.places.in_folder(parts->project);
    return here.empty() ? pattern : context_.places.join(here.front()->identity, parts->rest);
}

Result<std::string> FileTree::project_pattern(const std::string& name, Memory& memory) {
    SATCHEL_TRY(project, find_project(name, memory));
    return context_.places.join(project.identity, "/**");
}

Result<bool> FileTree::link(const Project& project, const std::string& path, Memory& memory) {
    if (project.link == path || (project.link.empty() && project.root == path)) return false;
    const Bytes note = link_note_name(project.identity);
    if (Status status = memory.set_note(note, as_bytes(path)); !status) return status.error();
    needs_scan_ = true;
    return true;
}

std::string FileTree::project_trouble() const {
    if (!move_troubles_.empty()) return move_troubles_.begin()->second;
    for (const auto& [identity, place] : context_.places.all())
        if (!place.wished.empty())
            return "the folders of '" + escape_for_terminal(place.root) +
                   "' and of another project here have the same repository; only one is that "
                   "project on other devices, see satchelctl link";
    return {};
}

}  // namespace satchel::sources
