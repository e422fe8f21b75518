// Padded to one line too many.
// as: daemon/core/bad.cpp
// lines: 501
// reports: length 1
