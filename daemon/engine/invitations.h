// Invitations this device has given out: a join string holds a one-time secret, and whoever proves
// to know it in time is added to the workspace by this device.
#pragma once

#include "daemon/engine/replica.h"
#include "daemon/transport/transport.h"
#include "shared/async/worker.h"
#include "shared/protocol/wire/join_string.h"

#include <list>
#include <set>
#include <string>
#include <vector>

namespace satchel::engine {

/// Open invitations; they live in memory only and end with the daemon or after ten minutes.
class Invitations {
  public:
    Invitations(Replica& replica,
                async::Worker& worker,
                const Clock& clock,
                crypto::RandomSource& random)
        : replica_(replica), worker_(worker), clock_(clock), random_(random) {}

    /// Makes a join string for a device to be called `name`; the hub is told to expect it. `hub`
    /// carries the hub's address, id and TLS pin.
    asio::awaitable<Result<std::string>> invite(std::string name,
                                                wire::JoinTicket hub,
                                                transport::Transport& transport);
    /// Looks at the hub's join requests and adds the devices that prove an invitation's secret.
    /// Others are left to a person, and named once in the sentences returned.
    asio::awaitable<Result<std::vector<std::string>>> admit_waiting(
        transport::Transport& transport);

  private:
    struct Open {
        std::string name;
        std::array<Byte, 16> secret{};
        UnixMs expires_ms = 0;
    };

    /// True when the device was let in by one of the open invitations.
    asio::awaitable<Result<bool>> try_all(const transport::JoinRequest& offered,
                                          transport::Transport& transport);
    asio::awaitable<Status> admit(const Open& invitation,
                                  const transport::JoinRequest& offered,
                                  transport::Transport& transport);

    Replica& replica_;
    async::Worker& worker_;
    const Clock& clock_;
    crypto::RandomSource& random_;
    std::set<Bytes> named_;  // proofs that held for no invitation
    std::list<Open> open_;   // a list: an invitation stays put while its admission waits
};

}  // namespace satchel::engine
