// What the desktop is told of: sources that halt. Conflicts are told where a cycle ends.
#include "daemon/app/device_app.h"

namespace satchel::app {

asio::awaitable<void> DeviceApp::show_halts() {
    if (!membership_ || !options_.settings.notify) co_return;
    engine::Replica& replica = membership_->replica;
    std::set<std::string> now = co_await worker_.run([&replica] {
        std::set<std::string> names;
        for (const engine::SourceSlot& slot : replica.slots())
            if (slot.state == engine::SourceState::halted) names.insert(slot.declaration.name);
        return names;
    });
    for (const std::string& name : now)
        if (!halted_.contains(name))
            desktop_.show(
                "halt",
                "'" + name + "' stopped before doing harm and waits for you: satchelctl status");
    halted_ = std::move(now);
}

}  // namespace satchel::app
