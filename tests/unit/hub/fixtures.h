// A real hub on a free loopback port, and devices of one workspace that talk to it.
#pragma once

#include "daemon/crypto/join.h"
#include "daemon/crypto/seal.h"
#include "daemon/hub/hub.h"
#include "daemon/transport/hub/hub_transport.h"
#include "daemon/transport/hub/setup.h"
#include "shared/platform/system_clock.h"
#include "tests/support/result_text.h"
#include "tests/support/run.h"
#include "tests/support/temp_dir.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <doctest/doctest.h>

namespace satchel::test {

using namespace std::chrono_literals;

/// A device with its keys.
struct Device {
    crypto::DeviceKeys keys;

    static Device make() {
        crypto::KernelRandom random;
        return {crypto::DeviceKeys(*crypto::ApiKey::create(random))};
    }

    [[nodiscard]] transport::Signer signer() const {
        return [this](ByteView canonical) { return crypto::sign_request(keys, canonical); };
    }
};

/// A hub, the founder of a workspace and that workspace's keys.
struct HubWorld {
    support::TempDir dir{};
    platform::SystemClock clock{};
    asio::io_context io{1};
    crypto::KernelRandom random{};
    hub::HubSettings settings{};
    std::optional<hub::Hub> hub{};
    crypto::Keyring keyring = *crypto::Keyring::create(random);
    Device founder = Device::make();

    HubWorld() {
        settings.data_dir = dir / "hub";
        settings.requests_per_second = 0;
        settings.opens_per_second = 0;
    }

    ~HubWorld() { stop(); }

    void start() {
        hub.emplace(io.get_executor(), settings, clock, [](const auto& where, const auto& what) {
            FAIL_CHECK("the hub failed: " << where << ": " << what);
        });
        const Status started = hub->start();
        if (!started) MESSAGE(started.error().message);
        REQUIRE(started);
    }

    void stop() {
        if (!hub) return;
        auto stopping = [this]() -> asio::awaitable<int> {
            co_await hub->stop();
            co_return 0;
        };
        support::run(io, stopping());
        hub.reset();
    }

    template <class T>
    T run(asio::awaitable<T> work) {
        return support::run(io, std::move(work));
    }

    [[nodiscard]] transport::HubSettings device_settings(const Device& device) const {
        transport::HubSettings wanted;
        wanted.url = hub->url();
        wanted.hub_id = hub->hub_id();
        wanted.workspace = keyring.workspace();
        wanted.device = device.keys.device();
        return wanted;
    }

    [[nodiscard]] std::unique_ptr<transport::HubTransport> connect(const Device& device) {
        return std::make_unique<transport::HubTransport>(
            io.get_executor(), device_settings(device), device.signer());
    }

    Result<wire::EnrollReply> enroll(const Device& device,
                                     const std::string& code,
                                     std::optional<Bytes> genesis = std::nullopt,
                                     std::vector<Bytes> later_entries = {}) {
        wire::EnrollRequest request;
        request.code = code;
        request.workspace = genesis ? keyring.workspace() : WorkspaceId{};
        request.ed_public = device.keys.ed_public();
        request.x_public = device.keys.x_public();
        request.sealed_name = {1, 2, 3};
        request.proof = {4, 5, 6};
        request.genesis = std::move(genesis);
        request.later_entries = std::move(later_entries);
        return run(transport::enroll(
            io.get_executor(), device_settings(device), std::move(request), device.signer()));
    }

    [[nodiscard]] Bytes genesis() {
        return *crypto::make_genesis(keyring, founder.keys, "desk", random);
    }

    /// Starts the hub and lets the founder found.
    void found() {
        start();
        const auto code = hub->new_admission(hub::AdmissionKind::founding, 60s);
        REQUIRE(code);
        const auto enrolled = enroll(founder, *code, genesis());
        if (!enrolled) MESSAGE(enrolled.error().message);
        REQUIRE(enrolled);
        REQUIRE(enrolled->is_member);
    }

    /// The entry that adds `device`, made by the founder from the log as the hub has it.
    [[nodiscard]] Bytes entry_adding(const Device& device) {
        auto log = run(connect(founder)->members(0, 0s));
        REQUIRE(log);
        const auto members = crypto::Members::verify(*log, std::nullopt);
        REQUIRE(members);
        const crypto::Newcomer newcomer{
            device.keys.device(), device.keys.ed_public(), device.keys.x_public(), "laptop"};
        return *crypto::make_add(keyring, founder.keys, *members, newcomer, random);
    }

    void add(const Device& device) {
        REQUIRE(run(connect(founder)->add_member(entry_adding(device))));
    }

    [[nodiscard]] Bytes segment(const Device& device,
                                std::uint64_t from,
                                std::uint64_t to,
                                std::size_t size = 100) {
        Bytes plain(size);
        REQUIRE(random.fill(plain));
        const crypto::SegmentPosition position{LaneId{1}, from, to, {}};
        return *crypto::seal_segment(keyring, device.keys, position, plain, random);
    }

    [[nodiscard]] Bytes head(const Device& device, std::uint64_t counter) {
        wire::HeadClear clear;
        clear.counter = counter;
        const Bytes payload = {9};
        return *crypto::seal_head(keyring, device.keys, clear, payload, random);
    }
};

/// The code of a failed result, for CHECK; `failed` stands for success, which no call here returns.
template <class T>
ErrorCode code_of(const Result<T>& result) {
    return result ? ErrorCode::failed : result.error().code;
}

}  // namespace satchel::test
