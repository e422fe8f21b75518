#include "daemon/app/discover.h"

#include "daemon/sources/file_tree/deny_list.h"
#include "shared/base/utf8.h"

#include <algorithm>
#include <map>
#include <optional>

namespace satchel::app {

namespace fs = std::filesystem;

namespace {

/// Enough for any home, and an end for a folder that is none.
constexpr std::size_t kEntriesMax = 1'000'000;
constexpr std::size_t kLinksShown = 20;
constexpr int kDepthMax = 64;
constexpr const char* kDenied = "credentials, keys, databases, locks or caches";

/// "a/b" for "a/b/".
fs::path without_slash(fs::path path) {
    return path.has_filename() ? path : path.parent_path();
}

/// The folders a place stands for; `*` for every folder there, in order.
std::vector<fs::path> expand(const fs::path& place) {
    if (place.filename() != "*") return {place};
    std::vector<fs::path> found;
    std::error_code error;
    for (fs::directory_iterator at(place.parent_path(), error), end; !error && at != end;
         at.increment(error)) {
        std::error_code ignored;
        if (at->is_directory(ignored)) found.push_back(at->path());
    }
    std::ranges::sort(found);
    return found;
}

/// "claude-work" for the folders "work", ".claude-work" and "claude-work".
std::string name_of(const std::string& profile, const fs::path& folder) {
    std::string name = folder.filename().string();
    while (name.starts_with('.')) name.erase(0, 1);
    if (name == profile || name.starts_with(profile + "-")) return name;
    return profile + "-" + name;
}

class Finder {
  public:
    Finder(const profiles::Profile& profile, std::vector<std::string>& looked)
        : profile_(profile), looked_(looked) {}

    void look_at(const fs::path& place, bool is_main) {
        if (!place.is_absolute()) return;
        looked_.push_back(place.string());
        for (const fs::path& folder : expand(without_slash(place.lexically_normal()))) {
            std::error_code error;
            const fs::path real = fs::canonical(folder, error);
            if (error || !fs::is_directory(real, error)) continue;
            if (is_main) main_ = real;
            FoundRoot found{folder, real, name_of(profile_.name, folder)};
            if (!profile_.is_walked && !holds_any(real)) {
                if (is_main) spare_ = std::move(found);
                continue;
            }
            const auto same = std::ranges::find(roots_, real, &FoundRoot::real);
            if (same == roots_.end()) roots_.push_back(std::move(found));
        }
    }

    std::vector<FoundRoot> finish() {
        if (roots_.empty() && spare_) roots_.push_back(std::move(*spare_));
        if (roots_.size() == 1) main_ = roots_.front().real;
        for (FoundRoot& root : roots_)
            if (root.real == main_) root.name = profile_.name;
        return std::move(roots_);
    }

  private:
    [[nodiscard]] bool holds_any(const fs::path& folder) const {
        std::error_code error;
        return std::ranges::any_of(profiles::named_files(profile_), [&](const std::string& name) {
            return fs::is_regular_file(folder / name, error);
        });
    }

    const profiles::Profile& profile_;
    std::vector<std::string>& looked_;
    std::vector<FoundRoot> roots_;
    std::optional<FoundRoot> spare_;  // the main one, without any of its files
    fs::path main_;
};

class Survey {
  public:
    Survey(fs::path root, const SurveyRules& rules) : root_(std::move(root)), rules_(rules) {
        plan_.profile = rules.profile.name;
    }

    control::FolderPlan run() {
        if (rules_.profile.is_walked)
            folder(root_, "", 0);
        else
            named();
        for (auto& [key, files] : travels_) plan_.travels.push_back(std::move(files));
        for (auto& [key, files] : stays_) plan_.stays.push_back(std::move(files));
        const auto by_size = [](const auto& left, const auto& right) {
            return left.bytes > right.bytes;
        };
        std::ranges::stable_sort(plan_.travels, by_size);
        std::ranges::stable_sort(plan_.stays, by_size);
        return std::move(plan_);
    }

  private:
    using Groups = std::map<std::pair<std::string, std::string>, control::PlannedFiles>;

