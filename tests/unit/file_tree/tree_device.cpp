// See tree_device.h.
#include "tests/unit/file_tree/tree_device.h"

#include "shared/base/hash.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <stdexcept>

namespace satchel::sources::test {

namespace {

bool is_applied(const ProjectedRow& row) {
    return row.outcome == Outcome::applied;
}

}  // namespace

UnixMs OffsetClock::now_ms() const {
    using std::chrono::duration_cast;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return (duration_cast<milliseconds>(now) + moved_).count();
}

CollectionId HashIds::collection(std::string_view source, std::string_view name) const {
    return CollectionId{combine64(hash64(as_bytes(source)), hash64(as_bytes(name)))};
}

ColumnId HashIds::column(CollectionId, std::string_view name) const {
    return ColumnId{static_cast<std::uint32_t>(hash64(as_bytes(name))) | 1};
}

Sid HashIds::row(CollectionId collection, ByteView key) const {
    Sid sid;
    const std::uint64_t hash = combine64(static_cast<std::uint64_t>(collection), hash64(key));
    const std::uint64_t second = combine64(hash, key.size());
    std::memcpy(sid.bytes.data(), &hash, 8);
    std::memcpy(sid.bytes.data() + 8, &second, 8);
    return sid;
}

Hash256 fake_hash(ByteView bytes) {
    Hash256 hash{};
    for (std::size_t i = 0; i < 4; ++i) {
        const std::uint64_t part = combine64(hash64(bytes) + i, bytes.size());
        std::memcpy(hash.data() + 8 * i, &part, 8);
    }
    return hash;
}

TreeDevice::TreeDevice(std::uint8_t number, std::string_view profile, const std::string& home)
    : TreeDevice(
          number,
          FileTreeSettings{"home", {}, profile_rules(profile), profile_projects(profile, home)}) {}

TreeDevice::TreeDevice(std::uint8_t number, std::vector<FileRule> rules)
    : TreeDevice(number, FileTreeSettings{"home", {}, std::move(rules)}) {}

TreeDevice::TreeDevice(std::uint8_t number, FileTreeSettings settings)
    : tree((settings.root = dir.path(), settings), surroundings()), settings_(std::move(settings)) {
    device_.bytes[0] = number;
    tree.set_watched(true);
}

FileTree::Surroundings TreeDevice::surroundings() {
    return {ids, clock, fake_hash, [this](const std::filesystem::path& relative) -> Status {
                if (fails_backup) return Error{ErrorCode::disk_full, "back up"};
                backups.push_back(relative.string());
                return ok();
            }};
}

void TreeDevice::set_secrets(SecretPolicy secrets) {
    settings_.secrets = secrets;
    std::destroy_at(&tree);
    std::construct_at(&tree, settings_, surroundings());
    if (Status status = tree.open(*this); !status) throw std::runtime_error(status.error().message);
    tree.set_watched(true);
}

Status TreeDevice::capture() {
    return tree.capture(*this, *this);
}

std::function<bool(ColumnId)> TreeDevice::holds(CollectionId collection) const {
    return [this, collection](ColumnId column) {
        return std::ranges::any_of(tree.collections(), [&](const CollectionInfo& info) {
            return info.id == collection && info.holds(column);
        });
    };
}

Status TreeDevice::row(LocalRow local) {
    const RowId id{local.collection, *local.sid};
    core::Row& row = rows[id];
    const core::LocalState state{
        local.is_present, local.columns, local.edited_ms, local.marker, local.follows};
    if (local.is_present) keys_[id] = local.key;
    while (auto op = core::diff_row(row, state)) {
        op->collection = local.collection;
        op->sid = *local.sid;
        const core::Dot dot{device_, ++seq_};
        log.push_back({*op, dot, seen_});
        core::apply_own_op(row, *op, {dot, seen_}, state, holds(local.collection));
        seen_.raise(device_, seq_);
    }
    if (!row.exists() && !row.is_pending()) rows.erase(id);
    return ok();
}

Status TreeDevice::piece(Piece piece) {
    pieces[{piece.sid, piece.content, piece.index}] = piece.bytes;
    return ok();
}

void TreeDevice::pull(const TreeDevice& other) {
    for (const auto& [name, bytes] : other.pieces) pieces.emplace(name, bytes);
    for (const LoggedOp& logged : other.log) {
        if (seen_.covers(logged.dot)) continue;
        if (!seen_.covers(logged.deps)) return;
        const RowId id{logged.op.collection, logged.op.sid};
        core::apply_op(rows[id], logged.op, {logged.dot, logged.deps});
        seen_.raise(logged.dot.device, logged.dot.seq);
    }
}

WantedRow TreeDevice::wanted(const RowId& id, const core::Row& row) const {
    WantedRow wanted;
    wanted.collection = id.first;
    wanted.sid = id.second;
    if (const auto key = keys_.find(id); key != keys_.end()) wanted.key = key->second;
    wanted.is_present = row.exists();
    wanted.held = core::held_shadow(row);
    for (const core::Sibling* sibling : core::shown_siblings(row)) {
        if (std::tie(wanted.stamp, wanted.dot) < std::tie(sibling->stamp, sibling->dot)) {
            wanted.stamp = sibling->stamp;
            wanted.dot = sibling->dot;
        }
        const std::pair<ColumnId, std::uint64_t> cell{sibling->column, sibling->value_hash};
        const bool is_held =
            std::ranges::find(wanted.held.hashes, cell) != wanted.held.hashes.end();
        if (sibling->column != core::kRowMarker && !is_held && sibling->value)
            wanted.columns.push_back({sibling->column, *sibling->value});
    }
    return wanted;
}

std::vector<ProjectedRow> TreeDevice::project(std::size_t rows_max, std::mt19937* random) {
    std::vector<RowId> pending;
    for (const auto& [id, row] : rows)
        if (row.is_pending()) pending.push_back(id);
    if (random != nullptr) std::ranges::shuffle(pending, *random);
    std::vector<ProjectedRow> refused;
    for (std::size_t from = 0; from < pending.size(); from += rows_max) {
        std::vector<WantedRow> wanted_rows;
        const std::size_t end = std::min(pending.size(), from + rows_max);
        for (std::size_t i = from; i < end; ++i)
            wanted_rows.push_back(wanted(pending[i], rows[pending[i]]));
        auto outcomes = tree.project(wanted_rows, *this);
        if (!outcomes) throw std::runtime_error(outcomes.error().message);
        for (std::size_t i = 0; i < wanted_rows.size(); ++i) {
            const RowId& id = pending[from + i];
            const ProjectedRow& outcome = (*outcomes)[i];
            if (!is_applied(outcome)) {
                refused.push_back(outcome);
                continue;
            }
            if (outcome.key) keys_[id] = *outcome.key;
            core::Row& row = rows[id];
            if (row.exists() && !outcome.key) throw std::logic_error("applied without a key");
            core::mark_projected(row, holds(id.first));
            if (!row.exists()) rows.erase(id);
        }
        last_outcomes = std::move(*outcomes);
    }
    return refused;
}

void TreeDevice::project_and_crash() {
    const auto rows_before = rows;
    const auto keys_before = keys_;
    durable_notes_ = notes_;
    project();
    rows = rows_before;
    keys_ = keys_before;
    notes_ = durable_notes_;
    set_secrets(settings_.secrets);
}

std::size_t TreeDevice::count_pending() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(rows, [](const auto& one) { return one.second.is_pending(); }));
}

