// A person's own profiles lie in one folder, NAME.json each.
#include "daemon/profiles/profile.h"
#include "shared/base/bytes.h"
#include "shared/base/edit_distance.h"
#include "shared/base/limits.h"
#include "shared/base/utf8.h"
#include "shared/platform/files.h"

#include <algorithm>

namespace satchel::profiles {

namespace {

constexpr std::string_view kEnding = ".json";
constexpr std::size_t kNameMax = 40;

bool is_name(std::string_view name) {
    const auto is_plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    return !name.empty() && name.size() <= kNameMax && std::ranges::all_of(name, is_plain);
}

Error unknown_profile(std::string_view name, const std::filesystem::path& folder) {
    const std::vector<std::string> names = list_profiles(folder);
    const std::vector<std::string_view> words(names.begin(), names.end());
    const std::string_view near = nearest_word(name, words);
    std::string hint = "profiles are ";
    for (std::size_t i = 0; i < names.size(); ++i)
        hint += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
    if (!near.empty()) hint = "did you mean '" + std::string(near) + "'?";
    return {ErrorCode::not_found,
            "there is no profile '" + escape_for_terminal(name) + "'",
            std::move(hint)};
}

}  // namespace

Result<Profile> load_profile(std::string_view name, const Shelf& shelf) {
    const std::filesystem::path& folder = shelf.folder;
    if (!is_name(name)) return unknown_profile(name, folder);
    const std::filesystem::path file = folder / (std::string(name) + std::string(kEnding));
    auto content = platform::read_file(file, limits::kConfigBytesMax);
    if (!content && content.error().code != ErrorCode::not_found) {
        Error error = std::move(content).error();
        error.code = ErrorCode::bad_config;
        return error;
    }
    if (!content) {
        auto shipped = find_shipped(name);
        if (!shipped) return unknown_profile(name, folder);
        return std::move(*shipped);
    }
    std::error_code failed;
    const auto mode = std::filesystem::status(file, failed).permissions();
    using std::filesystem::perms;
    if (!failed && (mode & (perms::group_write | perms::others_write)) != perms::none)
        return Error{ErrorCode::refused,
                     "read " + file.string() + ": other users can write this file",
                     "chmod 600 " + file.string()};
    SATCHEL_TRY(profile, parse_profile(as_text(*content), file.string(), shelf.device));
    if (profile.name != name)
        return Error{ErrorCode::bad_config,
                     file.string() + ": it is the profile '" + profile.name + "', not '" +
                         std::string(name) + "'",
                     "name the file after the profile in it"};
    return profile;
}

std::vector<std::string> list_profiles(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    for (const ShippedText& one : shipped_texts()) names.emplace_back(one.name);
    const std::size_t shipped = names.size();
    std::error_code error;
    for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error)) {
        const std::string name = at->path().stem().string();
        const bool is_known = std::ranges::find(names, name) != names.end();
        if (at->path().extension() == kEnding && is_name(name) && !is_known) names.push_back(name);
    }
    std::sort(names.begin() + static_cast<std::ptrdiff_t>(shipped), names.end());
    return names;
}

}  // namespace satchel::profiles
