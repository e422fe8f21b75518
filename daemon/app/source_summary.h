// How declared sources look from outside.
#pragma once

#include "daemon/engine/replica.h"
#include "shared/protocol/control/source.h"

#include <vector>

namespace satchel::app {

/// One line about each declared source. On the worker.
Result<std::vector<control::SourceSummary>> summarize_sources(engine::Replica& replica);
/// The line about one. On the worker.
Result<control::SourceSummary> summarize_source(engine::Replica& replica, engine::SourceSlot& slot);

}  // namespace satchel::app
