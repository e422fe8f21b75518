// What keeping a folder in sync would mean, as text.
#include "ctl/commands/folder_plan.h"

#include "ctl/render/table.h"
#include "ctl/render/words.h"

namespace satchel::ctl {

namespace {

std::string files_table(const std::vector<control::PlannedFiles>& list, const char* title) {
    Table table({title, "files", "size", "class"});
    for (const control::PlannedFiles& one : list)
        table.add({shown(one.what, 60),
                   std::to_string(one.files),
                   size_words(one.bytes),
                   shown(one.file_class)});
    return table.text();
}

}  // namespace

std::string folder_text(const control::FolderPlan& plan, const std::string& path) {
    std::int64_t files = 0;
    std::int64_t bytes = 0;
    for (const control::PlannedFiles& one : plan.travels) {
        files += one.files;
        bytes += one.bytes;
    }
    std::string text = shown(path) + ": " + count_words(files, "file") + " to keep in sync, " +
                       size_words(bytes) + ", rules of the profile '" + shown(plan.profile, 40) +
                       "'\n";
    if (!plan.travels.empty()) text += "\n" + files_table(plan.travels, "travels");
    if (!plan.stays.empty()) text += "\n" + files_table(plan.stays, "stays here");
    if (!plan.links.empty()) text += "\n";
    for (const std::string& link : plan.links) text += "  " + shown(link) + "\n";
    if (plan.is_cut) text += "\nthere are more files than were counted\n";
    text +=
        "\nEverything is sealed before it leaves; transcripts may hold keys that were pasted.\n";
    return text;
}

}  // namespace satchel::ctl
