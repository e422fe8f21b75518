// satchel-tap: a small tool of the integration tests for bytes that no ordinary program sends.
//   satchel-tap record PORT FILE   listens on a free port, passes everything to 127.0.0.1:PORT and
//                                  back, and keeps both directions in FILE
//   satchel-tap answer FILE        listens on a free port and answers every connection with FILE
//   satchel-tap send SOCKET        sends standard input to a Unix socket, prints the answer
// The first two print the port they listen on.
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace {

constexpr int kAnswerMs = 2'000;

struct Pair {
    int near;
    int far;
};

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

int listen_anywhere() {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof(address);
    const bool is_up = ::bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                       ::listen(listener, 64) == 0 &&
                       ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    if (!is_up) return -1;
    std::printf("%u\n", static_cast<unsigned>(ntohs(address.sin_port)));
    std::fflush(stdout);
    return listener;
}

bool write_all(int to, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t wrote = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (wrote <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(wrote));
    }
    return true;
}

/// Passes what is there from one side to the other; false when either has gone.
bool pass(int from, int to, std::ofstream& kept) {
    std::array<char, 65'536> buffer;
    const ssize_t count = ::recv(from, buffer.data(), buffer.size(), 0);
    if (count <= 0) return false;
    kept.write(buffer.data(), count);
    kept.flush();
    return write_all(to, {buffer.data(), static_cast<std::size_t>(count)});
}

int record(std::uint16_t port, const char* file) {
    std::ofstream kept(file, std::ios::binary | std::ios::app);
    const int listener = listen_anywhere();
    if (listener < 0 || !kept) return 1;
    std::vector<Pair> pairs;
    while (true) {
        std::vector<pollfd> watched{{listener, POLLIN, 0}};
        for (const Pair& pair : pairs) {
            watched.push_back({pair.near, POLLIN, 0});
            watched.push_back({pair.far, POLLIN, 0});
        }
        if (::poll(watched.data(), watched.size(), -1) < 0) return 1;
        std::vector<Pair> alive;
        for (std::size_t i = 0; i < pairs.size(); ++i) {
            const Pair pair = pairs[i];
            bool is_open = true;
            if (watched[1 + 2 * i].revents != 0) is_open = pass(pair.near, pair.far, kept);
            if (is_open && watched[2 + 2 * i].revents != 0)
                is_open = pass(pair.far, pair.near, kept);
            if (is_open) {
                alive.push_back(pair);
            } else {
                ::close(pair.near);
                ::close(pair.far);
            }
        }
        if (watched[0].revents != 0) {
            const int near = ::accept(listener, nullptr, nullptr);
            const int far = ::socket(AF_INET, SOCK_STREAM, 0);
            const sockaddr_in address = loopback(port);
            if (::connect(far, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
                alive.push_back({near, far});
            } else {
                ::close(near);
                ::close(far);
            }
        }
        pairs = std::move(alive);
    }
}

int answer(const char* file) {
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const int listener = listen_anywhere();
    if (listener < 0 || !in) return 1;
    while (true) {
        const int client = ::accept(listener, nullptr, nullptr);
        if (client < 0) return 1;
        std::array<char, 4'096> buffer;
        pollfd readable{client, POLLIN, 0};
        if (::poll(&readable, 1, kAnswerMs) > 0)
            (void)::recv(client, buffer.data(), buffer.size(), 0);
        (void)write_all(client, text);
        ::shutdown(client, SHUT_WR);
        // Wait for the other side to close, so that the answer is not lost to a reset.
        while (::poll(&readable, 1, kAnswerMs) > 0 &&
               ::recv(client, buffer.data(), buffer.size(), 0) > 0) {
        }
        ::close(client);
    }
}

int send_to(std::string_view path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path)) return 1;
    std::memcpy(address.sun_path, path.data(), path.size());
    const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
    if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) return 1;
    std::array<char, 65'536> buffer;
    for (ssize_t count = 0; (count = ::read(0, buffer.data(), buffer.size())) > 0;)
        if (!write_all(socket, {buffer.data(), static_cast<std::size_t>(count)})) break;
    ::shutdown(socket, SHUT_WR);
    pollfd readable{socket, POLLIN, 0};
    while (::poll(&readable, 1, kAnswerMs) > 0) {
        const ssize_t count = ::recv(socket, buffer.data(), buffer.size(), 0);
        if (count <= 0) break;
        std::fwrite(buffer.data(), 1, static_cast<std::size_t>(count), stdout);
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    const std::string_view what = argc > 2 ? argv[1] : "";
    if (what == "record" && argc == 4)
        return record(static_cast<std::uint16_t>(std::strtoul(argv[2], nullptr, 10)), argv[3]);
    if (what == "answer" && argc == 3) return answer(argv[2]);
    if (what == "send" && argc == 3) return send_to(argv[2]);
    std::fputs("usage: satchel-tap record PORT FILE | answer FILE | send SOCKET\n", stderr);
    return 4;
}
