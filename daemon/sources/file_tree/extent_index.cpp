#include "daemon/sources/file_tree/extent_index.h"

#include "daemon/sources/file_tree/local_form.h"

#include <algorithm>

namespace satchel::sources {

namespace {

constexpr std::size_t kPage = 1'000;

}  // namespace

Result<ExtentIndex> ExtentIndex::load(Memory& memory, const Sid& file) {
    ExtentIndex index(file);
    Bytes prefix{static_cast<Byte>('x')};
    prefix.insert(prefix.end(), file.bytes.begin(), file.bytes.end());
    Bytes after = prefix;
    while (true) {
        SATCHEL_TRY(page, memory.notes(prefix, after, kPage));
        for (const auto& [name, value] : page) {
            SATCHEL_TRY(entry, decode_entry(value));
            index.entries_.push_back(entry);
        }
        if (page.size() < kPage) break;
        after = page.back().first;
    }
    index.set_offsets();
    return index;
}

std::optional<std::size_t> ExtentIndex::find(const Sid& extent) const {
    const auto at = std::ranges::find(entries_, extent, &IndexEntry::sid);
    if (at == entries_.end()) return std::nullopt;
    return static_cast<std::size_t>(at - entries_.begin());
}

Result<Bytes> ExtentIndex::read(Memory& memory,
                                int file,
                                std::size_t position,
                                const LineCodec& codec) const {
    const IndexEntry& entry = entries_[position];
    if (!entry.is_kept) {
        SATCHEL_TRY(bytes, read_at(file, offsets_[position], entry.local));
        if (bytes.size() != entry.local)
            return Error{ErrorCode::busy, "read an extent: the file became shorter"};
        return travelling_form(codec, bytes, entry.size, entry.anchor.continues);
    }
    SATCHEL_TRY(bytes, memory.note(hidden_note_name(file_, entry.sid)));
    if (!bytes) return Error{ErrorCode::corrupt, "read an extent that does not show: it is gone"};
    return *bytes;
}

Status ExtentIndex::replace(Memory& memory, std::vector<IndexEntry> next) {
    for (std::size_t i = 0; i < next.size(); ++i) {
        if (i < entries_.size() && entries_[i] == next[i]) continue;
        const Bytes name = index_note_name(file_, static_cast<std::uint32_t>(i));
        if (Status status = memory.set_note(name, encode_entry(next[i])); !status) return status;
    }
    for (std::size_t i = next.size(); i < entries_.size(); ++i) {
        const Bytes name = index_note_name(file_, static_cast<std::uint32_t>(i));
        if (Status status = memory.erase_note(name); !status) return status;
    }
    for (const IndexEntry& old : entries_) {
        if (!old.is_kept) continue;
        const auto at = std::ranges::find(next, old.sid, &IndexEntry::sid);
        if (at != next.end() && at->is_kept) continue;
        const Bytes name = hidden_note_name(file_, old.sid);
        if (Status status = memory.erase_note(name); !status) return status;
    }
    entries_ = std::move(next);
    set_offsets();
    return ok();
}

void ExtentIndex::set_offsets() {
    offsets_.clear();
    std::uint64_t offset = 0;
    for (const IndexEntry& entry : entries_) {
        offsets_.push_back(offset);
        offset += entry.local;
    }
}

}  // namespace satchel::sources
