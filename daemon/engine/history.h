// What changes displace: gathered with the row, written in the transaction of the change, kept for
// a while and up to a size. Rows of tables only: files that are overwritten go to the backups.
#pragma once

#include "daemon/store/history.h"

#include <span>
#include <vector>

namespace satchel::engine {

struct Step;
class RowEdit;
struct SourceSlot;

/// How long and how much of what was displaced is kept.
inline constexpr UnixMs kHistoryMs = UnixMs{90} * 24 * 60 * 60 * 1'000;
inline constexpr std::uint64_t kHistoryBytesMax = 256u << 20;

/// Writes what was displaced under the number of the cycle that does it. A cycle that displaces
/// nothing has no number, and costs nothing here.
class History {
  public:
    /// Writes one; in the step's transaction.
    Status write(store::Transaction& transaction, store::Displaced displaced);

    /// What is displaced from now on belongs to another cycle.
    void end_cycle() { cycle_ = 0; }

    /// Once a day, and after much was written: forgets what is too old or too much.
    Status prune(store::Database& database, UnixMs now_ms);

  private:
    std::uint64_t cycle_ = 0;
    std::uint64_t written_bytes_ = 0;  ///< since the last prune
    UnixMs pruned_ms_ = 0;
};

/// Notes in the edit what `op`, applied as `by`, took from the row; written when the edit closes.
void note_displaced(const Step& step,
                    RowEdit& edit,
                    std::vector<core::Sibling> replaced,
                    const core::Op& op,
                    const core::Dot& by);
/// Gives values that only the source had their bytes, when a projection overwrites them.
Status fill_displaced(Step& step, RowEdit& edit, std::span<const core::ColumnValue> values);
/// True when what is displaced in this source's rows is kept.
bool keeps_history(const SourceSlot& slot);

}  // namespace satchel::engine
