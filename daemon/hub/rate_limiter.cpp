#include "daemon/hub/rate_limiter.h"

#include <algorithm>

namespace satchel::hub {

namespace {

constexpr double kBurstSeconds = 10;
/// Buckets kept; full ones say nothing and go first, then all: memory is bounded whatever comes.
constexpr std::size_t kBucketsMax = 50'000;

}  // namespace

bool RateLimiter::allow(const std::string& key, milliseconds now) {
    if (per_second_ <= 0) return true;
    if (buckets_.size() >= kBucketsMax) forget_full(now);
    const double full = std::max(1.0, per_second_ * kBurstSeconds);
    Bucket& bucket = buckets_.try_emplace(key, Bucket{full, now}).first->second;
    bucket = {filled(bucket, now), now};
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
}

double RateLimiter::filled(const Bucket& bucket, milliseconds now) const {
    const double passed_s = static_cast<double>((now - bucket.filled_at).count()) / 1000;
    const double full = std::max(1.0, per_second_ * kBurstSeconds);
    return std::min(full, bucket.tokens + std::max(0.0, passed_s) * per_second_);
}

void RateLimiter::forget_full(milliseconds now) {
    std::erase_if(buckets_, [&](const auto& entry) {
        return filled(entry.second, now) >= per_second_ * kBurstSeconds;
    });
    if (buckets_.size() >= kBucketsMax) buckets_.clear();
}

}  // namespace satchel::hub
