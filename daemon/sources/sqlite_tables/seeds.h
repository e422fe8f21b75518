// Columns such as a project's path mean something on one machine only: a new row brings the value
// it was made with, and from then on each machine has its own. Private to this folder.
#pragma once

#include "daemon/sources/sqlite_tables/row_reader.h"

#include <span>

namespace satchel::sources::sqlite {

/// Gives rows that were just written for the first time the seeds they came with, where the column
/// is still NULL. Rows are committed by then: a seed that cannot be planted is left out.
void plant_seeds(Workbench bench,
                 std::span<const WantedRow> rows,
                 std::span<const ProjectedRow> results);

}  // namespace satchel::sources::sqlite
