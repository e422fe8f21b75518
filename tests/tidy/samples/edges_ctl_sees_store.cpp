// The control program cannot touch data or keys.
#include "daemon/store/rows.h"
#include "daemon/crypto/keys.h"
// as: ctl/commands/bad.cpp
// reports: edges 2