    void folder(const fs::path& place, const std::string& path, int depth) {
        std::error_code error;
        fs::directory_iterator at(place, error), end;
        for (; !error && at != end; at.increment(error)) {
            if (++seen_ > kEntriesMax || depth > kDepthMax) {
                plan_.is_cut = true;
                return;
            }
            const std::string name = at->path().filename().string();
            one(*at, path.empty() ? name : path + "/" + name, depth);
        }
    }

    void named() {
        std::error_code error;
        for (const std::string& name : profiles::named_files(rules_.profile))
            if (const fs::directory_entry entry(root_ / name, error); entry.exists(error))
                one(entry, name, 0);
    }

    void one(const fs::directory_entry& entry, const std::string& path, int depth) {
        std::error_code error;
        if (entry.is_symlink(error)) {
            if (is_travelling(path) || is_travelling(path + "/x")) link(entry.path(), path);
        } else if (entry.is_directory(error)) {
            folder(entry.path(), path, depth + 1);
        } else if (entry.is_regular_file(error)) {
            const std::uintmax_t size = entry.file_size(error);
            file(path, error ? 0 : static_cast<std::int64_t>(size));
        }
    }

    [[nodiscard]] bool is_travelling(const std::string& path) const {
        return sources::classify(path, rules_.rules) != sources::FileClass::never;
    }

    void link(const fs::path& place, const std::string& path) {
        if (plan_.links.size() >= kLinksShown) return;
        std::error_code error;
        const fs::path target = fs::canonical(place, error);
        plan_.links.push_back(
            escape_for_terminal(path) + " is a link" +
            (error ? " to nothing" : " to " + escape_for_terminal(target.string())) +
            "; what it leads to is not part of this source");
    }

    void file(const std::string& path, std::int64_t size) {
        const sources::FileRule* rule = sources::find_rule(path, rules_.rules);
        const bool travels = is_travelling(path);
        std::string what = why(rule);
        std::string word(rule == nullptr ? "opaque" : sources::file_class_name(rule->file_class));
        if (rule != nullptr && rule->is_optional) word = "optional";
        if (!travels && word != "never" && word != "optional") {
            what = kDenied;
            word = "never";
        }
        control::PlannedFiles& files = (travels ? travels_ : stays_)[{what, word}];
        if (files.files == 0) files = {what, word, path, 0, 0};
        ++files.files;
        files.bytes += size;
    }

    /// What the profile says of the files, or that a person's own rule decides.
    [[nodiscard]] std::string why(const sources::FileRule* rule) const {
        if (rule == nullptr) return "files";
        const auto place = static_cast<std::size_t>(rule - rules_.rules.data());
        const std::size_t own = rules_.rules.size() - rules_.profile.rules.size();
        if (place < own) return "by the rule " + escape_for_terminal(rule->pattern);
        const profiles::Rule& said = rules_.profile.rules[place - own];
        return said.why.empty() ? said.pattern : said.why;
    }

    fs::path root_;
    const SurveyRules& rules_;
    control::FolderPlan plan_;
    Groups travels_;
    Groups stays_;
    std::size_t seen_ = 0;
};

}  // namespace

std::vector<FoundRoot> find_roots(const profiles::Profile& profile,
                                  const fs::path& home,
                                  const std::vector<control::NamedText>& variables,
                                  std::vector<std::string>& looked) {
    Finder finder(profile, looked);
    bool has_main = false;
    for (const profiles::Root& root : profile.roots) {
        if (!root.variable.empty()) {
            const auto known =
                std::ranges::find(variables, root.variable, &control::NamedText::name);
            if (known == variables.end() || known->value.empty()) continue;
            const fs::path base = known->value;
            finder.look_at(root.folder.empty() ? base : base / root.folder, false);
            continue;
        }
        finder.look_at(home / root.folder, !has_main);
        has_main = true;
    }
    return finder.finish();
}

control::FolderPlan survey_folder(const fs::path& root, const SurveyRules& rules) {
    return Survey(root, rules).run();
}

}  // namespace satchel::app
