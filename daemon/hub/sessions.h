// Who is talking: sessions in memory, each with a nonce the hub drew and a counter that only grows.
// A hub that restarts forgets them all, and devices open new ones.
#pragma once

#include "daemon/crypto/random.h"
#include "shared/base/clock.h"
#include "shared/base/ids.h"
#include "shared/protocol/wire/hub_api.h"

#include <list>
#include <optional>
#include <unordered_map>

namespace satchel::hub {

/// One device's session.
struct Session {
    wire::SessionNonce nonce{};
    WorkspaceId workspace;
    DeviceId device;
    std::uint64_t counter = 0;  ///< of the last request that was accepted
    bool is_proven = false;     ///< a signed request came under it
    milliseconds used_at{};
};

/// All sessions. Opening one needs no proof, so sessions nobody has proven never push out proven
/// ones.
class Sessions {
  public:
    explicit Sessions(crypto::RandomSource& random) : random_(random) {}

    /// A new session. At most a few per device are kept; the oldest of the same standing goes.
    Result<wire::SessionNonce> open(const WorkspaceId& workspace,
                                    const DeviceId& device,
                                    milliseconds now);
    /// The session with this nonce that is not idle for too long, or null. Valid until the next
    /// call.
    Session* find(const wire::SessionNonce& nonce, milliseconds now);

    [[nodiscard]] std::size_t size() const { return by_nonce_.size(); }

  private:
    using Entry = std::list<Session>::iterator;

    struct NonceHash {
        std::size_t operator()(const wire::SessionNonce& nonce) const;
    };

    void make_room(const DeviceId& device, milliseconds now);
    void drop(const DeviceId& device, Entry entry);

    crypto::RandomSource& random_;
    std::unordered_map<DeviceId, std::list<Session>> by_device_;  // oldest first
    std::unordered_map<wire::SessionNonce, Entry, NonceHash> by_nonce_;
};

}  // namespace satchel::hub
