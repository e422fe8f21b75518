// The envelope on the control socket: JSON-RPC 2.0 objects, one per line. A client's first message
// is the request `hello`; then come requests with ids, replies with the same ids, and, from the
// daemon, notifications without an id (progress of a call, events of a subscription).
#pragma once

#include "shared/base/error.h"
#include "shared/json/fields.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>

namespace satchel::control {

inline constexpr std::string_view kHelloMethod = "hello";

/// What the daemon answers to `hello`.
struct HelloResponse {
    std::string server{};   ///< "satcheld"
    std::string role{};     ///< "device" or "hub"
    std::string version{};  ///< of the program
    int protocol = 0;
    std::int64_t pid = 0;
    static constexpr auto kFields = std::tuple{
        json::Field<&HelloResponse::server>{"server"},
        json::Field<&HelloResponse::role>{"role"},
        json::Field<&HelloResponse::version>{"version"},
        json::Field<&HelloResponse::protocol>{"protocol", json::Need::required},
        json::Field<&HelloResponse::pid>{"pid"},
    };
};

/// The first message of every connection.
struct HelloRequest {
    static constexpr std::string_view kMethod = kHelloMethod;
    using Response = HelloResponse;
    std::string client{};   ///< name of the program
    std::string version{};  ///< of the program
    int protocol = 0;
    static constexpr auto kFields = std::tuple{
        json::Field<&HelloRequest::client>{"client"},
        json::Field<&HelloRequest::version>{"version"},
        json::Field<&HelloRequest::protocol>{"protocol", json::Need::required},
    };
};

/// A call that wants a reply.
struct Call {
    std::int64_t id = 0;
    std::string method{};
    json::Value params{};
};

/// The reply to the call with the same id. A reply to a line that could not be read has no id.
struct Reply {
    std::optional<std::int64_t> id{};
    Result<json::Value> result = json::Value{};
    /// JSON-RPC number of the error; 0 takes it from the error's code.
    int number = 0;
};

/// One way, from the daemon: "progress" or "event".
struct Notification {
    std::string method{};
    json::Value params{};
};

using Message = std::variant<Call, Reply, Notification>;

/// Parses one line (with or without its newline). Fails with `corrupt` for what is not JSON,
/// `too_large` over the frame limit and `invalid_argument` for JSON that is no message. Never
/// throws.
Result<Message> parse_message(std::string_view line);

inline constexpr int kRpcInvalidRequest = -32600;
inline constexpr int kRpcUnknownMethod = -32601;

/// Each prints one line that ends in a newline.
std::string print_message(const Call& call);
std::string print_message(const Reply& reply);
std::string print_message(const Notification& notification);

/// The JSON-RPC number that an error travels with; its table name travels beside it.
int rpc_number(ErrorCode code);

/// An error as it stands in a reply, and under `--json`: {code, message, hint}.
json::Value error_to_json(const Error& error);

/// A call of a request struct.
template <class Request>
Call make_call(std::int64_t id, const Request& request) {
    return Call{id, std::string(Request::kMethod), json::to_json(request)};
}

}  // namespace satchel::control
