#include "daemon/sources/file_tree/place_move.h"

#include "daemon/sources/file_tree/capture.h"
#include "daemon/sources/file_tree/extent_index.h"
#include "daemon/sources/file_tree/local_form.h"
#include "daemon/sources/file_tree/tree_path.h"
#include "shared/base/hash.h"
#include "shared/base/limits.h"
#include "shared/base/utf8.h"

#include <algorithm>

namespace satchel::sources {

namespace {

constexpr std::size_t kPage = 1'000;

/// Hands a file's bytes on in pieces.
Status copy_bytes(int fd, std::uint64_t size, const std::function<Status(ByteView)>& write) {
    for (std::uint64_t at = 0; at < size;) {
        SATCHEL_TRY(bytes, read_at(fd, at, limits::kExtentBytesMax));
        if (bytes.empty()) return Error{ErrorCode::busy, "move a file: it became shorter"};
        if (Status status = write(bytes); !status) return status;
        at += bytes.size();
    }
    return ok();
}

}  // namespace

Status PlaceMover::move_linked(CaptureSink& sink, MoveTroubles& troubles) {
    troubles.clear();
    if (Status status = remove_leftovers(); !status) return status;
    const Bytes prefix = link_note_name("");
    SATCHEL_TRY(links, memory_.notes(prefix, prefix, kPage));
    PlaceFinder finder(context_, root_, memory_);
    for (const auto& [name, path] : links) {
        const ProjectPlace* old = context_.places.find(as_text(ByteView(name).subspan(1)));
        if (old == nullptr) continue;
        ProjectPlace next = *old;
        next.root = finder.real_root(std::string(as_text(path)));
        next.slug = finder.folder_name(next.root);
        next.is_primary = true;
        next.wished.clear();
        if (next.slug == old->slug && next.root == old->root) continue;
        const ProjectPlace before = *old;
        const Status moved = move(before, next, sink);
        if (moved) continue;
        const ErrorCode code = moved.error().code;
        if (code != ErrorCode::busy && code != ErrorCode::refused) return moved;
        troubles[before.identity] = moved.error().message;
    }
    return ok();
}

Status PlaceMover::move(const ProjectPlace& old, const ProjectPlace& next, CaptureSink& sink) {
    SATCHEL_TRY(files, files_of(old, next));
    for (File& file : files)
        if (Status status = copy(file, next); !status) return status;
    // From here on the copies are the project's files, once this is durable.
    for (const ProjectPlace* other : context_.places.in_folder(next.slug)) {
        ProjectPlace second = *other;
        second.is_primary = false;
        if (second.wished == next.identity) second.wished.clear();
        if (Status status = context_.places.put(memory_, second); !status) return status;
    }
    if (Status status = context_.places.put(memory_, next); !status) return status;
    for (const File& file : files) {
        SATCHEL_TRY(before, find_file_note(memory_, file.path));
        if (Status status = set_file_note(memory_, file.path, file.note); !status) return status;
        if (Status status = erase_leftover_note(memory_, file.to); !status) return status;
        if (file.from == file.to || !before) continue;
        if (Status status = set_leftover_note(memory_, file.from, *before); !status) return status;
    }
    if (Status status = sink.make_durable(); !status) return status;
    return remove_leftovers();
}

/// The project's files, none of which has changed since it was captured.
Result<std::vector<PlaceMover::File>> PlaceMover::files_of(const ProjectPlace& old,
                                                           const ProjectPlace& next) {
    std::vector<File> files;
    SATCHEL_TRY(notes, list_file_notes(memory_, context_.places.join(old.identity, "")));
    for (auto& [path, note] : notes) {
        const std::string_view rest = context_.places.split(path)->rest;
        File file{path,
                  context_.places.join(old.slug, rest),
                  context_.places.join(next.slug, rest),
                  note};
        SATCHEL_TRY(stat, root_.find_local(file.from));
        const bool is_whole = note.file_class != FileClass::lines ||
                              (note.captured == note.size && note.rules == context_.secret_rules());
        if (!stat || !note.describes(*stat) || !is_whole)
            return Error{ErrorCode::busy,
                         "move the project " + escape_for_terminal(old.identity) + ": '" +
                             escape_for_terminal(file.from) + "' is changing"};
        files.push_back(std::move(file));
    }
    return files;
}

/// Makes the file at its new place and lets its note, and its index, tell of it.
Status PlaceMover::copy(File& file, const ProjectPlace& next) {
    SATCHEL_TRY(disk, TreeDir::open(context_.settings.root));
    SATCHEL_TRY(source, disk.open_file(file.from));
    const int fd = source.get();
    if (file.note.file_class != FileClass::lines) {
        SATCHEL_TRY(stat, put(file, disk, [&](const std::function<Status(ByteView)>& write) {
                        return copy_bytes(fd, file.note.size, write);
                    }));
        file.note.remember(stat);
        return ok();
    }
    const LineCodec here = context_.codec_of(file.path);
    LineCodec renaming = here;  // secrets move with their lines
    renaming.set_masking(false);
    const bool has_word = next.identity.starts_with('@');
    LineCodec there(context_.settings.projects.field,
                    {has_word ? next.root : "", context_.settings.projects.home});
    there.set_masking(here.is_masking());
    SATCHEL_TRY(index, ExtentIndex::load(memory_, context_.file_sid(file.path)));
    std::vector<IndexEntry> entries = index.entries();
    const auto content = [&](const std::function<Status(ByteView)>& write) -> Status {
        std::uint64_t offset = 0;
        for (std::size_t i = 0; i < entries.size(); ++i) {
            IndexEntry& entry = entries[i];
            entry = index.entries()[i];
            SATCHEL_TRY(old, read_at(fd, offset, entry.local));
            offset += old.size();
            const bool continues = entry.anchor.continues;
            const Bytes sent = travelling_form(here, old, entry.shown, continues);
            const Bytes renamed = travelling_form(renaming, old, entry.shown, continues);
            const Bytes local = there.decode_all(renamed, continues);
            entry.local = static_cast<std::uint32_t>(local.size());
            entry.content = hash64(local);
            if (!entry.is_kept && !comes_back(there, local, {sent, continues})) {
                entry.is_kept = true;
                const Bytes name = hidden_note_name(context_.file_sid(file.path), entry.sid);
                if (Status status = memory_.set_note(name, sent); !status) return status;
            }
            if (Status status = write(local); !status) return status;
        }
        return ok();
    };
    SATCHEL_TRY(stat, put(file, disk, content));
    file.note.remember(stat);
    file.note.captured = stat.size;
    SATCHEL_TRY(copied, disk.open_file(file.to));
    SATCHEL_TRY(mark, fingerprint(copied.get(), stat.size));
    file.note.fingerprint = mark;
    return index.replace(memory_, std::move(entries));
}

/// Writes the copy; one that an interrupted move left is taken when it is the same.
Result<FileStat> PlaceMover::put(const File& file,
                                 const TreeDir& disk,
                                 const WriteContent& content) {
    SATCHEL_TRY(made, make_folders(disk, split_path(file.to).first));
    for (const std::string& folder : made)
        if (Status status = memory_.set_note(folder_note_name(folder), {}); !status)
            return status.error();
    SATCHEL_TRY(there, disk.find(file.to));
    if (there) {
        SATCHEL_TRY(target, disk.open_file(file.to));
        std::uint64_t offset = 0;
        bool is_same = true;
        const Status compared = content([&](ByteView bytes) -> Status {
            SATCHEL_TRY(other, read_at(target.get(), offset, bytes.size()));
            is_same = is_same && std::ranges::equal(other, bytes);
            offset += bytes.size();
            return ok();
        });
        if (!compared) return compared.error();
        if (is_same && offset == there->size) return *there;
        if (file.from != file.to)
            return Error{ErrorCode::refused,
                         "move a project: '" + escape_for_terminal(file.to) + "' is in the way"};
    }
    const FileLook look{file.note.mode, file.note.mtime_ns / 1'000'000};
    SATCHEL_TRY(written, write_file(disk, file.to, there, look, content));
    if (written.outcome != WriteOutcome::done)
        return Error{ErrorCode::busy, "move a project: '" + file.to + "' is changing"};
    return written.stat;
}

Status PlaceMover::remove_leftovers() {
    SATCHEL_TRY(disk, TreeDir::open(context_.settings.root));
    SATCHEL_TRY(notes, list_leftover_notes(memory_));
    for (const auto& [path, note] : notes) {
        SATCHEL_TRY(stat, disk.find(path));
        if (stat && note.describes(*stat)) {
            if (Status status = context_.backup(path); !status) return status;
            SATCHEL_TRY(removed, remove_file(disk, path, *stat));
            if (removed.outcome == WriteOutcome::open) continue;  // next time
        }
        if (Status status = erase_leftover_note(memory_, path); !status) return status;
        for (std::string folder(split_path(path).first); folder != context_.places.folder();
             folder = std::string(split_path(folder).first))
            if (folder.empty() || !remove_empty_folder(disk, folder)) break;
    }
    return ok();
}

}  // namespace satchel::sources
