// What a tree tells of itself: what it keeps, and how it is doing.

#include "daemon/sources/file_tree/file_tree.h"
#include "shared/base/utf8.h"

namespace satchel::sources {

namespace {

std::string unparsed_sentence(const std::pair<const std::string, std::string>& document) {
    return "'" + escape_for_terminal(document.first) +
           "' stays as it is, here and elsewhere, until it can be read: " + document.second;
}

}  // namespace

void FileTree::recount_secrets(const TreeScan& scan,
                               const std::vector<std::pair<std::string, FileNote>>& notes) {
    secrets_ = 0;
    for (const auto& [path, note] : notes) secrets_ += note.secrets;
    std::erase_if(held_, [&](const auto& held) {
        return !std::ranges::binary_search(
            scan.files, held.first, {}, &std::pair<std::string, FileStat>::first);
    });
}

Status FileTree::count_secrets(const std::string& path, const FileNote* before, Memory& memory) {
    SATCHEL_TRY(after, find_file_note(memory, path));
    secrets_ += after ? after->secrets : 0;
    secrets_ -= std::min(secrets_, before != nullptr ? before->secrets : 0);
    return ok();
}

SourceHealth FileTree::health() {
    SourceHealth health;
    health.secrets_masked = secrets_;
    health.secrets_held = held_.size();
    health.backlog = dirty_.size() + hinted_.size();
    if (!context_.settings.trouble.empty())
        health.detail = context_.settings.trouble;
    else if (!suspects_.empty())
        health.detail = "'" + escape_for_terminal(context_.places.local(suspects_.begin()->first)) +
                        "' is gone or much shorter; waiting to see whether it stays so";
    else if (!unreadable_.empty())
        health.detail = std::to_string(unreadable_.size()) + " files cannot be read now, '" +
                        escape_for_terminal(context_.places.local(*unreadable_.begin())) +
                        "' among them";
    else if (!unparsed_.empty())
        health.detail = unparsed_sentence(*unparsed_.begin());
    else if (!torn_.empty())
        health.detail = "'" + escape_for_terminal(context_.places.local(torn_.begin()->first)) +
                        "' ends inside a line; waiting to see whether more of it comes";
    else if (!others_.empty())
        health.detail =
            std::to_string(others_.size()) +
            " files that never change were changed here and keep that to themselves, '" +
            escape_for_terminal(context_.places.local(*others_.begin())) + "' among them";
    else if (skipped_count_ > 0)
        health.detail = std::to_string(skipped_count_) +
                        " files or folders are skipped: links, several names, or not readable";
    else if (!held_.empty())
        health.detail = std::to_string(held_.size()) +
                        " files stay on this device because they hold secrets, '" +
                        escape_for_terminal(context_.places.local(held_.begin()->first)) +
                        "' among them";
    else
        health.detail = project_trouble();
    return health;
}

SourceTraits FileTree::traits() const {
    SourceTraits traits;
    traits.collections.push_back({context_.files, "key", "scan", {"path"}});
    traits.collections.push_back({context_.lines, "content", "scan", {"file", "anchor", "bytes"}});
    traits.collections.push_back({context_.keys, "key", "scan", {"file", "pointer"}});
    traits.collections.push_back({context_.marks, "key", "scan", {"pattern"}});
    if (context_.places.is_active())
        traits.collections.push_back({context_.projects, "key", "scan", {"identity", "place"}});
    for (const FileRule& rule : context_.settings.rules)
        traits.rules.emplace_back(rule.pattern, file_class_name(rule.file_class));
    for (const FileRule& rule : context_.settings.rules)
        if (rule.waits_for_closed) traits.gated.push_back(rule.pattern);
    if (!traits.gated.empty()) {
        traits.gate = gate_.word();
        traits.program = context_.settings.program_title;
    }
    for (const std::string& pattern : context_.marked)
        traits.left_out.push_back("files that match '" + escape_for_terminal(pattern) +
                                  "' stay where they are, on every device");
    for (const auto& document : unparsed_) traits.left_out.push_back(unparsed_sentence(document));
    if (skipped_count_ > 0)
        traits.left_out.push_back(
            std::to_string(skipped_count_) +
            " files or folders are skipped: links, several names, or not readable");
    constexpr std::size_t kNamesMax = 20;
    for (const auto& [path, stat] : held_) {
        if (traits.left_out.size() == kNamesMax) break;
        traits.left_out.push_back("'" + escape_for_terminal(context_.places.local(path)) +
                                  "' stays on this device: it holds what looks like a secret");
    }
    return traits;
}

}  // namespace satchel::sources
