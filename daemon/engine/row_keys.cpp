#include "daemon/engine/row_keys.h"

#include <algorithm>
#include <utility>

namespace satchel::engine {

namespace {

bool is_above(ByteView left, ByteView right) {
    return std::ranges::lexicographical_compare(right, left);
}

}  // namespace

Result<const Bytes*> RowKeys::last_key(std::int64_t collection) {
    const auto known = last_keys_.find(collection);
    if (known != last_keys_.end()) return &known->second;
    SATCHEL_TRY(last, rows_.last_key(collection));
    return &last_keys_.emplace(collection, last.value_or(Bytes())).first->second;
}

Result<std::optional<sources::Memory::Known>> RowKeys::find(std::int64_t collection, ByteView key) {
    using Known = sources::Memory::Known;
    if (!by_key_.empty()) {
        const auto reserved = by_key_.find({collection, to_bytes(key)});
        if (reserved != by_key_.end()) return std::optional<Known>(Known{reserved->second, 0});
    }
    SATCHEL_TRY(last, last_key(collection));
    if (is_above(key, *last)) return std::optional<Known>();
    bool is_known = false;
    const store::Rows::Held* ahead = find_ahead(collection, key, is_known);
    if (!is_known) {
        if (auto looked = look_ahead(collection, key); !looked) return std::move(looked).error();
        ahead = find_ahead(collection, key, is_known);
    }
    if (is_known) {
        if (ahead == nullptr) return std::optional<Known>();
        return std::optional<Known>(Known{ahead->sid, ahead->held_hash});
    }
    SATCHEL_TRY(held, rows_.find_held(collection, key));
    if (!held) return std::optional<Known>();
    return std::optional<Known>(Known{held->sid, held->held_hash});
}

const store::Rows::Held* RowKeys::find_ahead(std::int64_t collection,
                                             ByteView key,
                                             bool& is_known) {
    is_known = false;
    if (ahead_.empty() || ahead_of_ != collection || is_above(key, ahead_.back().key) ||
        is_above(last_asked_, key))
        return nullptr;
    is_known = true;
    const auto is_below = [&](const store::Rows::Keyed& row) { return is_above(key, row.key); };
    // Usually the next one, or the one after a row that went.
    if (is_above(ahead_[ahead_at_].key, key)) ahead_at_ = 0;
    for (int steps = 0; steps < 4 && is_below(ahead_[ahead_at_]); ++steps) ++ahead_at_;
    if (is_below(ahead_[ahead_at_])) {
        const auto at = std::ranges::partition_point(ahead_, is_below);
        ahead_at_ = static_cast<std::size_t>(at - ahead_.begin());
    }
    ++ahead_used_;
    const store::Rows::Keyed& found = ahead_[ahead_at_];
    return std::ranges::equal(found.key, key) ? &found.held : nullptr;
}

Status RowKeys::look_ahead(std::int64_t collection, ByteView key) {
    constexpr std::size_t kPatience = 16;
    constexpr std::size_t kFirstPage = 8;
    constexpr std::size_t kPageMax = 512;
    // Keys in order may still be far apart: then most of what was read ahead is asked for by
    // nobody.
    const bool was_of_use = 2 * ahead_used_ >= ahead_.size();
    const bool is_in_order = collection == ahead_of_ && is_above(key, last_asked_) && was_of_use;
    page_rows_ = is_in_order && !ahead_.empty() ? std::min(2 * page_rows_, kPageMax) : kFirstPage;
    in_order_ = is_in_order ? in_order_ + 1 : 0;
    ahead_of_ = collection;
    last_asked_.assign(key.begin(), key.end());
    ahead_.clear();
    ahead_at_ = 0;
    ahead_used_ = 0;
    if (in_order_ < kPatience) return ok();
    SATCHEL_TRY(page, rows_.keyed_from(collection, key, page_rows_));
    ahead_ = std::move(page);
    return ok();
}

void RowKeys::reserve(std::int64_t collection, ByteView key, const Sid& sid) {
    by_sid_.insert_or_assign({collection, sid}, to_bytes(key));
    by_key_.insert_or_assign({collection, to_bytes(key)}, sid);
}

const Bytes* RowKeys::reserved_for(std::int64_t collection, const Sid& sid) const {
    if (by_sid_.empty()) return nullptr;
    const auto reserved = by_sid_.find({collection, sid});
    return reserved == by_sid_.end() ? nullptr : &reserved->second;
}

Status RowKeys::settle(std::int64_t collection, const store::StoredRow& row) {
    if (const auto own = by_sid_.find({collection, row.sid}); own != by_sid_.end()) {
        by_key_.erase({collection, own->second});
        by_sid_.erase(own);
    }
    ahead_.clear();
    in_order_ = 0;
    if (!row.key) return ok();
    if (!by_key_.empty()) {
        // The source says who has a key now: a row it was reserved for goes without.
        const auto other = by_key_.find({collection, *row.key});
        if (other != by_key_.end()) {
            by_sid_.erase({collection, other->second});
            by_key_.erase(other);
        }
    }
    SATCHEL_TRY(last, last_key(collection));
    if (is_above(*row.key, *last)) last_keys_[collection] = *row.key;
    return ok();
}

Status RowKeys::write_reserved(store::Transaction& transaction) {
    while (!by_sid_.empty()) {
        const auto& [place, key] = *by_sid_.begin();
        const std::int64_t collection = place.first;
        SATCHEL_TRY(found, rows_.find(collection, place.second));
        store::StoredRow row = found ? std::move(*found) : store::StoredRow{};
        row.sid = place.second;
        row.key = key;
        if (auto settled = settle(collection, row); !settled) return settled;
        if (auto saved = rows_.save(transaction, collection, row); !saved) return saved;
    }
    return ok();
}

}  // namespace satchel::engine
