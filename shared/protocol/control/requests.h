// All request and response structs of the control socket.
#pragma once

#include "shared/protocol/control/approve.h"    // IWYU pragma: export
#include "shared/protocol/control/backup.h"     // IWYU pragma: export
#include "shared/protocol/control/catalog.h"    // IWYU pragma: export
#include "shared/protocol/control/check.h"      // IWYU pragma: export
#include "shared/protocol/control/conflict.h"   // IWYU pragma: export
#include "shared/protocol/control/cycle.h"      // IWYU pragma: export
#include "shared/protocol/control/daemon.h"     // IWYU pragma: export
#include "shared/protocol/control/device.h"     // IWYU pragma: export
#include "shared/protocol/control/discover.h"   // IWYU pragma: export
#include "shared/protocol/control/history.h"    // IWYU pragma: export
#include "shared/protocol/control/hub.h"        // IWYU pragma: export
#include "shared/protocol/control/policy.h"     // IWYU pragma: export
#include "shared/protocol/control/project.h"    // IWYU pragma: export
#include "shared/protocol/control/recovery.h"   // IWYU pragma: export
#include "shared/protocol/control/source.h"     // IWYU pragma: export
#include "shared/protocol/control/status.h"     // IWYU pragma: export
#include "shared/protocol/control/verify.h"     // IWYU pragma: export
#include "shared/protocol/control/workspace.h"  // IWYU pragma: export
