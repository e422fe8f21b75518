// The engine's side of sources::Memory: what the store knows, through the step's transaction.
#pragma once

#include "daemon/engine/step.h"

#include <map>

namespace satchel::engine {

/// What a source may ask and note during one call.
class StoreMemory final : public sources::Memory {
  public:
    StoreMemory(Step& step, std::int64_t source) : step_(step), source_(source) {}

    Result<std::optional<Known>> find(CollectionId collection, ByteView key) override;
    Result<Sid> ensure_sid(CollectionId collection,
                           ByteView key,
                           std::optional<ByteView> import_content) override;
    Result<std::optional<Bytes>> find_key(CollectionId collection, const Sid& sid) override;
    Result<std::optional<core::Row>> find_row(CollectionId collection, const Sid& sid) override;
    Result<std::uint64_t> count_held(CollectionId collection) override;
    Result<std::vector<Bytes>> held_keys(CollectionId collection,
                                         ByteView after,
                                         std::size_t limit) override;
    Result<std::optional<Bytes>> note(ByteView name) override;
    Status set_note(ByteView name, ByteView value) override;
    Status erase_note(ByteView name) override;
    Result<std::vector<std::pair<Bytes, Bytes>>> notes(ByteView prefix,
                                                       ByteView after,
                                                       std::size_t limit) override;
    Result<std::optional<Bytes>> piece(const Sid& sid,
                                       const Hash256& content,
                                       std::uint32_t index) override;
    Status keep_piece(const sources::Piece& piece) override;
    Status make_durable() override;

  private:
    [[nodiscard]] store::Database& database() { return step_.transaction.database(); }

    /// 0, which no row has, for a table that is too new to be announced.
    [[nodiscard]] std::int64_t ord(CollectionId collection);

    Result<Sid> find_import_sid(CollectionId collection, ByteView content);

    Step& step_;
    std::int64_t source_;
    std::map<Sid, std::uint64_t> import_copies_;  ///< of contents that came more than once
};

}  // namespace satchel::engine
