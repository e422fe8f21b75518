// A hub whose very bytes are hostile: passes a connection on to an honest place until the device
// asks for one thing, then answers as no HTTP server would.
#pragma once

#include "shared/async/asio.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace satchel::hostile {

/// What comes instead of a reply: `first`, then `repeated` again and again.
struct RawAnswer {
    std::string trigger;  ///< in the device's request, such as "/heads"
    std::string first;
    std::string repeated{};
    std::uint64_t times = 0;
    std::chrono::milliseconds pause{0};  ///< before each repetition
};

/// Listens on a loopback port as long as its loop runs and it lives.
class RawDouble {
  public:
    RawDouble(const asio::any_io_executor& executor, std::uint16_t honest_port, RawAnswer answer);
    ~RawDouble();
    RawDouble(const RawDouble&) = delete;
    RawDouble& operator=(const RawDouble&) = delete;

    [[nodiscard]] std::string url() const;

    /// Bytes of its own that it got rid of.
    [[nodiscard]] std::uint64_t sent() const;

  private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace satchel::hostile
