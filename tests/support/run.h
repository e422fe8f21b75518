// Runs a coroutine to its end inside a test. A failing REQUIRE inside it fails the test cleanly.
// The program that includes this links satchel::async, which carries Asio's compiled parts.
#pragma once

#include <chrono>
#include <future>
#include <stdexcept>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

namespace satchel::support {

/// Runs `io` until `work` has ended and returns its value; rethrows what it threw. Tasks that
/// `work` leaves behind on `io` stay queued and are destroyed with it. Throws std::logic_error when
/// `io` runs out of work first, which means that `work` waits for something that can never happen.
template <class T>
T run(boost::asio::io_context& io, boost::asio::awaitable<T> work) {
    auto outcome = boost::asio::co_spawn(io, std::move(work), boost::asio::use_future);
    io.restart();
    while (outcome.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
        if (io.run_one() == 0) throw std::logic_error("the coroutine waits for nothing");
    return outcome.get();
}

/// The same with an io_context of its own.
template <class T>
T run(boost::asio::awaitable<T> work) {
    boost::asio::io_context io(1);
    return run(io, std::move(work));
}

}  // namespace satchel::support
