// satchel-idle: connections to a hub that do nothing, and requests beside them. Both come from many
// loopback addresses, since a hub holds few connections per address.
//   satchel-idle hold PORT COUNT    opens them, prints how many are open, waits for the end of
//   standard
//                                   input, prints how many still are
//   satchel-idle ask PORT COUNT RATE  asks COUNT times whether the hub is there, RATE times a
//   second, each
//                                   timed from when it was due; prints a JSON object
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

using std::chrono::steady_clock;

/// Connections from one address: fewer than the 64 a hub takes.
constexpr unsigned kPerAddress = 50;
constexpr std::string_view kRequest = "GET /v1/health HTTP/1.1\r\nHost: hub\r\n\r\n";

sockaddr_in address_of(std::uint32_t host, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(host);
    return address;
}

/// A connection from the `number`th address of `block`, or -1.
int connect_from(unsigned block, unsigned number, std::uint16_t port) {
    const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in own = address_of(0x7f000000u + (block << 16) + 1 + number, 0);
    const sockaddr_in hub = address_of(INADDR_LOOPBACK, port);
    const int on = 1;
    const timeval limit{30, 0};
    ::setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(made, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    const bool is_up = made >= 0 &&
                       ::bind(made, reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0 &&
                       ::connect(made, reinterpret_cast<const sockaddr*>(&hub), sizeof hub) == 0;
    ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (!is_up && made >= 0) ::close(made);
    return is_up ? made : -1;
}

/// A request and its reply's status; 0 when there is none.
int ask(int socket) {
    if (::send(socket, kRequest.data(), kRequest.size(), MSG_NOSIGNAL) <= 0) return 0;
    char reply[4096];
    const ssize_t count = ::recv(socket, reply, sizeof reply, 0);
    const std::string_view text(reply, count > 0 ? static_cast<std::size_t>(count) : 0);
    return text.starts_with("HTTP/1.1 ") ? std::atoi(reply + 9) : 0;
}

int hold(std::uint16_t port, unsigned count) {
    std::vector<int> held;
    for (unsigned i = 0; i < count; ++i) {
        const int made = connect_from(1, i / kPerAddress, port);
        // Served once: it is a connection the hub keeps, not one that waits to be accepted.
        if (made >= 0 && ask(made) > 0) held.push_back(made);
    }
    std::printf("%zu\n", held.size());
    std::fflush(stdout);
    char byte = 0;
    while (::read(STDIN_FILENO, &byte, 1) > 0) continue;
    const auto is_open = [](int socket) {
        char any = 0;
        return ::recv(socket, &any, 1, MSG_DONTWAIT | MSG_PEEK) < 0;
    };
    std::printf("%td\n", std::count_if(held.begin(), held.end(), is_open));
    return 0;
}

double milliseconds_of(steady_clock::duration time) {
    return std::chrono::duration<double, std::milli>(time).count();
}

void wait_until(steady_clock::time_point due) {
    for (auto left = due - steady_clock::now(); left.count() > 0; left = due - steady_clock::now())
        ::poll(nullptr, 0, std::max(1, static_cast<int>(milliseconds_of(left))));
}

int measure(std::uint16_t port, unsigned count, unsigned rate) {
    std::vector<double> times;
    unsigned failed = 0;
    const auto begun = steady_clock::now();
    for (unsigned i = 0; i < count; ++i) {
        const auto due = begun + std::chrono::microseconds(1'000'000ull * i / rate);
        wait_until(due);
        const int made = connect_from(2, i / kPerAddress, port);
        const int status = made >= 0 ? ask(made) : 0;
        times.push_back(milliseconds_of(steady_clock::now() - due));
        failed += status == 200 ? 0 : 1;
        if (made >= 0) ::close(made);
    }
    std::sort(times.begin(), times.end());
    std::printf("{\"asked\":%u,\"failed\":%u,\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"max_ms\":%.2f}\n",
                count,
                failed,
                times[times.size() / 2],
                times[times.size() * 99 / 100],
                times.back());
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view what = argc > 3 ? argv[1] : "";
    const auto number = [&](int at) {
        return static_cast<unsigned>(std::strtoul(argv[at], nullptr, 10));
    };
    if (what == "hold" && argc == 4) return hold(static_cast<std::uint16_t>(number(2)), number(3));
    if (what == "ask" && argc == 5 && number(3) > 0 && number(4) > 0)
        return measure(static_cast<std::uint16_t>(number(2)), number(3), number(4));
    std::fprintf(stderr, "usage: satchel-idle hold PORT COUNT | ask PORT COUNT RATE\n");
    return 4;
}
