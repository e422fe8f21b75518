// What a hub counts for whoever watches it: numbers by kinds of requests, never by who asked. Only
// words of this program become labels, so nothing a request says can.
#pragma once

#include "shared/base/clock.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace satchel::hub {

/// One request that was answered.
struct Served {
    std::string_view method;
    std::string_view operation;  ///< "heads", "push"; "call" when it is none of ours
    unsigned status = 0;
    std::string_view refusal{};  ///< its name, when it was refused
    std::size_t received = 0;    ///< bytes of its body
    std::size_t sent = 0;        ///< bytes of the reply's body
    milliseconds took{};         ///< waiting for news included
    std::string_view device{};   ///< who, when a signature proved it
};

/// Told of each. On the hub's loop.
using OnServed = std::function<void(const Served&)>;

/// What is so at the moment.
struct Gauges {
    std::string version{};
    milliseconds uptime{};
    bool is_healthy = true;
    std::size_t connections = 0;
    std::size_t held_polls = 0;
    std::size_t sessions = 0;
    std::uint64_t devices = 0;
    std::uint64_t segments = 0;
    std::uint64_t stored_bytes = 0;
    std::uint64_t database_bytes = 0;
    std::uint64_t commits = 0;
    std::optional<milliseconds> backup_age{};
    std::optional<UnixMs> tls_expires{};
};

/// Counts since the start.
class Metrics {
  public:
    void count(const Served& served);
    /// All of it in the text format of Prometheus.
    [[nodiscard]] std::string text(const Gauges& gauges) const;

  private:
    struct ByOperation {
        std::map<unsigned, std::uint64_t> by_status;
        milliseconds took{};
    };

    std::map<std::string, ByOperation, std::less<>> operations_;
    std::map<std::string, std::uint64_t, std::less<>> refusals_;
    std::uint64_t received_ = 0;
    std::uint64_t sent_ = 0;
};

}  // namespace satchel::hub
