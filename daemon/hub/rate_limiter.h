// Token buckets by key: a steady rate with room for bursts.
#pragma once

#include "shared/base/clock.h"

#include <optional>
#include <string>
#include <unordered_map>

namespace satchel::hub {

/// Limits how often each key may do something.
class RateLimiter {
  public:
    /// `per_second` of zero allows everything. A burst may use ten seconds' worth.
    explicit RateLimiter(double per_second) : per_second_(per_second) {}

    /// Takes one token; false when there is none.
    bool allow(const std::string& key, milliseconds now);

    [[nodiscard]] std::size_t size() const { return buckets_.size(); }

  private:
    struct Bucket {
        double tokens;
        milliseconds filled_at;
    };

    void forget_full(milliseconds now);
    [[nodiscard]] double filled(const Bucket& bucket, milliseconds now) const;

    double per_second_;
    std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace satchel::hub
