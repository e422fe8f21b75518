// The same lies in front of any Transport, without sockets: whatever carries a workspace has to
// stand the attacks that are told in its words.
#pragma once

#include "tests/hostile/lies.h"

#include <memory>

namespace satchel::hostile {

/// Passes every call on and changes what comes back. `lies` outlives it.
class TransportDouble final : public transport::Transport {
  public:
    TransportDouble(std::unique_ptr<transport::Transport> honest, const Lies& lies)
        : honest_(std::move(honest)), lies_(lies) {}

    asio::awaitable<Result<transport::HeadsReply>> heads(std::string etag,
                                                         std::chrono::seconds wait) override {
        auto reply = co_await honest_->heads(std::move(etag), wait);
        if (reply && lies_.heads) lies_.heads(*reply);
        co_return reply;
    }

    asio::awaitable<Result<transport::PushReply>> push(transport::PushRequest request) override {
        co_return co_await honest_->push(std::move(request));
    }

    asio::awaitable<Result<transport::PullReply>> pull(std::vector<transport::Cursor> cursors,
                                                       std::size_t max_bytes) override {
        auto reply = co_await honest_->pull(std::move(cursors), max_bytes);
        if (reply && lies_.pull) lies_.pull(*reply);
        co_return reply;
    }

    asio::awaitable<Result<std::vector<Bytes>>> members(std::uint64_t from,
                                                        std::chrono::seconds wait) override {
        auto entries = co_await honest_->members(from, wait);
        if (entries && lies_.members) lies_.members(*entries);
        co_return entries;
    }

    asio::awaitable<Status> add_member(Bytes entry) override {
        co_return co_await honest_->add_member(std::move(entry));
    }

    asio::awaitable<Result<std::vector<transport::JoinRequest>>> joins() override {
        auto requests = co_await honest_->joins();
        if (requests && lies_.joins) lies_.joins(*requests);
        co_return requests;
    }

    asio::awaitable<Status> invite(Hash256 code_hash, UnixMs expires_ms) override {
        co_return co_await honest_->invite(code_hash, expires_ms);
    }

    [[nodiscard]] transport::WireCounters counters() const override { return honest_->counters(); }

  private:
    std::unique_ptr<transport::Transport> honest_;
    const Lies& lies_;
};

}  // namespace satchel::hostile
