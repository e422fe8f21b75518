// A folder that nobody entered in the table.
int answer();
// as: daemon/misc/bad.cpp
// reports: edges 1
