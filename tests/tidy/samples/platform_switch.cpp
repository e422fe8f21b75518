// Platforms told apart where it is nobody's business.
#ifdef _WIN32
#elif defined(__APPLE__)
#endif
#if defined(__linux__)
#endif
// as: daemon/engine/bad.cpp
// reports: platform 3
