// Calls we do not make. A mention of std::regex or system() in a comment is no call.
void bad() {
    std::regex pattern("a*");
    co_spawn(io, work, asio::detached);
    std::this_thread::sleep_for(limit);
    ::usleep(5);
    std::system("ls");
    popen("ls", "r");
    std::rand();
    disk.system();
    const int system = 1;
    log("popen(");
}
// as: daemon/engine/bad.cpp
// reports: banned 7
