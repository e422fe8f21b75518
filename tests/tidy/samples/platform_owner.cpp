// The one place for it.
#ifdef _WIN32
#endif
// as: shared/platform/good.cpp
// reports: nothing