std::vector<core::Op> TreeDevice::take_new_ops() {
    std::vector<core::Op> ops;
    for (; taken_ < log.size(); ++taken_) ops.push_back(log[taken_].op);
    return ops;
}

std::size_t TreeDevice::count_bytes(const std::vector<core::Op>& ops) {
    std::size_t size = 0;
    for (const core::Op& op : ops)
        for (const core::ColumnValue& cell : op.columns)
            if (cell.value.kind() == core::ValueKind::blob) size += cell.value.as_text().size();
    return size;
}

Result<std::optional<Memory::Known>> TreeDevice::find(CollectionId, ByteView) {
    return std::optional<Known>{};
}

Result<Sid> TreeDevice::ensure_sid(CollectionId, ByteView, std::optional<ByteView>) {
    return Error{ErrorCode::internal, "a tree knows its sids"};
}

Result<std::optional<Bytes>> TreeDevice::find_key(CollectionId collection, const Sid& sid) {
    const auto at = keys_.find({collection, sid});
    return at == keys_.end() ? std::optional<Bytes>{} : std::optional<Bytes>{at->second};
}

Result<std::optional<core::Row>> TreeDevice::find_row(CollectionId collection, const Sid& sid) {
    const auto at = rows.find({collection, sid});
    return at == rows.end() ? std::optional<core::Row>{} : std::optional<core::Row>{at->second};
}

