// A device as it is in the daemon: replica, sealing, cycle, and the transport it has there; only
// its application is made up, and its clock moves when a test says so.
#pragma once

#include "daemon/engine/cycle.h"
#include "daemon/transport/hub/hub_transport.h"
#include "tests/support/run.h"
#include "tests/unit/engine/replica_fixture.h"

#include <memory>
#include <string>

namespace satchel::hostile {

/// What a cycle said, all of it.
struct Heard {
    bool is_done = false;
    ErrorCode code{};
    std::uint64_t requests = 0;
    std::string text;  ///< alarms, notes, the error and what stands in the status
};

/// What a device holds: equal before and after an attack that changed nothing.
struct Held {
    std::vector<std::map<std::int64_t, simulation::AppRow>> tables;
    std::map<LaneId, Hash256> digests;
    std::map<LaneId, core::VersionVector> vectors;
    std::uint64_t members = 0;

    bool operator==(const Held&) const = default;
};

/// One device of a workspace.
class Client {
  public:
    Client(asio::io_context& io,
           engine::Workspace& workspace,
           std::size_t number,
           std::size_t known_members,
           const std::string& name)
        : device(workspace, number, known_members),
          io_(io),
          worker_(io.get_executor()),
          invitations(device.replica, worker_, workspace.clock, workspace.random) {
        device.identity.device_name = name;
        const auto keep = [&](engine::Step& step) -> Status {
            for (std::size_t i = 0; i < known_members; ++i) {
                auto kept = store::add_member(step.transaction, i, workspace.members[i]);
                if (!kept) return kept;
            }
            return ok();
        };
        device.replica.in_step(keep).value();
    }

    /// Speaks to the hub at `url` from now on.
    void connect(transport::HubSettings settings) {
        settings.workspace = device.workspace.keyring.workspace();
        settings.device = id();
        use(std::make_unique<transport::HubTransport>(
            io_.get_executor(), std::move(settings), [this](ByteView canonical) {
                return crypto::sign_request(device.identity.keys, canonical);
            }));
    }

    /// The same through any transport.
    void use(std::unique_ptr<transport::Transport> transport) {
        parts_.reset();
        transport_ = std::move(transport);
        parts_ = std::make_unique<engine::CycleParts>(engine::CycleParts{
            device.replica, worker_, *transport_, invitations, device.workspace.clock, [] {
                return false;
            }});
    }

    [[nodiscard]] std::unique_ptr<transport::Transport> give_transport() {
        parts_.reset();
        return std::move(transport_);
    }

    [[nodiscard]] transport::Transport& transport() { return *transport_; }

    [[nodiscard]] DeviceId id() const { return device.identity.device; }

    Heard cycle() {
        engine::CycleRequest request;
        request.reason = "interval";
        const auto result = support::run(io_, engine::run_cycle(*parts_, std::move(request)));
        Heard heard;
        heard.is_done = result.has_value();
        const auto add = [&](const std::vector<std::string>& sentences) {
            for (const std::string& sentence : sentences) heard.text += sentence + "\n";
        };
        if (result) {
            heard.requests = result->requests;
            add(result->alarms);
            add(result->captured.notes);
            add(result->applied.notes);
        } else {
            heard.code = result.error().code;
            heard.text += result.error().message + "\n" + result.error().hint + "\n";
        }
        for (const engine::Alarm& alarm : device.replica.alarms())
            heard.text += engine::sentence(alarm) + "\n";
        return heard;
    }

    [[nodiscard]] Held held() const {
        Held held;
        held.tables = device.tables();
        for (const auto& [id, lane] : device.replica.ledger().lanes()) {
            held.digests[id] = lane.digest.bytes();
            held.vectors[id] = lane.vector();
        }
        held.members = device.identity.members.next_number();
        return held;
    }

    engine::Device device;

  private:
    asio::io_context& io_;
    async::Worker worker_;

  public:
    engine::Invitations invitations;

  private:
    std::unique_ptr<transport::Transport> transport_;
    std::unique_ptr<engine::CycleParts> parts_;
};

}  // namespace satchel::hostile
