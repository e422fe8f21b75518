// What a hostile hub does to what it says, in the words of daemon/transport/transport.h, so that
// the same lies can be told over every transport: http_double.h tells them over sockets,
// transport_double.h in front of any Transport.
#pragma once

#include "daemon/http/message.h"
#include "daemon/transport/transport.h"

#include <functional>
#include <string_view>
#include <vector>

namespace satchel::hostile {

/// Each changes one kind of reply on its way to the device that is lied to; what is not set is
/// passed on as it is.
struct Lies {
    std::function<void(transport::HeadsReply&)> heads{};
    std::function<void(transport::PullReply&)> pull{};
    std::function<void(std::vector<Bytes>& entries)> members{};
    std::function<void(std::vector<transport::JoinRequest>&)> joins{};
    /// The reply to `call` ("session", "heads", "pull", …) as it goes over a socket, after all the
    /// others. Other transports have no such thing.
    std::function<void(std::string_view call, http::Response&)> answer{};
};

}  // namespace satchel::hostile
