// source add claude: the folders of an assistant, found, explained and added.
#include "ctl/commands/folder_plan.h"
#include "ctl/render/words.h"
#include "shared/protocol/control/source.h"

#include <algorithm>
#include <filesystem>

namespace satchel::ctl {

namespace {

/// A word, as no path is written: the shell made paths of ~ and nobody means a file by "claude".
bool is_word(const std::string& text) {
    return !text.empty() && text.find('/') == std::string::npos && !text.starts_with('.');
}

/// Asks again with the variables of this environment that the profile looks at.
Result<control::SourceFindResponse> find_folders(Context& context,
                                                 Client& client,
                                                 const std::string& profile) {
    control::SourceFindRequest request;
    request.profile = profile;
    SATCHEL_TRY(found, client.call(request, kWorkLimit));
    for (const std::string& name : found.variables)
        if (const auto value = context.environment ? context.environment(name) : std::nullopt)
            request.variables.push_back({name, *value});
    if (request.variables.empty()) return found;
    return client.call(request, kWorkLimit);
}

std::string found_text(const control::SourceFindResponse& found) {
    std::string text;
    for (const control::FoundFolder& folder : found.folders) {
        text += (text.empty() ? "" : "\n") + std::string("source '") + shown(folder.name, 40) + "'";
        if (!folder.given.empty()) text += ", " + shown(folder.given);
        if (!folder.source.empty())
            text += ", in sync already as '" + shown(folder.source, 40) + "'";
        text += "\n" + folder_text(folder.plan, folder.path);
    }
    for (const control::NamedText& one : found.outside)
        text += "  " + shown(one.name) + " stays: " + shown(one.value) + "\n";
    return text;
}

Error nothing_found(const control::SourceFindResponse& found) {
    std::string looked;
    for (const std::string& place : found.looked) looked += (looked.empty() ? "" : ", ") + place;
    return {ErrorCode::not_found,
            "no folder of " + shown(found.title, 60) + " is on this machine",
            looked.empty()
                ? "give the folder: satchelctl source add PATH --profile " + found.profile
                : "looked at " + shown(looked, 400) +
                      "; give another: satchelctl source add PATH --profile " + found.profile};
}

/// Options that mean one source, not all folders of an assistant.
Status check_options(const Context& context) {
    for (const char* option :
         {"name", "kind", "profile", "preset", "table", "tables", "capture", "writes", "identity"})
        if (context.args.has(option))
            return Error{ErrorCode::invalid_argument,
                         "--" + std::string(option) + " is for one folder or database",
                         "give its path instead of the name of an assistant"};
    return ok();
}

/// Adds what is not in sync yet; the answers in the order of the folders.
Result<std::vector<control::SourceAddResponse>> add_all(Context& context,
                                                        Client& client,
                                                        const control::SourceFindResponse& found,
                                                        std::vector<control::SourceRule> rules) {
    std::vector<control::SourceAddResponse> added;
    for (const control::FoundFolder& folder : found.folders) {
        if (!folder.source.empty()) continue;
        control::SourceAddRequest request;
        request.path = folder.path;
        request.name = folder.name;
        request.profile = folder.profile.empty() ? found.profile : folder.profile;
        if (request.profile == found.profile) request.rules = rules;
        request.dry_run = context.args.dry_run;
        SATCHEL_TRY(answer, client.call(request, kWorkLimit));
        added.push_back(std::move(answer));
    }
    return added;
}

/// The profile of the folder that an answer is about.
std::string profile_of(const control::SourceFindResponse& found,
                       const control::SourceAddResponse& added) {
    const auto folder =
        std::ranges::find(found.folders, added.source.name, &control::FoundFolder::name);
    const bool is_known = folder != found.folders.end() && !folder->profile.empty();
    return shown(is_known ? folder->profile : found.profile, 40);
}

}  // namespace

Result<std::optional<int>> add_assistant(Context& context) {
    const std::string word = context.args.text("path");
    std::error_code error;
    const bool is_there = std::filesystem::exists(word, error);
    if (!is_word(word)) return std::optional<int>{};
    SATCHEL_TRY(client, connect(context));
    auto found = find_folders(context, client, word);
    if (!found && found.error().code == ErrorCode::not_found && is_there)
        return std::optional<int>{};
    if (!found) return std::move(found).error();
    if (auto checked = check_options(context); !checked) return std::move(checked).error();
    if (found->folders.empty()) return nothing_found(*found);
    std::vector<control::SourceRule> rules;
    for (const std::string& text : context.args.list("rule")) {
        const auto at = text.rfind('=');
        if (at == std::string::npos)
            return Error{ErrorCode::invalid_argument, "--rule needs PATTERN=CLASS"};
        rules.push_back({text.substr(0, at), text.substr(at + 1)});
    }
    const auto news = std::ranges::count_if(
        found->folders, [](const auto& folder) { return folder.source.empty(); });
    const bool is_silent = context.out.options().json || context.args.yes;
    if (!is_silent || context.args.dry_run) context.out.text(found_text(*found));
    if (context.interactive && !is_silent && !context.args.dry_run && news > 0) {
        if (!context.out.flush()) return std::optional<int>{1};
        const std::string question =
            news == 1 ? "keep this folder in sync?"
                      : "keep these " + count_words(news, "folder") + " in sync?";
        if (!is_confirmed(context, question))
            return Error{ErrorCode::invalid_argument,
                         "nothing was added",
                         "answer y, or give --yes to add without asking"};
    }
    SATCHEL_TRY(added, add_all(context, client, *found, std::move(rules)));
    json::Object answer;
    answer["found"] = json::to_json(*found);
    answer["added"] = json::to_json(added);
    answer["dry_run"] = context.args.dry_run;
    context.out.json(answer);
    std::string text = context.args.dry_run ? "\n" : "";
    for (const control::SourceAddResponse& one : added)
        text += (one.dry_run ? "Would add '" : "Added '") + shown(one.source.name, 40) +
                "': " + shown(one.source.path) + ", profile " + profile_of(*found, one) + "\n";
    if (added.empty()) text += "Nothing to add: every folder found is in sync already\n";
    context.out.text(text);
    return std::optional<int>{0};
}

}  // namespace satchel::ctl
