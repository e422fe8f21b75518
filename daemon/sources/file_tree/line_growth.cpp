#include "daemon/sources/file_tree/line_growth.h"

#include "shared/base/limits.h"

#include <algorithm>

namespace satchel::sources {

namespace {

/// A part of a long line, without its end.
bool is_open_part(ByteView bytes) {
    return bytes.size() == limits::kExtentBytesMax && first_unit(bytes).size() == bytes.size() &&
           bytes.back() != '\n';
}

class Grower {
  public:
    Grower(const Growth& growth, const ReadExtent& read) : growth_(growth), read_(read) {}

    Result<std::optional<LineView>> grow() {
        const std::optional<LineView> none;
        if (growth_.fresh.empty() || !is_in_order()) return none;
        view_ = {{}, {}, growth_.known.size, growth_.known.chain, true};
        const std::size_t first_open = find_open();
        for (std::size_t i = 0; i < growth_.held.size(); ++i) {
            const IndexEntry& entry = growth_.held[i];
            view_.placed.push_back({i, {}, entry.shown, false, entry.chain});
            if (i >= first_open) open_.push_back(i);
        }
        SATCHEL_TRY(end, open_end());
        if (!end) return none;
        end_ = *end;
        for (std::size_t i = growth_.held.size(); i < growth_.extents.size(); ++i) {
            SATCHEL_TRY(fits, add(i));
            if (!fits) return none;
        }
        for (const std::size_t i : open_) view_.placed[i].chain = view_.chain;
        if (has_other_end()) return none;
        return std::optional<LineView>(std::move(view_));
    }

  private:
    [[nodiscard]] bool is_in_order() const {
        return std::ranges::adjacent_find(growth_.extents,
                                          std::ranges::greater_equal{},
                                          &ViewExtent::order) == growth_.extents.end();
    }

    /// Where the parts of a line begin that wait at the file's end; the number of entries if none.
    [[nodiscard]] std::size_t find_open() const {
        std::size_t first = growth_.held.size();
        const auto waits = [this](std::size_t i) {
            const IndexEntry& entry = growth_.held[i];
            return entry.shown == 0 && entry.size == limits::kExtentBytesMax;
        };
        while (first > 0 && waits(first - 1)) {
            const Anchor& anchor = growth_.held[--first].anchor;
            if (!anchor.continues)
                return anchor.chain == growth_.known.chain ? first : growth_.held.size();
        }
        return growth_.held.size();
    }

    /// The chain behind the parts that wait, or behind the file; nothing when they are no parts.
    Result<std::optional<Chain>> open_end() {
        if (open_.empty()) return std::optional(growth_.known.chain);
        SATCHEL_TRY(last, read_(open_.back()));
        if (!is_open_part(last)) return std::optional<Chain>{};
        return std::optional(growth_.extents[open_.back()].anchor.chain.after(last));
    }

    /// Takes in a new extent; false when it does not follow.
    Result<bool> add(std::size_t i) {
        const ByteView bytes = growth_.fresh[i - growth_.held.size()];
        const Anchor& anchor = growth_.extents[i].anchor;
        if (bytes.empty() || anchor.chain != end_ || anchor.continues == open_.empty())
            return false;
        end_ = chain_after(end_, bytes);
        view_.placed.push_back({i, {}, 0, false, {}});
        open_.push_back(i);
        if (is_open_part(bytes)) return true;
        const bool is_last = i + 1 == growth_.extents.size();
        const bool is_tail = is_last && bytes.size() < limits::kExtentBytesMax;
        if (bytes.back() != '\n' && !is_tail) return false;
        return show_open();
    }

    /// Shows a group that is complete; false when held parts of it do not belong together.
    Result<bool> show_open() {
        Chain chain = view_.chain;
        for (const std::size_t i : open_) {
            if (growth_.extents[i].anchor.chain != chain) return false;
            std::size_t size = 0;
            if (i < growth_.held.size()) {
                SATCHEL_TRY(bytes, read_(i));
                if (!is_open_part(bytes)) return false;
                chain = chain.after(bytes);
                size = bytes.size();
            } else {
                const ByteView bytes = growth_.fresh[i - growth_.held.size()];
                chain = chain_after(chain, bytes);
                size = bytes.size();
            }
            view_.placed[i] = {i, {{0, size}}, size, false, chain};
            view_.size += size;
        }
        view_.chain = chain;
        open_.clear();
        return true;
    }

    /// Parts that wait may go on with one that was here before them.
    [[nodiscard]] bool has_other_end() const {
        return !open_.empty() && std::ranges::any_of(growth_.extents, [this](const auto& extent) {
            return extent.anchor == Anchor{end_, true};
        });
    }

    const Growth& growth_;
    const ReadExtent& read_;
    LineView view_;
    std::vector<std::size_t> open_;  // parts of a line without its end
    Chain end_;                      // behind the last extent, shown or not
};

}  // namespace

Result<std::optional<LineView>> grow_line_view(const Growth& growth, const ReadExtent& read) {
    return Grower(growth, read).grow();
}

}  // namespace satchel::sources
