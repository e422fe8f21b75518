// The dry run of a cycle: asks sources, store and hub what there is, and changes none of them.
#pragma once

#include "daemon/app/device_app.h"
#include "shared/protocol/control/cycle.h"

namespace satchel::app {

/// What the cycle that `request` asks for would do now.
asio::awaitable<Result<control::CycleResponse>> plan_cycle(DeviceApp& app,
                                                           control::CycleRunRequest request);

}  // namespace satchel::app
