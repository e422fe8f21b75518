#include "tests/hostile/raw_double.h"

#include <array>
#include <list>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

namespace satchel::hostile {

namespace {

using asio::ip::tcp;
constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);

}  // namespace

class RawDouble::Impl : public std::enable_shared_from_this<RawDouble::Impl> {
  public:
    Impl(const asio::any_io_executor& executor, std::uint16_t honest_port, RawAnswer answer)
        : acceptor_(executor, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
          honest_(asio::ip::address_v4::loopback(), honest_port),
          answer_(std::move(answer)) {}

    asio::awaitable<void> serve() {
        // Until the acceptor is closed.
        while (true) {
            auto [failed, near] = co_await acceptor_.async_accept(kNoThrow);
            if (failed) co_return;
            auto pair =
                std::make_shared<Pair>(std::move(near), tcp::socket(acceptor_.get_executor()));
            open_.push_back(pair);
            start(listen(pair));
        }
    }

    void start(asio::awaitable<void> work) {
        asio::co_spawn(acceptor_.get_executor(),
                       std::move(work),
                       [self = shared_from_this()](const std::exception_ptr&) {});
    }

    void close() {
        boost::system::error_code ignored;
        acceptor_.close(ignored);
        for (const auto& pair : open_) pair->close();
    }

    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

    std::uint64_t sent = 0;

  private:
    struct Pair {
        Pair(tcp::socket one, tcp::socket other) : near(std::move(one)), far(std::move(other)) {}

        void close() {
            boost::system::error_code ignored;
            near.close(ignored);
            far.close(ignored);
        }

        tcp::socket near;
        tcp::socket far;
    };

    /// From the device to the honest place, until it asks for what is answered otherwise.
    asio::awaitable<void> listen(std::shared_ptr<Pair> pair) {
        const auto [refused] = co_await pair->far.async_connect(honest_, kNoThrow);
        if (!refused) start(pass_back(pair));
        std::array<char, 65'536> bytes;
        const auto room = asio::buffer(bytes);
        while (!refused) {
            const auto [failed, count] = co_await pair->near.async_read_some(room, kNoThrow);
            if (failed) break;
            const std::string_view chunk(bytes.data(), count);
            if (chunk.find(answer_.trigger) != chunk.npos) {
                co_await misbehave(*pair);
                break;
            }
            const auto all = asio::buffer(bytes.data(), count);
            const auto [lost, wrote] = co_await asio::async_write(pair->far, all, kNoThrow);
            if (lost) break;
        }
        pair->close();
    }

    asio::awaitable<void> pass_back(std::shared_ptr<Pair> pair) {
        std::array<char, 65'536> bytes;
        const auto room = asio::buffer(bytes);
        while (true) {
            const auto [failed, count] = co_await pair->far.async_read_some(room, kNoThrow);
            if (failed) co_return;
            const auto all = asio::buffer(bytes.data(), count);
            const auto [lost, wrote] = co_await asio::async_write(pair->near, all, kNoThrow);
            if (lost) co_return;
        }
    }

    asio::awaitable<void> misbehave(Pair& pair) {
        const auto first = asio::buffer(answer_.first);
        const auto [lost, wrote] = co_await asio::async_write(pair.near, first, kNoThrow);
        sent += wrote;
        asio::steady_timer timer(acceptor_.get_executor());
        const auto again = asio::buffer(answer_.repeated);
        for (std::uint64_t i = 0; i < answer_.times && !lost; ++i) {
            timer.expires_after(answer_.pause);
            if (answer_.pause.count() > 0) co_await timer.async_wait(kNoThrow);
            const auto [gone, more] = co_await asio::async_write(pair.near, again, kNoThrow);
            sent += more;
            if (gone) co_return;
        }
        // What was sent is to arrive before the end is.
        timer.expires_after(std::chrono::milliseconds(20));
        co_await timer.async_wait(kNoThrow);
    }

    tcp::acceptor acceptor_;
    tcp::endpoint honest_;
    RawAnswer answer_;
    std::list<std::shared_ptr<Pair>> open_;
};

RawDouble::RawDouble(const asio::any_io_executor& executor,
                     std::uint16_t honest_port,
                     RawAnswer answer)
    : impl_(std::make_shared<Impl>(executor, honest_port, std::move(answer))) {
    impl_->start(impl_->serve());
}

RawDouble::~RawDouble() {
    impl_->close();
}

std::string RawDouble::url() const {
    return "http://127.0.0.1:" + std::to_string(impl_->port());
}

std::uint64_t RawDouble::sent() const {
    return impl_->sent;
}

}  // namespace satchel::hostile
