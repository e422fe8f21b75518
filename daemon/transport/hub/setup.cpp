#include "daemon/transport/hub/setup.h"

#include "daemon/crypto/hash.h"
#include "daemon/http/client.h"
#include "daemon/transport/hub/channel.h"
#include "shared/base/base32.h"

namespace satchel::transport {

namespace {

constexpr std::chrono::milliseconds kLimit{15'000};

Error not_a_hub(const HubSettings& settings) {
    return {ErrorCode::corrupt,
            "ask '" + settings.url + "' whether it is a hub: something else answers there",
            "check the address and the port"};
}

asio::awaitable<Result<wire::HubInfo>> probe(http::Client& client, const HubSettings& settings) {
    http::Request request;
    request.method = "GET";
    request.target = wire::kTargetHealth;
    SATCHEL_CO_TRY(response, co_await client.send(std::move(request), kLimit));
    const bool is_told_to_wait = response.status == 429 || response.status == 503;
    if (is_told_to_wait) co_return refusal_error(response);
    if (response.status != 200) co_return not_a_hub(settings);
    auto info = wire::decode_hub_info(response.body);
    // A printable first byte is the page of some web server, not the format of a newer hub.
    const bool is_page = !response.body.empty() && response.body.front() >= ' ';
    if (!info && !is_page && info.error().code == ErrorCode::version_mismatch)
        co_return std::move(info).error();
    if (!info) co_return not_a_hub(settings);
    if (!settings.hub_id.empty() && info->hub_id != settings.hub_id)
        co_return Error{ErrorCode::refused,
                        "another hub answers at '" + settings.url + "' than the one that was meant",
                        "check the address, or get a new join string from the hub that is there"};
    co_return std::move(*info);
}

}  // namespace

asio::awaitable<Result<wire::HubInfo>> probe_health(asio::any_io_executor executor,
                                                    HubSettings settings) {
    http::Client client(executor, client_settings(settings));
    co_return co_await probe(client, settings);
}

asio::awaitable<Result<Hash256>> look_at_key(asio::any_io_executor executor, HubSettings settings) {
    co_return co_await http::look_at_key(executor, std::move(settings.url));
}

asio::awaitable<Result<wire::EnrollReply>> enroll(asio::any_io_executor executor,
                                                  HubSettings settings,
                                                  wire::EnrollRequest request,
                                                  Signer signer) {
    http::Client client(executor, client_settings(settings));
    SATCHEL_CO_TRY(info, co_await probe(client, settings));
    http::Request http_request;
    http_request.method = "POST";
    http_request.target = wire::kTargetEnroll;
    http_request.body = wire::encode_enroll_request(request);
    const Bytes canonical = wire::canonical_request({info.hub_id,
                                                     {},
                                                     0,
                                                     http_request.method,
                                                     http_request.target,
                                                     crypto::sha256(http_request.body)});
    const std::array<Byte, 64> signature = signer(canonical);
    http_request.fields.add(std::string(wire::kFieldSignature), to_base32(signature));
    SATCHEL_CO_TRY(response, co_await client.send(std::move(http_request), kLimit));
    if (response.status != 200) co_return refusal_error(response).at("enrol");
    co_return wire::decode_enroll_reply(response.body);
}

}  // namespace satchel::transport
