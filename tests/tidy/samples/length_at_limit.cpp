// Padded to the last line allowed.
// as: daemon/core/good.cpp
// lines: 500
// reports: nothing
