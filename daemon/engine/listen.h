// The listening half of a cycle: heads, members, segments, and values that a source lost. Inside
// `engine` only.
#pragma once

#include "daemon/engine/cycle.h"

namespace satchel::engine {

/// Sealed bytes in one push or pull: memory holds them a few times over, and a larger exchange is
/// no faster. One segment may be more.
inline constexpr std::size_t kExchangeBytes = 3u << 20;

/// Adds what a step did to a total.
void add(StepReport& total, const StepReport& step);
/// Hears from the others and applies what they say.
asio::awaitable<Status> listen(CycleParts& parts, CycleReport& report);
/// Fetches what the heads announce, page by page, and applies each page. True when all of it came.
asio::awaitable<Result<bool>> pull(CycleParts& parts, CycleReport& report);
/// Fetches values again that a source of ours lost and that only it had here.
asio::awaitable<Status> refill(CycleParts& parts, CycleReport& report);
/// The hub's heads, whether or not they are news, for what they say of our own log.
asio::awaitable<Status> look_at_own_head(CycleParts& parts, CycleReport& report);

}  // namespace satchel::engine
