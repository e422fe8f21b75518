// How declared sources look from outside.
#pragma once

#include <vector>

#include "daemon/engine/replica.h"
#include "shared/protocol/control/source.h"

namespace satchel::app {

/// One line about each declared source. On the worker.
Result<std::vector<control::SourceSummary>> summarize_sources(engine::Replica& replica);
/// The line about one. On the worker.
Result<control::SourceSummary> summarize_source(engine::Replica& replica, engine::SourceSlot& slot);

}  // namespace satchel::app
