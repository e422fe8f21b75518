#include "daemon/core/good.h"
// as: daemon/core/bad.cpp
// reports: opening 1
