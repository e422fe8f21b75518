#include "daemon/hub/workspace.h"

#include "shared/base/base32.h"

#include <algorithm>

#include <boost/asio/as_tuple.hpp>

namespace satchel::hub {

namespace {

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
/// Enough of a hash to tell states apart; keeps the idle request small.
constexpr std::size_t kEtagBytes = 15;

/// Keeps a timer in the list of those to wake for as long as this lives.
class Listed {
  public:
    Listed(std::list<asio::steady_timer*>& list, asio::steady_timer& timer)
        : list_(list), at_(list.insert(list.end(), &timer)) {}

    Listed(const Listed&) = delete;
    Listed& operator=(const Listed&) = delete;

    ~Listed() { list_.erase(at_); }

  private:
    std::list<asio::steady_timer*>& list_;
    std::list<asio::steady_timer*>::iterator at_;
};

}  // namespace

void Notifier::notify() {
    for (asio::steady_timer* timer : waiting_) timer->cancel();
}

asio::awaitable<bool> Notifier::wait(asio::steady_timer::time_point until) {
    asio::steady_timer timer(executor_, until);
    const Listed listed(waiting_, timer);
    const auto [ended] = co_await timer.async_wait(kNoThrow);
    co_return ended == asio::error::operation_aborted;
}

Result<std::unique_ptr<Workspace>> Workspace::make(const asio::any_io_executor& executor,
                                                   StoredWorkspace stored) {
    SATCHEL_TRY(members, crypto::Members::verify(stored.entries, std::nullopt));
    std::erase_if(stored.waiting, [&](const wire::WaitingDevice& device) {
        return members.find(device.device) != nullptr;
    });
    return std::unique_ptr<Workspace>(
        new Workspace(executor, std::move(members), std::move(stored)));
}

Workspace::Workspace(const asio::any_io_executor& executor,
                     crypto::Members members,
                     StoredWorkspace stored)
    : members_(std::move(members)),
      entries_(std::move(stored.entries)),
      waiting_(std::move(stored.waiting)),
      heads_(std::move(stored.heads)),
      news_(executor) {}

Standing Workspace::standing_of(const DeviceId& device) const {
    if (const crypto::Member* member = members_.find(device)) {
        if (!member->is_active()) return Standing::revoked;
        const bool is_reader = member->role == crypto::MemberRole::reader;
        return is_reader ? Standing::reader : Standing::member;
    }
    const bool waits = std::ranges::any_of(
        waiting_, [&](const wire::WaitingDevice& waiting) { return waiting.device == device; });
    return waits ? Standing::waiting : Standing::stranger;
}

const wire::PublicKey* Workspace::key_of(const DeviceId& device) const {
    if (const crypto::Member* member = members_.find(device)) return &member->ed_public;
    for (const wire::WaitingDevice& waiting : waiting_)
        if (waiting.device == device) return &waiting.ed_public;
    return nullptr;
}

const std::string& Workspace::etag() {
    refresh();
    return etag_;
}

const Bytes& Workspace::heads_body() {
    refresh();
    return heads_body_;
}

void Workspace::refresh() {
    if (!etag_.empty()) return;
    wire::HeadsBody body;
    body.member_count = static_cast<std::uint32_t>(entries_.size());
    body.join_count = static_cast<std::uint32_t>(waiting_.size());
    for (const auto& [device, head] : heads_) body.heads.emplace_back(head.body);
    heads_body_ = wire::encode_heads(body);
    // The log's head too: equal counts must not hide another log.
    const Hash256 hash = crypto::sha256({members_.head_hash(), heads_body_});
    etag_ = "\"" + to_base32(ByteView(hash).first(kEtagBytes)) + "\"";
}

void Workspace::changed() {
    etag_.clear();
    news_.notify();
}

void Workspace::set_head(const DeviceId& device, std::uint64_t counter, ByteView body) {
    // What came while the device was being revoked is not told to anybody.
    if (members_.find_active(device) == nullptr) return;
    StoredHead& head = heads_[device];
    // Two pushes may come back from the store in either order.
    if (!head.body.empty() && head.counter >= counter) return;
    head = {counter, to_bytes(body)};
    changed();
}

void Workspace::add_entry(Bytes entry) {
    if (!members_.append(entry)) return;
    entries_.push_back(std::move(entry));
    const DeviceId device = members_.entries().back().device;
    std::erase_if(waiting_, [&](const wire::WaitingDevice& w) { return w.device == device; });
    changed();
}

void Workspace::add_waiting(wire::WaitingDevice device) {
    if (members_.find(device.device) != nullptr) return;
    std::erase_if(waiting_,
                  [&](const wire::WaitingDevice& w) { return w.device == device.device; });
    waiting_.push_back(std::move(device));
    changed();
}

asio::awaitable<Result<Workspace*>> Workspaces::find(WorkspaceId id) {
    if (const auto found = known_.find(id); found != known_.end()) co_return found->second.get();
    SATCHEL_CO_TRY(stored, co_await store_.load(id));
    if (!stored) co_return nullptr;
    SATCHEL_CO_TRY(made, Workspace::make(executor_, std::move(*stored)));
    // Whoever was first while this one read has the right one: it got all changes since.
    co_return known_.try_emplace(id, std::move(made)).first->second.get();
}

}  // namespace satchel::hub
