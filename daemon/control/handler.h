// What the server calls: a function per method, typed at the edge and JSON behind it.
#pragma once

#include "shared/async/asio.h"
#include "shared/base/result.h"
#include "shared/json/fields.h"
#include "shared/protocol/control/daemon.h"
#include "shared/protocol/control/message.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace satchel::control {

/// A call in hand. Valid until its handler has returned.
class CallContext {
  public:
    using SendProgress = std::function<void(const Progress&)>;

    explicit CallContext(SendProgress send) : send_(std::move(send)) {}

    /// Tells the caller how far the work is; never waits, and does nothing when the caller has
    /// gone.
    void progress(const Progress& progress) {
        if (send_) send_(progress);
    }

  private:
    SendProgress send_;
};

/// The untyped form the server keeps.
using Handler =
    std::function<asio::awaitable<Result<json::Value>>(json::Value params, CallContext& call)>;
using Handlers = std::map<std::string, Handler, std::less<>>;

namespace detail {

template <class Request, class Function>
auto call_function(const Function& function, const Request& request, CallContext& call) {
    if constexpr (std::is_invocable_v<const Function&, const Request&, CallContext&>)
        return function(request, call);
    else
        return function(request);
}

template <class T>
struct IsAwaitable : std::false_type {};

template <class T>
struct IsAwaitable<asio::awaitable<T>> : std::true_type {};

// `function` lives in the server's table, which outlives every call.
template <class Request, class Function>
asio::awaitable<Result<json::Value>> run_handler(const Function& function,
                                                 json::Value params,
                                                 CallContext& call) {
    using Answer = decltype(call_function(function, std::declval<const Request&>(), call));
    SATCHEL_CO_TRY(request, json::from_json<Request>(params, json::Unknown::refuse));
    if constexpr (IsAwaitable<Answer>::value) {
        auto running = call_function(function, request, call);
        Result<typename Request::Response> response = co_await std::move(running);
        if (!response) co_return std::move(response).error();
        co_return json::to_json(*response);
    } else {
        Result<typename Request::Response> response = call_function(function, request, call);
        if (!response) co_return std::move(response).error();
        co_return json::to_json(*response);
    }
}

}  // namespace detail

}  // namespace satchel::control
