// See edit.h.
#include "ctl/commands/edit.h"

#include "ctl/render/words.h"
#include "shared/json/value.h"
#include "shared/platform/files.h"
#include "shared/platform/spawn.h"

#include <filesystem>
#include <random>
#include <sstream>
#include <utility>
#include <vector>

namespace satchel::ctl {
namespace {

constexpr std::size_t kEditedMax = 16u << 20;

bool is_document(const std::string& text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string::npos || (text[first] != '{' && text[first] != '[')) return false;
    return json::parse(text).has_value();
}

/// The editor's program and its options, by spaces as everybody splits it.
Result<std::vector<std::string>> editor_of(const platform::Environment& environment) {
    std::string chosen;
    for (const char* name : {"VISUAL", "EDITOR"})
        if (chosen.empty()) chosen = environment(name).value_or("");
    std::istringstream words(chosen.empty() ? "vi" : chosen);
    std::vector<std::string> arguments;
    for (std::string word; words >> word;) arguments.push_back(word);
    const Error missing{ErrorCode::not_found,
                        "there is no editor '" + shown(chosen.empty() ? "vi" : chosen, 60) + "'",
                        "set VISUAL or EDITOR, or give --value"};
    if (arguments.empty()) return missing;
    if (!arguments.front().starts_with('/')) {
        const auto found = platform::find_program(environment, arguments.front());
        if (!found) return missing;
        arguments.front() = found->string();
    }
    return arguments;
}

/// A folder of this user alone, gone with its content at the end.
class PrivateFolder {
  public:
    static Result<PrivateFolder> make(const Context& context) {
        std::random_device random;
        const auto path = context.dirs.state /
                          ("edit-" + std::to_string(random()) + "-" + std::to_string(random()));
        if (auto made = platform::ensure_private_directory(path); !made)
            return std::move(made).error();
        return PrivateFolder(path);
    }

    PrivateFolder(PrivateFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}

    PrivateFolder& operator=(PrivateFolder&&) = delete;

    ~PrivateFolder() {
        std::error_code ignored;
        if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    explicit PrivateFolder(std::filesystem::path path) : path_(std::move(path)) {}

    std::filesystem::path path_;
};

}  // namespace

Result<std::string> edit_text(const Context& context, const std::string& text) {
    SATCHEL_TRY(arguments, editor_of(context.environment));
    SATCHEL_TRY(folder, PrivateFolder::make(context));
    const bool is_json = is_document(text);
    const auto file = folder.path() / (is_json ? "value.json" : "value.txt");
    if (auto written = platform::replace_file(file, as_bytes(text)); !written)
        return std::move(written).error();
    arguments.push_back(file.string());
    SATCHEL_TRY(status, platform::run_attached(arguments));
    if (status != 0)
        return Error{
            ErrorCode::failed,
            "the editor ended with status " + std::to_string(status) + "; nothing was written"};
    SATCHEL_TRY(bytes, platform::read_file(file, kEditedMax));
    std::string edited(bytes.begin(), bytes.end());
    if (edited == text + "\n") edited.pop_back();
    if (!text.ends_with('\n') && edited.ends_with('\n')) edited.pop_back();
    if (is_json && !json::parse(edited))
        return Error{ErrorCode::invalid_argument,
                     "the edited value is not valid JSON any more; nothing was written",
                     "edit it again, or give it as it is with --value"};
    return edited;
}

}  // namespace satchel::ctl
