#include "daemon/transport/hub/channel.h"

#include "daemon/crypto/hash.h"
#include "shared/base/base32.h"

#include <boost/asio/as_tuple.hpp>

namespace satchel::transport {

namespace {

using std::chrono::milliseconds;
using wire::HubRefusal;

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);

/// Gives the turn to the next call.
class Turn {
  public:
    Turn(bool& is_busy, asio::steady_timer& freed) : is_busy_(is_busy), freed_(freed) {
        is_busy_ = true;
    }

    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    ~Turn() {
        is_busy_ = false;
        freed_.cancel_one();
    }

  private:
    bool& is_busy_;
    asio::steady_timer& freed_;
};

ErrorCode code_of_status(unsigned status) {
    switch (status) {
        case 401:
        case 403:
            return ErrorCode::refused;
        case 413:
            return ErrorCode::too_large;
        case 429:
            return ErrorCode::rate_limited;
        case 408:
        case 502:
        case 503:
        case 504:
            return ErrorCode::busy;
        case 507:
            return ErrorCode::disk_full;
        default:
            return ErrorCode::corrupt;
    }
}

/// What a person can do about a refusal; empty when it passes by itself or says enough.
std::string_view next_step(HubRefusal refusal) {
    switch (refusal) {
        case HubRefusal::bad_signature:
            return "the key in 'device.key' is not the one the hub knows for this device: put the "
                   "right file back, or let this device in again with 'satchelctl sync setup'";
        case HubRefusal::unknown_device:
            return "this hub never knew this device, or was made anew: see its address with "
                   "'satchelctl status', and let this device in with 'satchelctl sync setup'";
        case HubRefusal::quota_full:
            return "whoever runs the hub can give it more room; nothing is lost meanwhile";
        case HubRefusal::defect:
            return "whoever runs the hub finds the reason in its log";
        default:
            return {};
    }
}

bool asks_for_session(const http::Response& response) {
    if (response.status != 401) return false;
    const auto refusal = wire::decode_refusal(response.body);
    return refusal == HubRefusal::unknown_session || refusal == HubRefusal::replayed;
}

Error another_hub(const HubSettings& settings) {
    return {ErrorCode::halted,
            "open a session: another hub answers at '" + settings.url + "'",
            "if the hub was replaced on purpose, move there with 'satchelctl sync "
            "setup' and a join string of it"};
}

}  // namespace

http::ClientSettings client_settings(const HubSettings& settings) {
    http::ClientSettings client;
    client.url = settings.url;
    client.tls_pin = settings.tls_pin;
    client.allow_plaintext = settings.allow_plaintext;
    client.body_bytes_max = wire::kReplyBytesMax;
    return client;
}

Error strange_reply(Error error, const HubSettings& settings) {
    return std::move(error)
        .at("hub '" + settings.url + "'")
        .with_hint(
            "something between here and the hub changes what it says, or no hub answers at "
            "this address; nothing was taken from it");
}

Error refusal_error(const http::Response& response) {
    const std::string status = std::to_string(response.status);
    const auto refusal = wire::decode_refusal(response.body);
    // A proxy's own words: the hub behind it is not there.
    const bool is_gateway = response.status >= 502 && response.status <= 504;
    if (!refusal && is_gateway)
        return {code_of_status(response.status),
                "ask the hub: what stands before it answered with status " + status,
                "see that the hub runs behind its proxy: on its machine, systemctl status "
                "satcheld-hub"};
    if (!refusal)
        return {code_of_status(response.status), "ask the hub: it answered with status " + status};
    const wire::HubRefusalRow& row = wire::hub_refusal_row(*refusal);
    return {row.code, "ask the hub: " + std::string(row.text), std::string(next_step(*refusal))};
}

Channel::Channel(asio::any_io_executor executor, const HubSettings& settings, Signer signer)
    : settings_(settings),
      signer_(std::move(signer)),
      client_(executor, client_settings(settings)),
      freed_(executor, asio::steady_timer::time_point::max()) {}

asio::awaitable<Result<http::Response>> Channel::call(HubCall call) {
    if (settings_.is_disconnected)
        co_return Error{ErrorCode::offline,
                        "this device is disconnected from its hub, as it was told",
                        "satchelctl sync connect"};
    while (is_busy_) co_await freed_.async_wait(kNoThrow);
    const Turn turn(is_busy_, freed_);
    // A hub forgets sessions when it restarts: one more try with a new one, no more.
    for (int tries_left = 2;; --tries_left) {
        if (!session_) {
            const Status is_open = co_await open_session();
            if (!is_open) co_return is_open.error();
        }
        http::Request request = signed_request(call);
        const milliseconds limit = call.limit;
        auto response = co_await client_.send(std::move(request), limit);
        if (!response) co_return std::move(response).error();
        if (response->status == 200 || response->status == 304) co_return std::move(*response);
        if (!asks_for_session(*response) || tries_left == 1) co_return refusal_error(*response);
        session_.reset();
    }
}

asio::awaitable<Status> Channel::open_session() {
    http::Request request;
    request.method = "POST";
    request.target = wire::kTargetSession;
    request.body = wire::encode_session_request({settings_.workspace, settings_.device});
    SATCHEL_CO_TRY(response, co_await client_.send(std::move(request), settings_.patience));
    if (response.status != 200) {
        // A hub that does not know us may be one we never were with.
        const bool is_elsewhere = response.status == 403 && co_await is_another_hub();
        if (is_elsewhere) co_return another_hub(settings_);
        co_return refusal_error(response).at("open a session");
    }
    auto reply = wire::decode_session_reply(response.body);
    if (!reply) co_return strange_reply(std::move(reply).error().at("open a session"), settings_);
    if (!settings_.hub_id.empty() && reply->hub.hub_id != settings_.hub_id)
        co_return another_hub(settings_);
    session_ = Session{reply->hub.hub_id, reply->nonce, 0};
    co_return ok();
}

asio::awaitable<bool> Channel::is_another_hub() {
    http::Request request;
    request.method = "GET";
    request.target = wire::kTargetHealth;
    const auto response = co_await client_.send(std::move(request), settings_.patience);
    if (!response || response->status != 200 || settings_.hub_id.empty()) co_return false;
    const auto info = wire::decode_hub_info(response->body);
    co_return info && info->hub_id != settings_.hub_id;
}

http::Request Channel::signed_request(const HubCall& call) {
    http::Request request{call.method, call.target, {}, call.body};
    ++session_->counter;
    const Bytes canonical = wire::canonical_request({session_->hub_id,
                                                     session_->nonce,
                                                     session_->counter,
                                                     request.method,
                                                     request.target,
                                                     crypto::sha256(request.body)});
    const std::array<Byte, 64> signature = signer_(canonical);
    http::Fields& fields = request.fields;
    if (!call.etag.empty()) fields.add("If-None-Match", call.etag);
    fields.add(std::string(wire::kFieldDevice), settings_.device.text());
    fields.add(std::string(wire::kFieldSession), to_base32(session_->nonce));
    fields.add(std::string(wire::kFieldCounter), std::to_string(session_->counter));
    fields.add(std::string(wire::kFieldSignature), to_base32(signature));
    return request;
}

}  // namespace satchel::transport
