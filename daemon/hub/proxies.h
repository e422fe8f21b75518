// The proxies in front of a hub that are believed about whom they speak for. From anybody else
// X-Forwarded-For means nothing: with it a client could be another address with every request.
#pragma once

#include "shared/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace satchel::hub {

/// Addresses and networks, from start to end.
class TrustedProxies {
  public:
    /// Parses "127.0.0.1,10.0.0.0/8,::1"; empty: none. Errors: invalid_argument.
    static Result<TrustedProxies> parse(std::string_view list);

    /// True when a connection from this address is a proxy's.
    [[nodiscard]] bool contains(std::string_view address) const;
    /// Who asks: `peer`, or when that is trusted the nearest address in `forwarded`, the value of
    /// X-Forwarded-For, that is not. Whatever else stands there is the client's own invention.
    [[nodiscard]] std::string client_of(const std::string& peer, std::string_view forwarded) const;

  private:
    struct Network {
        std::vector<std::uint8_t> bytes;  ///< 4 or 16
        unsigned bits = 0;                ///< that count
    };

    std::vector<Network> networks_;
};

}  // namespace satchel::hub
