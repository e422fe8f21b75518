// One workspace in the hub's memory: who belongs to it, its heads, who waits, and the wake-up of
// those who poll. Changed only after the database has the change.
#pragma once

#include "daemon/hub/store.h"
#include "shared/async/asio.h"

#include <list>
#include <map>
#include <string>
#include <unordered_map>

namespace satchel::hub {

/// Waking of everybody who waits for news.
class Notifier {
  public:
    explicit Notifier(asio::any_io_executor executor) : executor_(std::move(executor)) {}

    /// Wakes all who wait now.
    void notify();
    /// Returns when notified or at `until`, true when notified.
    asio::awaitable<bool> wait(asio::steady_timer::time_point until);

  private:
    asio::any_io_executor executor_;
    std::list<asio::steady_timer*> waiting_;
};

/// What a device is in a workspace.
enum class Standing : std::uint8_t { stranger, waiting, revoked, reader, member };

/// A workspace that exists.
class Workspace {
  public:
    /// Error: corrupt when the stored log does not verify.
    static Result<std::unique_ptr<Workspace>> make(const asio::any_io_executor& executor,
                                                   StoredWorkspace stored);

    [[nodiscard]] const crypto::Members& members() const { return members_; }

    [[nodiscard]] const std::vector<Bytes>& entries() const { return entries_; }

    [[nodiscard]] const std::vector<wire::WaitingDevice>& waiting() const { return waiting_; }

    [[nodiscard]] const std::map<DeviceId, StoredHead>& heads() const { return heads_; }

    [[nodiscard]] Standing standing_of(const DeviceId& device) const;
    /// Key of everybody but strangers, for whom it is null. Valid until the next change.
    [[nodiscard]] const wire::PublicKey* key_of(const DeviceId& device) const;

    [[nodiscard]] Notifier& news() { return news_; }

    /// Names this state of heads, members and waiting devices; in quotes, as HTTP wants it.
    const std::string& etag();
    /// The body of a heads reply.
    const Bytes& heads_body();

    /// What was stored since the workspace was read.
    void set_head(const DeviceId& device, std::uint64_t counter, ByteView body);
    void add_entry(Bytes entry);
    void add_waiting(wire::WaitingDevice device);

  private:
    Workspace(const asio::any_io_executor& executor,
              crypto::Members members,
              StoredWorkspace stored);
    void refresh();
    void changed();

    crypto::Members members_;
    std::vector<Bytes> entries_;
    std::vector<wire::WaitingDevice> waiting_;
    std::map<DeviceId, StoredHead> heads_;
    Notifier news_;
    std::string etag_{};  // empty: to be made
    Bytes heads_body_{};
};

/// All workspaces met so far; the others are in the store.
class Workspaces {
  public:
    Workspaces(asio::any_io_executor executor, HubStore& store)
        : executor_(std::move(executor)), store_(store) {}

    /// The workspace, or null when the hub has none of this id. Lives as long as this.
    asio::awaitable<Result<Workspace*>> find(WorkspaceId id);

  private:
    asio::any_io_executor executor_;
    HubStore& store_;
    std::unordered_map<WorkspaceId, std::unique_ptr<Workspace>> known_;
};

}  // namespace satchel::hub
