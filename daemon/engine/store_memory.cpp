#include "daemon/engine/store_memory.h"

#include "daemon/store/notes.h"
#include "daemon/store/pieces.h"

namespace satchel::engine {

namespace {

/// A new sid: 48 bits of time first, so that rows made together lie together, then 80 random bits.
Result<Sid> draw_sid(UnixMs now_ms, crypto::RandomSource& random) {
    Sid sid;
    if (auto filled = random.fill(sid.bytes); !filled) return std::move(filled).error();
    for (std::size_t i = 0; i < 6; ++i)
        sid.bytes[i] = static_cast<Byte>(static_cast<std::uint64_t>(now_ms) >> (40 - 8 * i));
    return sid;
}

}  // namespace

std::int64_t StoreMemory::ord(CollectionId collection) {
    const store::Collection* known = step_.ledger.find(collection);
    return known == nullptr ? 0 : known->ord;
}

Result<std::optional<sources::Memory::Known>> StoreMemory::find(CollectionId collection,
                                                                ByteView key) {
    return step_.keys.find(ord(collection), key);
}

Result<Sid> StoreMemory::ensure_sid(CollectionId collection,
                                    ByteView key,
                                    std::optional<ByteView> import_content) {
    SATCHEL_TRY(known, find(collection, key));
    if (known) return known->sid;
    if (ord(collection) == 0)
        return Error{ErrorCode::busy, "name a row of a table that was made just now"};
    SATCHEL_TRY(sid, draw_sid(step_.clock.now_ms(), step_.random));
    if (import_content) {
        SATCHEL_TRY(imported, find_import_sid(collection, *import_content));
        sid = imported;
    }
    step_.keys.reserve(ord(collection), key, sid);
    return sid;
}

/// Equal rows are told apart by how many of them came before, so that two copies of one database
/// number them alike.
Result<Sid> StoreMemory::find_import_sid(CollectionId collection, ByteView content) {
    /// Contents remembered; of others the store is asked from the first copy on.
    constexpr std::size_t kContentsMax = 10'000;
    const Sid first = step_.ids.imported_row(collection, content, 0);
    const auto known = import_copies_.find(first);
    std::uint64_t copies = known == import_copies_.end() ? 0 : known->second;
    while (true) {
        const Sid sid = step_.ids.imported_row(collection, content, copies);
        SATCHEL_TRY(taken, find_key(collection, sid));
        ++copies;
        if (taken) continue;
        if (import_copies_.size() >= kContentsMax) import_copies_.clear();
        if (copies > 1) import_copies_[first] = copies;
        return sid;
    }
}

Result<std::optional<Bytes>> StoreMemory::find_key(CollectionId collection, const Sid& sid) {
    if (const Bytes* reserved = step_.keys.reserved_for(ord(collection), sid))
        return std::optional<Bytes>(*reserved);
    return store::Rows(database()).find_key(ord(collection), sid);
}

Result<std::optional<core::Row>> StoreMemory::find_row(CollectionId collection, const Sid& sid) {
    SATCHEL_TRY(found, store::Rows(database()).find(ord(collection), sid));
    if (!found) return std::optional<core::Row>{};
    return std::optional<core::Row>(std::move(found->row));
}

Result<std::uint64_t> StoreMemory::count_held(CollectionId collection) {
    const store::Collection* known = step_.ledger.find(collection);
    return known == nullptr ? 0 : known->held;
}

Result<std::vector<Bytes>> StoreMemory::held_keys(CollectionId collection,
                                                  ByteView after,
                                                  std::size_t limit) {
    return store::Rows(database()).held_keys(ord(collection), after, limit);
}

Result<std::optional<Bytes>> StoreMemory::note(ByteView name) {
    return store::find_note(database(), source_, name);
}

Status StoreMemory::set_note(ByteView name, ByteView value) {
    return store::set_note(step_.transaction, source_, name, value);
}

Status StoreMemory::erase_note(ByteView name) {
    return store::erase_note(step_.transaction, source_, name);
}

Result<std::vector<std::pair<Bytes, Bytes>>> StoreMemory::notes(ByteView prefix,
                                                                ByteView after,
                                                                std::size_t limit) {
    return store::list_notes(database(), source_, prefix, after, limit);
}

Result<std::optional<Bytes>> StoreMemory::piece(const Sid& sid,
                                                const Hash256& content,
                                                std::uint32_t index) {
    return store::find_piece(database(), sid, content, index);
}

Status StoreMemory::make_durable() {
    return step_.commit_so_far();
}

Status StoreMemory::keep_piece(const sources::Piece& piece) {
    return store::put_piece(step_.transaction, piece.sid, piece.content, piece.index, piece.bytes);
}

}  // namespace satchel::engine
