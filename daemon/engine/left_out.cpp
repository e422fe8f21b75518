// Notes under a prefix of our own, beside the source's: collection and key are the name, the reason
// is the value.
#include "daemon/engine/left_out.h"

#include "daemon/core/batch.h"
#include "daemon/store/notes.h"
#include "shared/base/limits.h"

#include <algorithm>

namespace satchel::engine {

namespace {

constexpr std::string_view kPrefix = "engine/left-out/";
/// More are left out all the same, but not by name.
constexpr std::size_t kNamedMax = 1'000;

Bytes note_name(CollectionId collection, ByteView key) {
    Bytes name = to_bytes(as_bytes(kPrefix));
    ByteWriter out(name);
    out.u64(static_cast<std::uint64_t>(collection));
    out.raw(key);
    return name;
}

std::string at_most(std::size_t bytes, std::size_t limit) {
    return std::to_string(bytes) + " bytes, and at most " + std::to_string(limit) + " can travel";
}

}  // namespace

std::optional<std::string> find_oversized(const SourceSlot& slot, const sources::LocalRow& local) {
    for (const core::ColumnValue& cell : local.columns) {
        const std::size_t bytes = cell.value.encoded().size() - 1;  // without its tag
        if (bytes <= limits::kValueBytesMax) continue;
        const sources::CollectionInfo* info = slot.find(local.collection);
        std::string name = "a value";
        if (info != nullptr) {
            const auto at = std::ranges::find(info->columns, cell.column, &sources::ColumnInfo::id);
            if (at != info->columns.end()) name = "'" + at->name + "'";
        }
        return name + " has " + at_most(bytes, limits::kValueBytesMax);
    }
    return std::nullopt;
}

std::optional<std::string> find_oversized(const core::Op& op) {
    const std::size_t bytes = core::encoded_bytes_max(op);
    if (bytes <= limits::kOpBytesMax) return std::nullopt;
    return "its change has " + at_most(bytes, limits::kOpBytesMax) + " at once";
}

Status load_left_out(Step& step, SourceSlot& slot) {
    SATCHEL_TRY(
        notes,
        store::list_notes(
            step.transaction.database(), slot.declaration.id, as_bytes(kPrefix), {}, kNamedMax));
    slot.left_out.clear();
    for (const auto& [name, why] : notes) {
        ByteReader in(ByteView(name).subspan(kPrefix.size()));
        const CollectionId collection{in.u64()};
        Bytes key = to_bytes(in.raw(in.remaining()));
        if (in.failed()) continue;
        slot.left_out.emplace(std::pair{collection, std::move(key)}, as_text(why));
    }
    return ok();
}

Result<bool> leave_out(Step& step,
                       SourceSlot& slot,
                       const sources::LocalRow& local,
                       const std::string& why) {
    std::pair place{local.collection, local.key};
    const bool is_known = slot.left_out.contains(place);
    if (!is_known && slot.left_out.size() >= kNamedMax) return false;
    auto noted = store::set_note(step.transaction,
                                 slot.declaration.id,
                                 note_name(local.collection, local.key),
                                 as_bytes(why));
    if (!noted) return std::move(noted).error();
    slot.left_out[std::move(place)] = why;
    return !is_known;
}

Status take_in(Step& step, SourceSlot& slot, CollectionId collection, ByteView key) {
    if (slot.left_out.empty()) return ok();
    const auto at = slot.left_out.find({collection, to_bytes(key)});
    if (at == slot.left_out.end()) return ok();
    slot.left_out.erase(at);
    return store::erase_note(step.transaction, slot.declaration.id, note_name(collection, key));
}

std::string describe_left_out(const SourceSlot& slot) {
    if (slot.left_out.empty()) return {};
    const auto& [place, why] = *slot.left_out.begin();
    const std::string name = slot.source->describe(place.first, place.second);
    const std::size_t count = slot.left_out.size();
    if (count == 1) return name + " stays on this device only: " + why;
    return std::to_string(count) + " items stay on this device only, one is " + name + ": " + why;
}

}  // namespace satchel::engine
