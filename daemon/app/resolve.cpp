#include "daemon/app/resolve.h"

#include "daemon/sources/git_remote.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <optional>

namespace satchel::app {

namespace {

using sources::CatalogEnvironment;
using sources::CatalogVersion;
using sources::normal_url;

std::string parent_of(const std::string& path) {
    return std::filesystem::path(path).lexically_normal().parent_path().string();
}

bool is_absolute(const std::string& path) {
    return std::filesystem::path(path).is_absolute();
}

/// "17.0" of "odoo-17.0-custom".
std::string digits_and_dots(const std::string& name) {
    const auto start = name.find_first_of("0123456789");
    if (start == std::string::npos) return {};
    std::string part = name.substr(start, name.find_first_not_of("0123456789.", start) - start);
    while (part.ends_with('.')) part.pop_back();
    return part;
}

/// The folder a clone of `url` would make, or empty.
std::string repository_name(const std::string& url) {
    const std::string normal = normal_url(url);
    const auto slash = normal.find_last_of("/:");
    if (slash == std::string::npos) return {};
    const std::string name = normal.substr(slash + 1);
    const bool is_plain = std::ranges::all_of(name, [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-';
    });
    return !is_plain || name.starts_with('.') || name.starts_with('-') ? std::string() : name;
}

class Resolver {
  public:
    Resolver(const sources::CatalogRows& rows,
             const PlaceQuestions& questions,
             const std::vector<std::string>& cloned)
        : rows_(rows), ask_(questions), cloned_(cloned) {}

    ResolvePlan run() {
        for (const CatalogVersion& version : rows_.versions)
            if (is_here(version.path)) here_.push_back(&version);
        for (const CatalogEnvironment& one : rows_.environments) {
            sources::CatalogChange change;
            change.environment = one.id;
            settle_version(one, change);
            settle_path(one, change);
            if (change.version_id || change.project_path) plan_.changes.push_back(change);
        }
        return std::move(plan_);
    }

  private:
    bool is_here(const std::string& path) const {
        return is_absolute(path) && ask_.is_folder(path);
    }

    const CatalogVersion* version_of(const CatalogEnvironment& one) const {
        const auto at = std::ranges::find_if(rows_.versions, [&](const CatalogVersion& version) {
            return one.version_id == version.id;
        });
        return at == rows_.versions.end() ? nullptr : &*at;
    }

    const CatalogVersion* local_version(const std::string& name) const {
        if (name.empty()) return nullptr;
        const auto at = std::ranges::find(
            here_, name, [](const CatalogVersion* version) { return version->name; });
        return at == here_.end() ? nullptr : *at;
    }

    void settle_version(const CatalogEnvironment& one, sources::CatalogChange& change) {
        const CatalogVersion* version = version_of(one);
        if (version == nullptr || is_here(version->path)) return;
        const CatalogVersion* better = local_version(digits_and_dots(version->name));
        if (better == nullptr) better = local_version(version->name);
        if (better == nullptr) {
            leave(one, "its version '" + version->name + "' has no folder here");
            return;
        }
        change.version_id = better->id;
        ++plan_.versions_remapped;
    }

    void settle_path(const CatalogEnvironment& one, sources::CatalogChange& change) {
        if (is_here(one.project_path)) {
            ++plan_.paths_kept;
            return;
        }
        if (is_here(one.linked_path)) {
            change.project_path = one.linked_path;
            ++plan_.paths_linked;
            return;
        }
        if (!one.linked_path.empty()) {
            leave(one, "it is linked to " + one.linked_path + ", which is not here");
            return;
        }
        if (!one.github_url.empty()) {
            search(one, change);
        } else if (!one.project_path.empty()) {
            leave(one, one.project_path + " is not here, and no git URL says where to look");
        }
    }

