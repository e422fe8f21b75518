// The engine sees interfaces, never the wiring.
#include "daemon/app/device.h"
#include "daemon/core/stamp.h"
#include "stamp.h"
// as: daemon/engine/bad.cpp
// reports: edges 2
