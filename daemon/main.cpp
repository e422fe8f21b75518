// satcheld: the daemon of a device, or a hub.
#include "daemon/app/run.h"

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
    try {
        return satchel::app::run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "satcheld: stopped by an unexpected error: %s\n", error.what());
    } catch (...) {
        std::fputs("satcheld: stopped by an unexpected error\n", stderr);
    }
    return 1;
}
