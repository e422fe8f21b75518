#include "daemon/sources/file_tree/tree_context.h"

#include "daemon/sources/secret_mask.h"
#include "shared/base/limits.h"

#include <algorithm>

namespace satchel::sources {

namespace {

constexpr std::uint8_t kManifestVersion = 1;

CollectionInfo describe_collection(CollectionId id,
                                   std::string name,
                                   std::vector<ColumnInfo> columns) {
    std::ranges::sort(columns, {}, &ColumnInfo::id);
    return {id, std::move(name), std::move(columns)};
}

}  // namespace

void ContentHash::add(ByteView piece) {
    const Hash256 hash = hash_(piece);
    hashes_.insert(hashes_.end(), hash.begin(), hash.end());
}

Hash256 ContentHash::finish() const {
    Hash256 only{};
    if (hashes_.empty()) return hash_({});
    if (hashes_.size() == only.size()) {
        std::ranges::copy(hashes_, only.begin());
        return only;
    }
    Bytes all = to_bytes(as_bytes("satchel pieces"));
    all.insert(all.end(), hashes_.begin(), hashes_.end());
    return hash_(all);
}

core::Value Manifest::encode() const {
    Bytes out;
    ByteWriter writer(out);
    writer.u8(kManifestVersion);
    writer.varint(size);
    writer.varint(count_pieces());
    writer.raw(content);
    return core::Value::blob(out);
}

std::optional<Manifest> Manifest::decode(const core::Value& value) {
    if (value.kind() != core::ValueKind::blob) return std::nullopt;
    const std::string_view text = value.as_text();
    ByteReader in(as_bytes(text));
    Manifest manifest;
    const bool is_known = in.u8() == kManifestVersion;
    manifest.size = in.varint();
    const std::uint64_t pieces = in.varint();
    in.fill(manifest.content);
    const bool is_sane = manifest.size < (std::uint64_t{1} << 50);
    if (!is_known || !in.finished() || !is_sane || pieces != manifest.count_pieces())
        return std::nullopt;
    return manifest;
}

std::uint32_t Manifest::count_pieces() const {
    return static_cast<std::uint32_t>((size + limits::kExtentBytesMax - 1) /
                                      limits::kExtentBytesMax);
}

TreeContext::TreeContext(FileTreeSettings tree_settings,
                         const IdMaker& id_maker,
                         const Clock& tree_clock,
                         HashBytes hash_bytes,
                         BackupFile backup_file)
    : settings(std::move(tree_settings)),
      ids(id_maker),
      clock(tree_clock),
      hash(std::move(hash_bytes)),
      backup(std::move(backup_file)),
      files(ids.collection(settings.name, "files")),
      lines(ids.collection(settings.name, "lines")),
      keys(ids.collection(settings.name, "keys")),
      projects(ids.collection(settings.name, "projects")),
      marks(ids.collection(settings.name, "marks")),
      file_columns{ids.column(files, "path"),
                   ids.column(files, "class"),
                   ids.column(files, "content"),
                   ids.column(files, "mode")},
      line_columns{
          ids.column(lines, "file"), ids.column(lines, "anchor"), ids.column(lines, "bytes")},
      key_columns{ids.column(keys, "file"), ids.column(keys, "pointer"), ids.column(keys, "value")},
      project_columns{ids.column(projects, "identity"), ids.column(projects, "place")},
      mark_pattern(ids.column(marks, "pattern")),
      places(settings.projects.folder) {
    collections.push_back(describe_collection(files,
                                              "files",
                                              {{file_columns.path, "path"},
                                               {file_columns.file_class, "class"},
                                               {file_columns.content, "content"},
                                               {file_columns.mode, "mode"}}));
    collections.push_back(describe_collection(lines,
                                              "lines",
                                              {{line_columns.file, "file"},
                                               {line_columns.anchor, "anchor"},
                                               {line_columns.bytes, "bytes"}}));
    collections.back().has_parts = true;
    collections.push_back(describe_collection(keys,
                                              "keys",
                                              {{key_columns.file, "file"},
                                               {key_columns.pointer, "pointer"},
                                               {key_columns.value, "value"}}));
    collections.back().has_parts = true;
    collections.push_back(describe_collection(marks, "marks", {{mark_pattern, "pattern"}}));
    collections.back().has_parts = true;
    if (!places.is_active()) return;
    collections.push_back(describe_collection(
        projects,
        "projects",
        {{project_columns.identity, "identity"}, {project_columns.place, "place"}}));
    collections.back().has_parts = true;
}

bool TreeContext::use_marks(std::vector<std::string> patterns) {
    if (patterns == marked) return false;
    auto& rules = settings.rules;
    rules.erase(rules.begin(), rules.begin() + static_cast<std::ptrdiff_t>(marked.size()));
    std::vector<FileRule> kept;
    for (const std::string& pattern : patterns) kept.push_back({pattern, FileClass::never});
    rules.insert(
        rules.begin(), std::make_move_iterator(kept.begin()), std::make_move_iterator(kept.end()));
    marked = std::move(patterns);
    return true;
}

LineCodec TreeContext::codec_of(std::string_view path) const {
    const ProjectSettings& rules = settings.projects;
    LineCodec codec;
    if (const auto parts = places.split(path)) {
        const ProjectPlace* place = places.find(parts->project);
        const bool has_word = place != nullptr && place->identity.starts_with('@');
        codec = {rules.field, {has_word ? place->root : std::string(), rules.home}};
    } else if (places.is_active()) {
        const auto other = std::ranges::find_if(
            rules.others, [&](const auto& one) { return matches_glob(one.first, path); });
        if (other != rules.others.end()) codec = {other->second, {{}, rules.home}};
    }
    codec.set_masking(settings.secrets != SecretPolicy::send);
    return codec;
}

std::uint32_t TreeContext::secret_rules() const {
    return settings.secrets == SecretPolicy::send ? 0 : kSecretRules;
}

Sid TreeContext::file_sid(std::string_view path) const {
    return ids.row(files, as_bytes(path));
}

Sid TreeContext::extent_sid(std::string_view path, const Anchor& anchor, ByteView bytes) const {
    Bytes key;
    ByteWriter writer(key);
    writer.sized(path);
    writer.raw(anchor.encode());
    chain_after(anchor.chain, bytes).encode(writer);
    writer.varint(bytes.size());
    return ids.row(lines, key);
}

Bytes TreeContext::extent_key(const Sid& file, const Sid& extent) {
    Bytes key = to_bytes(file.view());
    key.insert(key.end(), extent.bytes.begin(), extent.bytes.end());
    return key;
}

std::vector<core::ColumnValue> in_column_order(std::vector<core::ColumnValue> columns) {
    std::ranges::sort(columns, {}, &core::ColumnValue::column);
    return columns;
}

const core::Value* find_column(const std::vector<core::ColumnValue>& columns, ColumnId column) {
    const auto at = std::ranges::lower_bound(columns, column, {}, &core::ColumnValue::column);
    return at != columns.end() && at->column == column ? &at->value : nullptr;
}

Result<std::optional<ExtentOrder>> find_extent_order(Memory& memory,
                                                     CollectionId lines,
                                                     const Sid& extent) {
    const auto row = memory.find_row(lines, extent);
    if (!row) return row.error();
    std::optional<ExtentOrder> first;
    if (!*row) return first;
    for (const core::Sibling& sibling : (*row)->siblings) {
        const ExtentOrder order{sibling.stamp, sibling.dot};
        if (!first || order < *first) first = order;
    }
    return first;
}

}  // namespace satchel::sources
