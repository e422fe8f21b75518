#include "daemon/sources/file_tree/marks.h"

#include "daemon/sources/file_tree/file_tree.h"
#include "daemon/sources/file_tree/notes.h"
#include "daemon/sources/file_tree/project.h"
#include "shared/base/utf8.h"

namespace satchel::sources {

namespace {

constexpr std::size_t kPage = 1'000;
constexpr std::size_t kPatternMax = 400;

/// What a note says of a mark.
enum class MarkState : std::uint8_t { known, to_tell, to_drop };

Result<std::optional<MarkState>> find_state(Memory& memory, std::string_view pattern) {
    SATCHEL_TRY(note, memory.note(mark_note_name(pattern)));
    if (!note || note->size() != 1) return std::optional<MarkState>{};
    return std::optional(static_cast<MarkState>(note->front()));
}

Status put_state(Memory& memory, std::string_view pattern, MarkState state) {
    const Bytes value{static_cast<Byte>(state)};
    return memory.set_note(mark_note_name(pattern), value);
}

using States = std::vector<std::pair<std::string, MarkState>>;

Result<States> list_states(Memory& memory) {
    States states;
    const Bytes prefix = mark_note_name("");
    Bytes after = prefix;
    while (true) {
        SATCHEL_TRY(page, memory.notes(prefix, after, kPage));
        for (const auto& [name, value] : page)
            if (value.size() == 1)
                states.emplace_back(as_text(ByteView(name).subspan(prefix.size())),
                                    static_cast<MarkState>(value.front()));
        if (page.size() < kPage) return states;
        after = page.back().first;
    }
}

bool is_pattern(std::string_view text) {
    return !text.empty() && text.size() <= kPatternMax && !text.starts_with('/') && is_utf8(text) &&
           escape_for_terminal(text) == text;
}

LocalRow mark_row(const TreeContext& context, std::string_view pattern) {
    LocalRow row;
    row.collection = context.marks;
    row.key = to_bytes(as_bytes(pattern));
    row.sid = context.ids.row(context.marks, row.key);
    row.edited_ms = context.clock.now_ms();
    return row;
}

void make_present(const TreeContext& context, std::string_view pattern, LocalRow& row) {
    row.is_present = true;
    row.columns = {{context.mark_pattern, core::Value::text(pattern)}};
}

}  // namespace

Result<bool> set_mark(Memory& memory, std::string_view pattern) {
    SATCHEL_TRY(state, find_state(memory, pattern));
    if (state && *state != MarkState::to_drop) return false;
    const MarkState next = state ? MarkState::known : MarkState::to_tell;
    if (Status status = put_state(memory, pattern, next); !status) return status.error();
    return true;
}

Result<bool> drop_mark(Memory& memory, std::string_view pattern) {
    SATCHEL_TRY(state, find_state(memory, pattern));
    if (!state || *state == MarkState::to_drop) return false;
    const Status status = *state == MarkState::to_tell
                              ? memory.erase_note(mark_note_name(pattern))
                              : put_state(memory, pattern, MarkState::to_drop);
    if (!status) return status.error();
    return true;
}

Result<std::vector<std::string>> list_marks(Memory& memory) {
    SATCHEL_TRY(states, list_states(memory));
    std::vector<std::string> patterns;
    for (auto& [pattern, state] : states)
        if (state != MarkState::to_drop) patterns.push_back(std::move(pattern));
    return patterns;
}

Status capture_marks(const TreeContext& context, CaptureSink& sink, Memory& memory) {
    SATCHEL_TRY(states, list_states(memory));
    for (const auto& [pattern, state] : states) {
        if (state == MarkState::known) continue;
        const bool is_present = state == MarkState::to_tell;
        LocalRow row = mark_row(context, pattern);
        if (is_present) make_present(context, pattern, row);
        if (Status status = sink.row(std::move(row)); !status) return status;
        const Status noted = is_present ? put_state(memory, pattern, MarkState::known)
                                        : memory.erase_note(mark_note_name(pattern));
        if (!noted) return noted;
        if (Status status = sink.item_done(); !status) return status;
    }
    return ok();
}

Result<ProjectedRow> project_mark(const TreeContext& context,
                                  const WantedRow& row,
                                  Memory& memory) {
    ProjectedRow outcome;
    std::string pattern(row.key ? as_text(*row.key) : std::string_view());
    const core::Value* value = find_column(row.columns, context.mark_pattern);
    if (pattern.empty() && value != nullptr && value->kind() == core::ValueKind::text)
        pattern = value->as_text();
    const bool is_good = is_pattern(pattern) && mark_row(context, pattern).sid == row.sid;
    if (!is_good) return row.is_present ? parked("its pattern is not understood") : outcome;
    SATCHEL_TRY(state, find_state(memory, pattern));
    // A word given here that others have not heard yet is the later one.
    const bool is_mine = state && *state != MarkState::known;
    if (row.is_present) outcome.key = to_bytes(as_bytes(pattern));
    if (is_mine) return outcome;
    const Status noted = row.is_present ? put_state(memory, pattern, MarkState::known)
                                        : memory.erase_note(mark_note_name(pattern));
    if (!noted) return noted.error();
    return outcome;
}

Result<LocalRow> read_mark(const TreeContext& context, ByteView key, Memory& memory) {
    const std::string pattern(as_text(key));
    LocalRow row = mark_row(context, pattern);
    SATCHEL_TRY(state, find_state(memory, pattern));
    if (state && *state != MarkState::to_drop) make_present(context, pattern, row);
    return row;
}

Status FileTree::load_marks(Memory& memory) {
    SATCHEL_TRY(patterns, list_marks(memory));
    if (!context_.use_marks(std::move(patterns))) return ok();
    has_new_marks_ = true;
    needs_scan_ = true;
    return ok();
}

Result<bool> FileTree::keep_local(const std::string& pattern, Memory& memory) {
    needs_scan_ = true;
    return set_mark(memory, pattern);
}

Result<bool> FileTree::share(const std::string& pattern, Memory& memory) {
    needs_scan_ = true;
    return drop_mark(memory, pattern);
}

}  // namespace satchel::sources
