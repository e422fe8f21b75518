// A hub that lies: stands in front of an honest one, passes on what devices ask, and changes what
// they hear. It keeps everything that came by, for lies that need something real.
#pragma once

#include "daemon/http/client.h"
#include "daemon/http/server.h"
#include "tests/hostile/lies.h"

#include <map>
#include <memory>
#include <string>

namespace satchel::hostile {

/// Listens on a loopback port from start() to stop().
class HttpDouble {
  public:
    /// `honest_url` is where the real hub is.
    HttpDouble(asio::any_io_executor executor, std::string honest_url);

    Status start() { return server_.start(); }

    asio::awaitable<void> stop() { return server_.stop(); }

    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(server_.port());
    }

    /// What this device is told from now on.
    std::map<DeviceId, Lies> lies;
    /// What all others are told; null for the truth, as when it is not set.
    std::function<const Lies*()> lies_to_others{};

  private:
    asio::awaitable<http::Response> answer(http::Request request);
    asio::awaitable<http::Response> ask(http::Request request);
    [[nodiscard]] const Lies* lies_to(const DeviceId& device) const;

    asio::any_io_executor executor_;
    std::string honest_url_;
    http::Server server_;
};

}  // namespace satchel::hostile
