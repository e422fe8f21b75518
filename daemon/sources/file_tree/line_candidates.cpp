#include "daemon/sources/file_tree/line_candidates.h"

#include "daemon/sources/file_tree/line_growth.h"
#include "daemon/sources/file_tree/local_form.h"

#include <algorithm>
#include <unordered_set>

namespace satchel::sources {

namespace {

/// A candidate of a row whose extent the file does not have; nothing when it cannot be one.
Result<std::optional<Candidate>> make_candidate(const ProjectRun& run,
                                                const LinesJob& job,
                                                const WantedRow& row,
                                                ProjectedRow& outcome) {
    const auto& columns = run.context.line_columns;
    const auto wanted = read_extent(find_column(row.columns, columns.anchor),
                                    find_column(row.columns, columns.bytes));
    if (!wanted) {
        outcome = parked("its lines are not understood");
        return std::optional<Candidate>{};
    }
    const auto& [anchor, bytes] = *wanted;
    if (run.context.extent_sid(job.path, anchor, bytes) != row.sid) {
        outcome = parked("its lines do not match their identity");
        return std::optional<Candidate>{};
    }
    SATCHEL_TRY(order, find_extent_order(run.memory, run.context.lines, row.sid));
    const ExtentOrder place = order.value_or(ExtentOrder{row.stamp, row.dot});
    outcome.key = TreeContext::extent_key(job.file, row.sid);
    return std::optional<Candidate>(Candidate{{row.sid, place, anchor}, {}, bytes});
}

}  // namespace

Result<std::vector<Candidate>> find_candidates(const ProjectRun& run,
                                               const LinesJob& job,
                                               const ExtentIndex& index,
                                               std::vector<ProjectedRow>& outcomes) {
    std::unordered_set<Sid> leaving;  // also where a concurrent edit left something of the row
    for (const WantedRow* row : job.extents)
        if (!row->is_present) leaving.insert(row->sid);
    std::vector<Candidate> candidates;
    for (std::size_t i = 0; i < index.entries().size(); ++i) {
        const IndexEntry& entry = index.entries()[i];
        if (leaving.contains(entry.sid)) continue;
        SATCHEL_TRY(order, find_extent_order(run.memory, run.context.lines, entry.sid));
        if (order) candidates.push_back({{entry.sid, *order, entry.anchor}, i, {}});
    }
    for (std::size_t i = 0; i < job.extents.size(); ++i) {
        const WantedRow& row = *job.extents[i];
        if (!row.is_present) continue;
        if (index.find(row.sid)) {
            outcomes[i].key = TreeContext::extent_key(job.file, row.sid);
            continue;
        }
        SATCHEL_TRY(candidate, make_candidate(run, job, row, outcomes[i]));
        if (candidate) candidates.push_back(*candidate);
    }
    return candidates;
}

Result<std::optional<LineView>> follow_in_order(std::vector<Candidate>& candidates,
                                                std::span<const IndexEntry> held,
                                                const KnownContent& known,
                                                const ReadExtent& read) {
    const std::optional<LineView> none;
    if (candidates.size() <= held.size()) return none;
    std::ranges::sort(candidates.begin() + static_cast<std::ptrdiff_t>(held.size()),
                      candidates.end(),
                      {},
                      [](const Candidate& candidate) { return candidate.extent.order; });
    std::vector<ViewExtent> extents;
    std::vector<ByteView> fresh;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        if (i < held.size() && candidates[i].position != i) return none;
        extents.push_back(candidates[i].extent);
        if (i >= held.size()) fresh.push_back(candidates[i].bytes);
    }
    return grow_line_view({held, extents, fresh, known}, read);
}

}  // namespace satchel::sources
