#include "daemon/sources/file_tree/place_finder.h"

#include "daemon/sources/file_tree/line_codec.h"
#include "daemon/sources/file_tree/notes.h"
#include "daemon/sources/file_tree/slug.h"
#include "shared/base/utf8.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include <dirent.h>

namespace satchel::sources {

namespace {

/// How much of how many files is read for a line that names the project: it is among the first.
constexpr std::size_t kHeadBytes = 256u << 10;
constexpr std::size_t kFilesMax = 32;
/// A session's first lines may come without it; the next ones follow at once.
constexpr UnixMs kPatienceMs = 60'000;
constexpr std::size_t kPage = 1'000;
/// A path is as long as the name it gives, or has so much of it in front of a hash.
constexpr std::size_t kFolderNameMin = 200;

struct CloseDir {
    void operator()(DIR* dir) const { ::closedir(dir); }
};

/// Names in the folder at the local path, in order; none when it cannot be read.
std::vector<std::string> names_in(const TreeDir& root, const std::string& local) {
    std::vector<std::string> names;
    auto folder = root.open_local_folder(local);
    if (!folder) return names;
    DIR* const opened = ::fdopendir(folder->get());
    if (opened == nullptr) return names;
    const std::unique_ptr<DIR, CloseDir> dir(opened);
    static_cast<void>(folder->release());
    while (const dirent* entry = ::readdir(dir.get()))
        if (std::strcmp(entry->d_name, ".") != 0 && std::strcmp(entry->d_name, "..") != 0)
            names.emplace_back(entry->d_name);
    std::ranges::sort(names);
    return names;
}

/// The folder above or at the first path in `lines` that gives the project's folder its name.
std::optional<std::string> find_root(std::string_view lines,
                                     std::string_view field,
                                     std::string_view slug) {
    const std::string key = "\"" + std::string(field) + "\"";
    while (!lines.empty()) {
        const auto end = std::min(lines.find('\n'), lines.size());
        std::string path = unescape_json(find_field(lines.substr(0, end), key));
        lines.remove_prefix(std::min(end + 1, lines.size()));
        if (!is_utf8(path)) continue;
        const std::string_view separators = is_windows_path(path) ? "/\\" : "/";
        while (!path.empty() && path.size() >= std::min(slug.size(), kFolderNameMin)) {
            if (is_slug_of(slug, path)) return path;
            path.resize(std::min(path.find_last_of(separators), path.size() - 1));
        }
    }
    return std::nullopt;
}

}  // namespace

Bytes place_key(std::string_view identity, std::string_view place) {
    Bytes key = to_bytes(as_bytes(identity));
    key.push_back(0);
    const ByteView text = as_bytes(place);
    key.insert(key.end(), text.begin(), text.end());
    return key;
}

Result<std::set<std::string>> PlaceFinder::decide(const std::set<std::string>* slugs,
                                                  bool is_patient,
                                                  CaptureSink& sink) {
    std::set<std::string> undecided;
    std::vector<Folder> known;
    std::set<std::string, std::less<>>
        left;  // by projects that moved; their files are on the way out
    SATCHEL_TRY(leftovers, list_leftover_notes(memory_));
    for (const auto& [path, note] : leftovers)
        if (const auto parts = context_.places.split(path)) left.emplace(parts->project);
    for (const std::string& slug : names_in(root_, context_.places.folder())) {
        const bool is_asked = slugs == nullptr || slugs->contains(slug);
        if (!is_asked || slug.starts_with('@') || left.contains(slug) ||
            !context_.places.in_folder(slug).empty())
            continue;
        SATCHEL_TRY(stat, root_.find_local(context_.places.join(slug, "")));
        if (!stat || stat->kind != FileKind::folder) continue;
        SATCHEL_TRY(folder, look_into(slug, is_patient));
        if (folder)
            known.push_back(std::move(*folder));
        else
            undecided.insert(slug);
    }
    // A repository's own folder comes before further work trees of it.
    std::stable_partition(
        known.begin(), known.end(), [](const Folder& one) { return !one.is_worktree; });
    for (const Folder& folder : known)
        if (Status status = settle(folder, sink); !status) return status.error();
    return undecided;
}

Result<std::optional<PlaceFinder::Folder>> PlaceFinder::look_into(const std::string& slug,
                                                                  bool is_patient) {
    Folder folder{slug, std::nullopt, false};
    const std::string at = context_.places.join(slug, "");
    SATCHEL_TRY(notes, list_file_notes(memory_, at));
    if (!notes.empty()) return std::optional<Folder>{folder};  // known by its name so far
    UnixMs newest = 0;
    std::vector<std::string> heads;
    std::vector<std::string> deeper;  // of subagents; the session itself may be swept
    for (const std::string& name : names_in(root_, at)) {
        const std::string path = at + "/" + name;
        auto stat = root_.find_local(path);
        if (!stat || !*stat) continue;
        newest = std::max(newest, UnixMs{(*stat)->mtime_ns / 1'000'000});
        if ((*stat)->kind == FileKind::regular && name.ends_with(".jsonl")) heads.push_back(path);
        if ((*stat)->kind != FileKind::folder || deeper.size() > kFilesMax) continue;
        for (const std::string& one : names_in(root_, path + "/subagents"))
            if (one.ends_with(".jsonl")) deeper.push_back(path + "/subagents/" + one);
    }
    std::ranges::move(deeper, std::back_inserter(heads));
    for (std::size_t i = 0; i < std::min(heads.size(), kFilesMax) && !folder.root; ++i) {
        auto file = root_.open_local_file(heads[i]);
        if (!file) continue;
        auto head = read_at(file->get(), 0, kHeadBytes);
        if (head) folder.root = find_root(as_text(*head), context_.settings.projects.field, slug);
    }
    const UnixMs now = context_.clock.now_ms();
    if (!folder.root && is_patient && now - newest < kPatienceMs && now >= newest)
        return std::optional<Folder>{};
    if (folder.root) {
        const auto git = find_git_place(*folder.root, context_.settings.projects.home);
        folder.is_worktree = git && git->is_worktree;
    }
    return std::optional<Folder>{std::move(folder)};
}

Status PlaceFinder::settle(const Folder& folder, CaptureSink& sink) {
    std::vector<ProjectIdentity> identities{{ProjectIdentity::Kind::plain, folder.slug, {}}};
    if (folder.root)
        identities = identities_of(*folder.root, context_.settings.projects.home, folder.slug);
    ProjectPlace place;
    place.slug = folder.slug;
    place.root = folder.root.value_or("");
    for (const ProjectIdentity& identity : identities) {
        place.identity = identity.encode();
        if (context_.places.find(place.identity) != nullptr) {
            if (place.wished.empty()) place.wished = place.identity;
            continue;
        }
        if (Status status = context_.places.put(memory_, place); !status) return status;
        return folder.root ? report(identity, *folder.root, sink) : ok();
    }
    return ok();  // its name is that of a project which is elsewhere; see health
}

/// Other devices learn where the project is, for those that have it nowhere.
Status PlaceFinder::report(const ProjectIdentity& identity,
                           const std::string& root,
                           CaptureSink& sink) {
    if (identity.kind != ProjectIdentity::Kind::git) return ok();
    const std::string name = identity.encode();
    const std::string place = to_place_text(root, context_.settings.projects.home);
    LocalRow row;
    row.collection = context_.projects;
    row.key = place_key(name, place);
    row.sid = context_.ids.row(context_.projects, row.key);
    row.is_present = true;
    row.edited_ms = context_.clock.now_ms();
    row.columns = in_column_order({
        {context_.project_columns.identity, core::Value::text(name)},
        {context_.project_columns.place, core::Value::text(place)},
    });
    if (Status status = memory_.set_note(known_place_note_name(row.key), {}); !status)
        return status;
    if (Status status = sink.row(std::move(row)); !status) return status;
    return sink.item_done();
}

Result<std::optional<std::string>> PlaceFinder::place(const std::string& path) {
    using Reason = std::optional<std::string>;
    const auto parts = context_.places.split(path);
    if (!parts) return Reason{};
    const std::string name(parts->project);
    if (context_.places.find(name) == nullptr) {
        const auto identity = ProjectIdentity::decode(name);
        if (!identity) return Reason{"its project's name is not understood"};
        SATCHEL_TRY(root, root_of(*identity));
        if (!root && identity->kind != ProjectIdentity::Kind::plain)
            return Reason{"the project " + escape_for_terminal(identity->words()) +
                          " has no place here; satchelctl link gives it one"};
        ProjectPlace place{name, name, root.value_or(""), true, {}};
        if (root) place.slug = folder_name(*root);
        place.is_primary = context_.places.in_folder(place.slug).empty();
        if (Status status = context_.places.put(memory_, place); !status) return status.error();
    }
    for (const std::string& other : context_.places.logical(context_.places.local(path))) {
        if (other == path) continue;
        SATCHEL_TRY(note, find_file_note(memory_, other));
        if (note) return Reason{"a file of another project in the same folder has its name"};
    }
    return Reason{};
}

Result<std::optional<std::string>> PlaceFinder::logical(const std::string& local) {
    const std::vector<std::string> possible = context_.places.logical(local);
    if (possible.empty()) return std::optional<std::string>{};
    for (std::size_t i = 0; possible.size() > 1 && i < possible.size(); ++i) {
        SATCHEL_TRY(note, find_file_note(memory_, possible[i]));
        if (note) return std::optional<std::string>{possible[i]};
    }
    return std::optional<std::string>{possible.front()};
}

/// A person's word, else where others have it.
Result<std::optional<std::string>> PlaceFinder::root_of(const ProjectIdentity& identity) {
    using Root = std::optional<std::string>;
    const std::string& home = context_.settings.projects.home;
    const std::string name = identity.encode();
    SATCHEL_TRY(link, memory_.note(link_note_name(name)));
    if (link) return Root{real_root(std::string(as_text(*link)))};
    if (identity.kind == ProjectIdentity::Kind::plain) return Root{};
    if (identity.kind == ProjectIdentity::Kind::home)
        return home.empty() ? Root{} : Root{real_root(join_below(home, identity.place))};
    const Bytes prefix = known_place_note_name(place_key(name, ""));
    SATCHEL_TRY(page, memory_.notes(prefix, prefix, kPage));
    Root first;
    for (const auto& [note, value] : page) {
        const std::string_view text = as_text(ByteView(note).subspan(prefix.size()));
        if (text.starts_with('~') && home.empty()) continue;
        const std::string root = real_root(from_place_text(text, home));
        if (!fits(root, identity)) continue;
        std::error_code failed;
        if (std::filesystem::is_directory(root, failed)) return Root{root};
        if (!first) first = root;
    }
    return first;
}

/// False when another repository is there.
bool PlaceFinder::fits(const std::string& root, const ProjectIdentity& identity) const {
    const auto git = find_git_place(root, context_.settings.projects.home);
    return !git || (git->url == identity.place && git->subfolder == identity.subfolder);
}

std::string PlaceFinder::real_root(const std::string& path) {
    if (is_windows_path(path)) return path;
    std::error_code failed;
    const std::filesystem::path real = std::filesystem::weakly_canonical(path, failed);
    return failed ? path : real.string();
}

std::string PlaceFinder::folder_name(const std::string& root) const {
    const std::string slug = slug_of(root);
    if (!long_slug_prefix(slug)) return slug;
    for (const std::string& name : names_in(root_, context_.places.folder()))
        if (is_slug_of(name, root)) return name;
    return slug;
}

}  // namespace satchel::sources
