// Copying a file's content into the engine's store: a tree that is let go takes its files along.
#include "daemon/sources/file_tree/file_tree.h"
#include "daemon/sources/file_tree/notes.h"
#include "shared/base/limits.h"

namespace satchel::sources {

namespace {

Result<Bytes> read_piece(int file, std::uint32_t index) {
    return read_at(file, std::uint64_t{index} * limits::kExtentBytesMax, limits::kExtentBytesMax);
}

/// True when the file holds the content its note names.
bool is_as_noted(const TreeContext& context, int file, const Manifest& manifest) {
    ContentHash hasher(context.hash);
    for (std::uint32_t i = 0; i < manifest.count_pieces(); ++i) {
        const auto bytes = read_piece(file, i);
        if (!bytes) return false;
        hasher.add(*bytes);
    }
    return hasher.finish() == manifest.content;
}

}  // namespace

Status FileTree::keep_content(CollectionId collection, ByteView key, Memory& memory) {
    if (collection != context_.files) return ok();
    const std::string path(as_text(key));
    SATCHEL_TRY(note, find_file_note(memory, path));
    if (!note || note->file_class != FileClass::opaque) return ok();
    const auto root = TreeDir::open(context_.settings.root);
    if (!root) return ok();
    const auto file = root->open_file(path);
    const Manifest manifest{note->size, note->content};
    if (!file || !is_as_noted(context_, file->get(), manifest)) return ok();
    for (std::uint32_t i = 0; i < manifest.count_pieces(); ++i) {
        auto bytes = read_piece(file->get(), i);
        if (!bytes) return ok();
        const Piece piece{
            context_.files, context_.file_sid(path), manifest.content, i, std::move(*bytes)};
        if (Status kept = memory.keep_piece(piece); !kept) return kept;
    }
    return ok();
}

}  // namespace satchel::sources
