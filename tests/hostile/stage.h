// Where an attack is played: an honest hub with a double in front of it, and three devices that
// agreed until desktop and laptop wrote something the phone has not heard yet. The phone is lied
// to.
#pragma once

#include "daemon/hub/hub.h"
#include "tests/hostile/client.h"
#include "tests/hostile/http_double.h"
#include "tests/hostile/raw_double.h"
#include "tests/hostile/transport_double.h"
#include "tests/support/temp_dir.h"

#include <optional>

namespace satchel::hostile {

/// Where the lies are told.
enum class Carrier : std::uint8_t {
    sockets,    ///< by a double that listens in front of the hub
    transport,  ///< by one in front of the device's own transport
};

/// One hub, one workspace, three devices.
class Stage {
  public:
    explicit Stage(Carrier carrier = Carrier::sockets);
    ~Stage();

    template <class T>
    T run(asio::awaitable<T> work) {
        return support::run(io, std::move(work));
    }

    /// What the phone is told.
    Lies& lies() { return double_->lies[phone->id()]; }

    /// What the phone gets in the place of one reply, byte by byte.
    void answer_raw(RawAnswer answer);
    /// The phone hears the truth again.
    void end_lies();

    /// `count` new rows, each captured and sent on its own.
    void write(Client& client, int count);
    /// Cycles of all devices until each has what the others have.
    void settle();

    /// The hub goes, and comes back where it was with what its folder holds then.
    void stop_hub();
    void restart_hub();

    /// The hub takes a further entry.
    void add_member(const Bytes& entry);

    /// The truth, as the honest hub has it.
    transport::HeadsReply heads();
    std::vector<Bytes> members();
    /// Everything `client` has pushed, in order.
    std::vector<Bytes> log_of(const Client& client);

    [[nodiscard]] transport::HubSettings honest_settings() const;

    [[nodiscard]] LaneId lane() const { return desktop->device.replica.ids().lane("app"); }

    asio::io_context io{1};
    support::TempDir dir{};
    engine::Workspace workspace{4};
    hub::HubSettings hub_settings{};
    std::optional<hub::Hub> hub{};
    std::optional<HttpDouble> double_{};
    std::unique_ptr<Client> desktop{};
    std::unique_ptr<Client> laptop{};
    std::unique_ptr<Client> phone{};
    transport::HeadsReply old_heads{};  ///< when all agreed

  private:
    void found();
    void connect_phone(std::string url);

    Carrier carrier_;
    std::unique_ptr<transport::Transport> observer_{};
    std::unique_ptr<RawDouble> raw_{};
    std::int64_t next_key_ = 1;
};

}  // namespace satchel::hostile
