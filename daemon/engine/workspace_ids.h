// Ids as PRFs of names under the workspace's key: equal on every device, meaningless to a hub.
#pragma once

#include "daemon/crypto/hash.h"
#include "daemon/sources/source.h"

namespace satchel::engine {

/// The workspace's names for lanes, collections, columns and keyed rows.
class WorkspaceIds final : public sources::IdMaker {
  public:
    explicit WorkspaceIds(crypto::Prf prf) : prf_(std::move(prf)) {}

    [[nodiscard]] LaneId lane(std::string_view source) const;
    [[nodiscard]] CollectionId collection(std::string_view source,
                                          std::string_view name) const override;
    [[nodiscard]] ColumnId column(CollectionId collection, std::string_view name) const override;
    [[nodiscard]] Sid row(CollectionId collection, ByteView key) const override;
    /// Identity of a row that was present when its table was first declared, from its content and
    /// how many equal rows came before it.
    [[nodiscard]] Sid imported_row(CollectionId collection,
                                   ByteView content,
                                   std::uint64_t copies_before) const;

  private:
    crypto::Prf prf_;
};

}  // namespace satchel::engine
