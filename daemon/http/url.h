// Addresses of hubs: scheme, host, port, nothing behind them.
#pragma once

#include "shared/base/result.h"

#include <string>
#include <string_view>

namespace satchel::http {

/// A hub's address taken apart.
struct Url {
    bool is_tls = false;
    std::string host;  ///< name or IP address, without brackets
    std::uint16_t port = 0;
    std::string authority;  ///< what the Host field says
};

/// Parses "https://host[:port]" or "http://…". Error: bad_config (user info, a path, a query, …).
Result<Url> parse_url(std::string_view text);
/// True for "localhost" and loopback IP addresses.
bool is_loopback_host(const std::string& host);

}  // namespace satchel::http
