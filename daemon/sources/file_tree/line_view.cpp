#include "daemon/sources/file_tree/line_view.h"

#include "shared/base/limits.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <span>
#include <unordered_set>
#include <utility>

namespace satchel::sources {

namespace {

class ViewMaker {
  public:
    ViewMaker(const std::vector<ViewExtent>& extents,
              const KnownContent& known,
              const ReadExtent& read)
        : extents_(extents),
          known_(known),
          read_(read),
          slots_(extents.size(), kNone),
          is_named_(extents.size()) {}

    Result<LineView> make() {
        view_.extends_known = known_.size == 0;
        std::vector<std::size_t> order(extents_.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::ranges::sort(order, {}, [&](std::size_t i) { return extents_[i].order; });
        for (const std::size_t i : order) {
            starts_.emplace_back(extents_[i].anchor.chain, i);
            if (extents_[i].anchor.continues) continuations_.emplace(extents_[i].anchor.chain, i);
        }
        std::ranges::sort(starts_);
        for (const std::size_t i : order)
            if (!extents_[i].anchor.continues)
                if (Status status = place_group(i); !status) return status.error();
        for (const std::size_t i : order)
            if (slots_[i] == kNone) view_.waiting.push_back(i);
        return std::move(view_);
    }

  private:
    static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

    /// An extent, behind the chain where it begins.
    using Start = std::pair<Chain, std::size_t>;

    struct Part {
        std::size_t index;
        Run run;
        UnitName name;
    };

    /// An extent that begins with a line, and those that go on with its last line.
    Status place_group(std::size_t first) {
        SATCHEL_TRY(group, find_group(first));
        if (group.empty()) return ok();
        std::vector<Part> parts;
        Chain own = extents_[first].anchor.chain;
        Chain before;
        Bytes tail;  // the last unit, when it has no newline
        keeps_names_ = starting_at(own).size() > 1;
        is_named_[first] = keeps_names_;
        for (const std::size_t index : group) {
            slots_[index] = view_.placed.size();
            view_.placed.push_back({index, {}, 0, false, view_.chain});
            if (index != first) is_named_[index] = true;  // from its beginning on, see below
            SATCHEL_TRY(bytes, read_(index));
            const ByteView all = bytes;
            for (std::size_t at = 0; at < all.size();) {
                const ByteView unit = first_unit(all.subspan(at));
                if (at > 0 || index != first)
                    if (Status status = meet_others(own); !status) return status;
                before = std::exchange(own, own.after(unit));
                parts.push_back({index, {at, unit.size()}, UnitName::of(unit)});
                at += unit.size();
                if (unit.back() == '\n')
                    show_whole_line(parts, unit, before, own);
                else if (unit.size() < limits::kExtentBytesMax)
                    tail = to_bytes(unit);
            }
        }
        const bool has_tail = !parts.empty() && parts.back().run.size < limits::kExtentBytesMax;
        if (has_tail) show_tail(parts, std::move(tail), before, own);
        return ok();
    }

    /// The extents that begin where a file's chain is `at`.
    [[nodiscard]] std::span<const Start> starting_at(const Chain& at) const {
        return std::ranges::equal_range(starts_, at, {}, &Start::first);
    }

    /// Behind `at` the extent in hand may have the lines of others that begin there: the names of
    /// those that stand already are needed, and its own for those that come later.
    Status meet_others(const Chain& at) {
        for (const auto& [start, index] : starting_at(at)) {
            keeps_names_ = true;
            if (slots_[index] == kNone || is_named_[index]) continue;
            is_named_[index] = true;
            SATCHEL_TRY(bytes, read_(index));
            Chain own = start;
            for (ByteView rest = bytes; !rest.empty();) {
                const ByteView unit = first_unit(rest);
                own = own.after(unit);
                if (unit.back() == '\n') shown_.insert(own);
                rest = rest.subspan(unit.size());
            }
        }
        return ok();
    }

    /// A line with its newline, unless its tail stands already: that is closed then. `unit` is its
    /// last one.
    void show_whole_line(std::vector<Part>& parts,
                         ByteView unit,
                         const Chain& before,
                         const Chain& own) {
        const auto tail_of_it = [&] { return before.after(unit.first(unit.size() - 1)); };
        const bool has_tail = !tails_.empty() && tails_.contains(tail_of_it());
        if (!has_tail) {
            show_line(parts, own);
            return;
        }
        if (open_ && open_->own == tail_of_it()) close_tail();
        shown_.insert(own);
        parts.clear();
    }

    /// A last line without a newline, unless the whole line stands already. `last` is its last
    /// unit.
    void show_tail(std::vector<Part>& parts, Bytes last, const Chain& before, const Chain& own) {
        const std::size_t index = parts.back().index;
        const bool is_shown = shown_.contains(own) || tails_.contains(own) ||
                              shown_.contains(before.after(closed(last)));
        if (is_shown) {
            parts.clear();
            return;
        }
        show_line(parts, own);
        open_ = OpenTail{slots_[index], own, std::move(last), before_last_};
        tails_.insert(own);
    }

    /// The open tail gets its newline, since something follows.
    void close_tail() {
        PlacedExtent& placed = view_.placed[open_->placed];
        view_.chain = open_->before.after(closed(open_->last));
        ++view_.size;
        ++placed.shown;
        placed.is_closed = true;
        placed.chain = view_.chain;
        // Extents that show nothing of their own behind the tail end where it ends.
        for (std::size_t i = open_->placed + 1; i < view_.placed.size(); ++i)
            view_.placed[i].chain = view_.chain;
        shown_.insert(view_.chain);
        note_known();
        open_.reset();
    }

    static Bytes closed(Bytes line) {
        line.push_back('\n');
        return line;
    }

    /// Empty when the last line's end is missing, or shown already by another way.
    Result<std::vector<std::size_t>> find_group(std::size_t first) {
        std::vector<std::size_t> group{first};
        Chain own = extents_[first].anchor.chain;
        while (true) {
            SATCHEL_TRY(bytes, read_(group.back()));
            own = chain_after(own, bytes);
            if (!bytes.empty() && bytes.back() == '\n') return group;
            const auto next = continuations_.find(own);
            const bool is_tail = !bytes.empty() && bytes.size() < limits::kExtentBytesMax;
            if (next == continuations_.end() && is_tail) return group;
            if (next == continuations_.end() || group.size() > extents_.size())
                return std::vector<std::size_t>{};
            if (slots_[next->second] != kNone) return group;
            group.push_back(next->second);
        }
    }

    void show_line(std::vector<Part>& parts, Chain own) {
        if (!shown_.contains(own)) {
            if (open_) close_tail();
            for (const Part& part : parts) {
                before_last_ = view_.chain;
                PlacedExtent& placed = view_.placed[slots_[part.index]];
                view_.chain = view_.chain.after(part.name);
                view_.size += part.run.size;
                placed.shown += part.run.size;
                if (!placed.runs.empty() &&
                    placed.runs.back().offset + placed.runs.back().size == part.run.offset)
                    placed.runs.back().size += part.run.size;
                else
                    placed.runs.push_back(part.run);
                placed.chain = view_.chain;
            }
            if (keeps_names_ || view_.chain != own) {
                shown_.insert(own);
                shown_.insert(view_.chain);
            }
            note_known();
        }
        parts.clear();
    }

    void note_known() {
        if (view_.size == known_.size && view_.chain == known_.chain) view_.extends_known = true;
    }

    /// A tail at the view's end.
    struct OpenTail {
        std::size_t placed = 0;
        Chain own{};
        Bytes last{};    // its last unit
        Chain before{};  // the view up to that unit
    };

    const std::vector<ViewExtent>& extents_;
    const KnownContent& known_;
    const ReadExtent& read_;
    LineView view_;
    std::vector<std::size_t> slots_;
    std::multimap<Chain, std::size_t> continuations_;
    std::vector<Start> starts_;        // sorted: where extents begin
    std::vector<bool> is_named_;       // all names of the extent are in shown_
    bool keeps_names_ = false;         // those of the extent in hand are needed
    std::unordered_set<Chain> shown_;  // names of lines that others may have, too
    std::unordered_set<Chain> tails_;
    std::optional<OpenTail> open_;
    Chain before_last_;
};

}  // namespace

Result<LineView> make_line_view(const std::vector<ViewExtent>& extents,
                                const KnownContent& known,
                                const ReadExtent& read) {
    return ViewMaker(extents, known, read).make();
}

}  // namespace satchel::sources
