// One transaction's worth of engine work, and the edit of one row inside it.
#pragma once

#include "daemon/crypto/random.h"
#include "daemon/engine/history.h"
#include "daemon/engine/identity.h"
#include "daemon/engine/ledger.h"
#include "daemon/engine/row_keys.h"
#include "daemon/engine/workspace_ids.h"
#include "daemon/store/rows.h"

#include <functional>

namespace satchel::engine {

/// What every part of a step works with; references outlive the step, the transaction is open.
struct Step {
    store::Transaction& transaction;
    Ledger& ledger;
    RowKeys& keys;
    const Identity& identity;
    const WorkspaceIds& ids;
    const core::KeyedHash& digest_hash;
    const crypto::Prf& link_prf;
    const Clock& clock;
    crypto::RandomSource& random;
    History& history;

    /// Makes durable what the step did so far, and goes on. Edits that are open are not part of it:
    /// what they depend on must not be either.
    Status commit_so_far();
};

/// Tells which columns of a collection the local source holds.
using Holds = std::function<bool(ColumnId)>;

/// A row taken from the store, changed in memory and put back; keeps the lane's digest and the
/// collection's count of held rows true.
class RowEdit {
  public:
    RowEdit() = default;
    RowEdit(RowEdit&& other) noexcept;
    RowEdit& operator=(RowEdit&& other) noexcept;
    ~RowEdit();

    /// Reads the row, or starts an empty one under `sid`.
    static Result<RowEdit> open(Step& step, CollectionId collection, const Sid& sid);

    /// Takes up a row that was read just now.
    static RowEdit take(Step& step, CollectionId collection, store::StoredRow row);

    store::StoredRow stored;
    /// What changes took from the row since it was opened; goes to the history when it closes.
    std::vector<store::Displaced> displaced;

    [[nodiscard]] CollectionId collection() const { return collection_; }

    /// Records what the source holds now, after a capture or a projection.
    void set_held(const core::Shadow& held, const Holds& holds);
    /// Writes the row, or erases it when neither the workspace nor the source has it any more.
    Status close(Step& step);

  private:
    CollectionId collection_{};
    std::int64_t ord_ = 0;
    LaneId lane_{};
    core::Digest digest_before_;
    bool was_held_ = false;
    bool was_pending_ = false;
};

}  // namespace satchel::engine
