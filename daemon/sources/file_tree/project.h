// Writing wanted rows of a tree into its files.
#pragma once

#include "daemon/sources/file_tree/notes.h"
#include "daemon/sources/file_tree/place_finder.h"
#include "daemon/sources/file_tree/tree_context.h"
#include "daemon/sources/file_tree/tree_writer.h"

#include <set>

namespace satchel::sources {

/// Where a projection writes and remembers.
struct ProjectRun {
    const TreeContext& context;
    const TreeDir& root;
    Memory& memory;
    std::set<std::string>& dirty;  ///< paths the next capture shall look at
    PlaceFinder& places;
    ProcessGate& gate;
    const std::string& only;  ///< identity of the project that is shown; empty: everything

    /// What the file has to wait for; nothing when it may be written now.
    [[nodiscard]] std::optional<std::string> why_waiting(std::string_view path) const {
        const FileRule* rule = find_rule(path, context.settings.rules);
        if (rule == nullptr || !rule->waits_for_closed) return std::nullopt;
        return gate.why_closed();
    }
};

/// Rows of one file of lines: its own, and its extents.
struct LinesJob {
    Sid file;
    std::string path;                     ///< empty when it is not known
    const WantedRow* file_row = nullptr;  ///< among those wanted now
    std::vector<const WantedRow*> extents;
    /// An earlier append of ours was not recorded as done: bytes at the end may be a part of it.
    bool may_be_cut_off = false;
};

/// Outcomes of a job: of the file's row, and of its extents in order.
struct LinesOutcome {
    ProjectedRow file;
    std::vector<ProjectedRow> extents;
    bool may_be_cut_off = false;  ///< as in the job, and still not known
};

/// Rows of one settings document: its own, and its values.
struct DocumentJob {
    Sid file;
    std::string path;                     ///< empty when it is not known
    const WantedRow* file_row = nullptr;  ///< among those wanted now
    std::vector<const WantedRow*> parts;
};

/// Outcomes of a job: of the document's row, and of its values in order.
struct DocumentOutcome {
    ProjectedRow file;
    std::vector<ProjectedRow> parts;
};

/// Makes an opaque file as wanted. `path` is checked.
Result<ProjectedRow> project_opaque(const ProjectRun& run,
                                    const std::string& path,
                                    const WantedRow& row);
/// Makes a file of lines show the extents it should. The job's path is checked or empty.
Result<LinesOutcome> project_lines(const ProjectRun& run, const LinesJob& job);
/// Makes a settings document say what it should. The job's path is checked or empty.
Result<DocumentOutcome> project_document(const ProjectRun& run, const DocumentJob& job);

/// Keeps the content of the opaque file that `note` tells of as pieces. `busy` when it changed.
Status keep_file(const TreeContext& context,
                 const TreeDir& root,
                 const std::string& path,
                 const FileNote& note,
                 Memory& memory);

/// The file on disk and its note, when they agree.
struct CurrentFile {
    std::optional<FileStat> stat;
    std::optional<FileNote> note;
    bool is_current = false;  ///< both describe the same version, or neither exists
};

Result<CurrentFile> look_at_current(const ProjectRun& run, const std::string& path);
/// Makes the folders above `path`, remembering which are ours.
Status make_parents(const ProjectRun& run, const std::string& path);
/// Removes the folders above `path` that we made and that are empty now.
Status prune_parents(const ProjectRun& run, const std::string& path);
/// The outcome for people of an error that concerns one file only.
ProjectedRow outcome_of(const Error& error);
/// The outcome of a write that was not done.
ProjectedRow outcome_of(WriteOutcome outcome);

/// Held back, with the reason for people.
inline ProjectedRow parked(std::string reason) {
    return {Outcome::parked, std::move(reason), std::nullopt, {}};
}

/// Kept here and not shown, for good or until a person asks for it.
inline ProjectedRow stored(std::string reason) {
    ProjectedRow row = parked(std::move(reason));
    row.is_stored = true;
    return row;
}

/// Not asked for by this run.
inline ProjectedRow left() {
    ProjectedRow row{Outcome::deferred, "not of the project that was asked for", std::nullopt, {}};
    row.is_left = true;
    return row;
}

/// To be captured first, then shown.
inline ProjectedRow changed_meanwhile() {
    return {Outcome::changed_meanwhile, "it changed on this device", std::nullopt, {}};
}

}  // namespace satchel::sources
