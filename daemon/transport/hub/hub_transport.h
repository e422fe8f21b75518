// A workspace on a hub, over HTTP.
#pragma once

#include "daemon/transport/hub/settings.h"
#include "daemon/transport/transport.h"

#include <memory>

namespace satchel::transport {

class Channel;

/// Two connections: one for the calls of a cycle, one for calls that wait, so that neither holds up
/// the other. Connects at the first call.
class HubTransport final : public Transport {
  public:
    HubTransport(asio::any_io_executor executor, HubSettings settings, Signer signer);
    ~HubTransport() override;

    asio::awaitable<Result<HeadsReply>> heads(std::string etag, std::chrono::seconds wait) override;
    asio::awaitable<Result<PushReply>> push(PushRequest request) override;
    asio::awaitable<Result<PullReply>> pull(std::vector<Cursor> cursors,
                                            std::size_t max_bytes) override;
    asio::awaitable<Result<std::vector<Bytes>>> members(std::uint64_t from,
                                                        std::chrono::seconds wait) override;
    asio::awaitable<Status> add_member(Bytes entry) override;
    asio::awaitable<Result<std::vector<JoinRequest>>> joins() override;
    asio::awaitable<Status> invite(Hash256 code_hash, UnixMs expires_ms) override;
    [[nodiscard]] WireCounters counters() const override;

  private:
    [[nodiscard]] std::string target(std::string_view call) const;
    Channel& channel_for(std::chrono::seconds wait);

    HubSettings settings_;
    std::unique_ptr<Channel> calls_;
    std::unique_ptr<Channel> polls_;
};

}  // namespace satchel::transport
