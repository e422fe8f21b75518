#include "shared/async/trigger.h"

#include <utility>

#include <boost/asio/redirect_error.hpp>

namespace satchel::async {

void Trigger::set() {
    is_set_ = true;
    timer_.cancel();
}

asio::awaitable<bool> Trigger::wait_for(std::chrono::milliseconds limit) {
    if (!is_set_) {
        timer_.expires_after(limit);
        boost::system::error_code ended;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ended));
        const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
        const bool is_cancelled = state.cancelled() != asio::cancellation_type::none;
        if (is_cancelled) throw boost::system::system_error(asio::error::operation_aborted);
    }
    co_return std::exchange(is_set_, false);
}

}  // namespace satchel::async
