#include "daemon/hub/sessions.h"

#include <algorithm>
#include <cstring>

namespace satchel::hub {

namespace {

constexpr std::chrono::hours kIdleMax{1};
/// Two connections of a device, and as many again after a restart or a change of network.
constexpr std::ptrdiff_t kPerDevice = 8;

}  // namespace

std::size_t Sessions::NonceHash::operator()(const wire::SessionNonce& nonce) const {
    std::size_t value = 0;  // the nonce is random already
    std::memcpy(&value, nonce.data(), sizeof value);
    return value;
}

Result<wire::SessionNonce> Sessions::open(const WorkspaceId& workspace,
                                          const DeviceId& device,
                                          milliseconds now) {
    Session session;
    const Status is_drawn = random_.fill(session.nonce);
    if (!is_drawn) return is_drawn.error();
    session.workspace = workspace;
    session.device = device;
    session.used_at = now;
    make_room(device, now);
    std::list<Session>& sessions = by_device_[device];
    sessions.push_back(session);
    by_nonce_[session.nonce] = std::prev(sessions.end());
    return session.nonce;
}

Session* Sessions::find(const wire::SessionNonce& nonce, milliseconds now) {
    const auto found = by_nonce_.find(nonce);
    if (found == by_nonce_.end()) return nullptr;
    Session& session = *found->second;
    if (now - session.used_at > kIdleMax) {
        const DeviceId device = session.device;
        drop(device, found->second);
        return nullptr;
    }
    session.used_at = now;
    return &session;
}

void Sessions::make_room(const DeviceId& device, milliseconds now) {
    const auto of_device = by_device_.find(device);
    if (of_device == by_device_.end()) return;
    std::list<Session>& sessions = of_device->second;
    for (auto entry = sessions.begin(); entry != sessions.end();) {
        const auto next = std::next(entry);
        const bool is_idle = now - entry->used_at > kIdleMax;
        const auto peers = std::count_if(sessions.begin(), sessions.end(), [&](const Session& s) {
            return s.is_proven == entry->is_proven;
        });
        if (is_idle || peers >= kPerDevice) {
            by_nonce_.erase(entry->nonce);
            sessions.erase(entry);
        }
        entry = next;
    }
}

void Sessions::drop(const DeviceId& device, Entry entry) {
    by_nonce_.erase(entry->nonce);
    std::list<Session>& sessions = by_device_[device];
    sessions.erase(entry);
    if (sessions.empty()) by_device_.erase(device);
}

}  // namespace satchel::hub