    void search(const CatalogEnvironment& one, sources::CatalogChange& change) {
        const auto& places = known_places();
        const std::string url = normal_url(one.github_url);
        if (const auto at = places.find(url); at != places.end()) {
            change.project_path = at->second;
            const bool is_new = std::ranges::find(cloned_, at->second) != cloned_.end();
            ++(is_new ? plan_.repos_cloned : plan_.paths_found);
            return;
        }
        const std::string name = repository_name(one.github_url);
        const std::string directory = clone_directory(one, change);
        if (name.empty() || !is_safe_url(one.github_url)) {
            leave(one, "its git URL is not one to clone from");
        } else if (directory.empty()) {
            leave(one,
                  "no folder here is a clone of " + one.github_url +
                      "; the setting sync.clone_dir says where one may be made");
        } else {
            const std::string target = directory + "/" + name;
            if (ask_.is_folder(target)) {
                leave(one, target + " is in the way of a clone of " + one.github_url);
                return;
            }
            leave(one, "no folder here is a clone of " + one.github_url);
            plan_.clonable.push_back({one.name, one.project, one.github_url, target});
        }
    }

    /// The setting, inside the version's folder when it is relative; else where the other projects
    /// of this machine are.
    std::string clone_directory(const CatalogEnvironment& one,
                                const sources::CatalogChange& change) const {
        if (is_absolute(rows_.clone_dir)) return rows_.clone_dir;
        if (!rows_.clone_dir.empty()) {
            const auto id = change.version_id ? change.version_id : one.version_id;
            for (const CatalogVersion* version : here_)
                if (id == version->id)
                    return (std::filesystem::path(version->path) / rows_.clone_dir)
                        .lexically_normal()
                        .string();
            return {};
        }
        std::map<std::string, int> votes;
        for (const CatalogEnvironment& other : rows_.environments)
            for (const std::string& path : {other.project_path, other.home_repo})
                if (is_here(path)) ++votes[parent_of(path)];
        const auto best =
            std::ranges::max_element(votes, {}, [](const auto& v) { return v.second; });
        return best == votes.end() ? std::string() : best->first;
    }

    /// Every repository in a place to look, by its normal URL; the first of several counts.
    const std::map<std::string, std::string>& known_places() {
        if (places_) return *places_;
        places_.emplace();
        for (const std::string& path : cloned_) note_repository(path);
        std::vector<std::string> roots;
        const auto add = [&](const std::string& root) {
            const bool is_new = std::ranges::find(roots, root) == roots.end();
            if (is_new && root != "/" && is_here(root)) roots.push_back(root);
        };
        for (const CatalogEnvironment& one : rows_.environments) {
            if (is_here(one.project_path)) add(parent_of(one.project_path));
            if (is_absolute(one.home_repo)) add(parent_of(one.home_repo));
            if (is_here(one.linked_path)) add(parent_of(one.linked_path));
        }
        add(rows_.clone_dir);
        for (const CatalogVersion* version : here_)
            if (!rows_.clone_dir.empty() && !is_absolute(rows_.clone_dir))
                add((std::filesystem::path(version->path) / rows_.clone_dir)
                        .lexically_normal()
                        .string());
        for (const std::string& root : roots)
            for (const std::string& folder : ask_.folders_in(root)) note_repository(folder);
        return *places_;
    }

    void note_repository(const std::string& folder) {
        if (!is_here(folder)) return;
        for (const std::string& url : ask_.remotes_of(folder))
            places_->emplace(normal_url(url), folder);
    }

    void leave(const CatalogEnvironment& one, std::string reason) {
        plan_.unresolved.push_back({one.name, one.project, std::move(reason)});
    }

    const sources::CatalogRows& rows_;
    const PlaceQuestions& ask_;
    const std::vector<std::string>& cloned_;
    std::vector<const CatalogVersion*> here_;
    std::optional<std::map<std::string, std::string>> places_;
    ResolvePlan plan_;
};

}  // namespace

ResolvePlan resolve_places(const sources::CatalogRows& rows,
                           const PlaceQuestions& questions,
                           const std::vector<std::string>& cloned) {
    return Resolver(rows, questions, cloned).run();
}

bool is_safe_url(const std::string& url) {
    const bool is_printable =
        std::ranges::all_of(url, [](unsigned char c) { return c > ' ' && c < 0x7f; });
    if (!is_printable || url.starts_with('-')) return false;
    if (url.starts_with("https://") || url.starts_with("ssh://"))
        return url.find("/-") == std::string::npos;
    // user@host:path; "ext::sh -c" and friends have two colons.
    const auto at = url.find('@');
    const auto colon = url.find(':');
    return at != std::string::npos && at > 0 && colon != std::string::npos && at + 1 < colon &&
           url[at + 1] != '-' && url.find("::") == std::string::npos &&
           url.find("://") == std::string::npos;
}

}  // namespace satchel::app
