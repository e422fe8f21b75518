#include "tests/hostile/stage.h"

#include "daemon/transport/hub/setup.h"

namespace satchel::hostile {

namespace {

using std::chrono::seconds;

/// Of the workspace's devices these belong to it; the fourth has keys and comes later or never.
constexpr std::size_t kDevices = 3;

}  // namespace

Stage::Stage(Carrier carrier) : carrier_(carrier) {
    hub_settings.data_dir = dir / "hub";
    hub_settings.requests_per_second = 0;
    hub_settings.opens_per_second = 0;
    restart_hub();
    double_.emplace(io.get_executor(), hub->url());
    double_->start().value();
    desktop = std::make_unique<Client>(io, workspace, 0, kDevices, "desktop");
    laptop = std::make_unique<Client>(io, workspace, 1, kDevices, "laptop");
    phone = std::make_unique<Client>(io, workspace, 2, kDevices, "phone");
    desktop->connect(honest_settings());
    laptop->connect(honest_settings());
    found();
    end_lies();
    for (Client* client : {desktop.get(), laptop.get(), phone.get()}) write(*client, 2);
    settle();
    old_heads = heads();
    write(*desktop, 3);
    laptop->cycle();
    write(*laptop, 2);
    desktop->cycle();
}

Stage::~Stage() {
    auto stopping = [this]() -> asio::awaitable<int> {
        co_await double_->stop();
        co_return 0;
    };
    run(stopping());
    stop_hub();
}

void Stage::stop_hub() {
    auto stopping = [this]() -> asio::awaitable<int> {
        co_await hub->stop();
        co_return 0;
    };
    run(stopping());
    hub.reset();
}

void Stage::restart_hub() {
    hub.emplace(io.get_executor(), hub_settings, workspace.clock, [](const auto&, const auto&) {});
    hub->start().value();
    hub_settings.port = hub->port();
}

void Stage::connect_phone(std::string url) {
    transport::HubSettings settings = honest_settings();
    settings.url = std::move(url);
    settings.patience = std::chrono::milliseconds(300);
    phone->connect(settings);
}

void Stage::answer_raw(RawAnswer answer) {
    raw_ = std::make_unique<RawDouble>(io.get_executor(), hub->port(), std::move(answer));
    connect_phone(raw_->url());
}

void Stage::end_lies() {
    lies() = {};
    const bool is_by_sockets = carrier_ == Carrier::sockets;
    connect_phone(is_by_sockets ? double_->url() : hub->url());
    if (!is_by_sockets)
        phone->use(std::make_unique<TransportDouble>(phone->give_transport(), lies()));
}

transport::HubSettings Stage::honest_settings() const {
    transport::HubSettings settings;
    settings.url = hub->url();
    settings.hub_id = hub->hub_id();
    settings.workspace = workspace.keyring.workspace();
    return settings;
}

void Stage::found() {
    const crypto::DeviceKeys& keys = desktop->device.identity.keys;
    wire::EnrollRequest request;
    request.code = hub->new_admission(hub::AdmissionKind::founding, seconds(60)).value();
    request.workspace = workspace.keyring.workspace();
    request.ed_public = keys.ed_public();
    request.x_public = keys.x_public();
    request.genesis = workspace.members[0];
    const transport::Signer signer = [&](ByteView canonical) {
        return crypto::sign_request(keys, canonical);
    };
    run(transport::enroll(io.get_executor(), honest_settings(), std::move(request), signer))
        .value();
    transport::HubSettings settings = honest_settings();
    settings.device = desktop->id();
    observer_ = std::make_unique<transport::HubTransport>(
        io.get_executor(), settings, [this](ByteView canonical) {
            return crypto::sign_request(desktop->device.identity.keys, canonical);
        });
    for (std::size_t i = 1; i < kDevices; ++i) add_member(workspace.members[i]);
}

void Stage::add_member(const Bytes& entry) {
    Bytes copy = entry;
    run(observer_->add_member(std::move(copy))).value();
}

void Stage::write(Client& client, int count) {
    for (int i = 0; i < count; ++i) {
        client.device.insert(next_key_++);
        client.cycle();
    }
}

void Stage::settle() {
    for (int round = 0; round < 2; ++round)
        for (Client* client : {desktop.get(), laptop.get(), phone.get()}) client->cycle();
}

transport::HeadsReply Stage::heads() {
    return run(observer_->heads({}, seconds(0))).value();
}

std::vector<Bytes> Stage::members() {
    return run(observer_->members(0, seconds(0))).value();
}

std::vector<Bytes> Stage::log_of(const Client& client) {
    std::vector<transport::Cursor> cursors{{client.id(), lane(), 0}};
    return run(observer_->pull(std::move(cursors), 1u << 20)).value().segments;
}

}  // namespace satchel::hostile
