#include "daemon/core/good.h"
// as: daemon/core/good.cpp
// reports: nothing