Result<std::uint64_t> TreeDevice::count_held(CollectionId collection) {
    return static_cast<std::uint64_t>(std::ranges::count_if(rows, [&](const auto& one) {
        return one.first.first == collection && core::held_shadow(one.second).is_present;
    }));
}

Result<std::vector<Bytes>> TreeDevice::held_keys(CollectionId, ByteView, std::size_t) {
    return std::vector<Bytes>{};
}

Result<std::optional<Bytes>> TreeDevice::note(ByteView name) {
    const auto at = notes_.find(to_bytes(name));
    return at == notes_.end() ? std::optional<Bytes>{} : std::optional<Bytes>{at->second};
}

Status TreeDevice::set_note(ByteView name, ByteView value) {
    notes_[to_bytes(name)] = to_bytes(value);
    return ok();
}

Status TreeDevice::erase_note(ByteView name) {
    notes_.erase(to_bytes(name));
    return ok();
}

Result<std::vector<std::pair<Bytes, Bytes>>> TreeDevice::notes(ByteView prefix,
                                                               ByteView after,
                                                               std::size_t limit) {
    std::vector<std::pair<Bytes, Bytes>> found;
    for (auto at = notes_.upper_bound(to_bytes(after)); at != notes_.end(); ++at) {
        const bool fits = at->first.size() >= prefix.size() &&
                          std::equal(prefix.begin(), prefix.end(), at->first.begin());
        if (!fits || found.size() == limit) break;
        found.push_back(*at);
    }
    return found;
}

Result<std::optional<Bytes>> TreeDevice::piece(const Sid& sid,
                                               const Hash256& content,
                                               std::uint32_t index) {
    const auto at = pieces.find({sid, content, index});
    return at == pieces.end() ? std::optional<Bytes>{} : std::optional<Bytes>{at->second};
}

void settle(std::vector<std::unique_ptr<TreeDevice>>& devices) {
    for (int round = 0; round < 40; ++round) {
        bool has_moved = false;
        for (auto& device : devices) {
            const std::size_t before = device->log.size();
            device->clock.advance(std::chrono::seconds(61));
            if (Status status = device->capture(); !status)
                throw std::runtime_error(status.error().message);
            const bool is_watched = !device->tree.watch_roots().empty();  // others are always asked
            const bool has_more = is_watched && *device->tree.has_changes();
            has_moved |= device->log.size() != before || has_more;
        }
        for (auto& device : devices) {
            for (auto& other : devices)
                if (device != other) device->pull(*other);
            const std::size_t pending = device->count_pending();
            const auto refused = device->project();
            const auto stored = std::ranges::count_if(refused, &ProjectedRow::is_stored);
            has_moved |= pending > static_cast<std::size_t>(stored);
        }
        if (!has_moved) return;
    }
    throw std::runtime_error("the devices do not come to rest");
}

}  // namespace satchel::sources::test
