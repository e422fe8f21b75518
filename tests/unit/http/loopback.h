// A server on a free loopback port, a raw peer to send it anything, and throw-away certificates.
#pragma once

#include "daemon/http/client.h"
#include "daemon/http/server.h"
#include "tests/support/result_text.h"
#include "tests/support/run.h"
#include "tests/support/temp_dir.h"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>

namespace satchel::http {

inline void no_failure(const std::string& where, const std::string& what) {
    FAIL_CHECK("unexpected failure: " << where << ": " << what);
}

/// Echoes method, target and body.
inline asio::awaitable<Response> echo(Request request, PeerInfo) {
    Response response;
    const std::string start = request.method + " " + request.target + " ";
    response.body = to_bytes(as_bytes(start));
    response.body.insert(response.body.end(), request.body.begin(), request.body.end());
    co_return response;
}

/// Sends `bytes` to a loopback port as they are, returns all that comes back until the end. With
/// `ends` it also says that it will send no more.
inline std::string exchange_raw(asio::io_context& io,
                                std::uint16_t port,
                                std::string bytes,
                                bool ends = false) {
    auto talk = [&]() -> asio::awaitable<std::string> {
        constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
        asio::ip::tcp::socket socket(io);
        const asio::ip::tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port);
        co_await socket.async_connect(endpoint, kNoThrow);
        const auto all = asio::buffer(bytes);
        co_await asio::async_write(socket, all, kNoThrow);
        if (ends) socket.shutdown(asio::ip::tcp::socket::shutdown_send);
        std::string answer;
        char part[4096];
        while (true) {
            const auto room = asio::buffer(part);
            const auto [failed, count] = co_await socket.async_read_some(room, kNoThrow);
            answer.append(part, count);
            if (failed) co_return answer;
        }
    };
    return support::run(io, talk());
}

/// A self-signed certificate for localhost and 127.0.0.1.
struct TestCertificate {
    std::filesystem::path certificate;
    std::filesystem::path key;

    TestCertificate(const support::TempDir& dir, const std::string& name)
        : certificate(dir / (name + ".crt")), key(dir / (name + ".key")) {
        const std::string command =
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
            "-subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout " +
            key.string() + " -out " + certificate.string() + " 2>/dev/null";
        REQUIRE(std::system(command.c_str()) == 0);
    }
};

}  // namespace satchel::http
