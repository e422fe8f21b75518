#include "tests/hostile/http_double.h"

#include "shared/protocol/wire/hub_api.h"

#include <algorithm>

namespace satchel::hostile {

namespace {

constexpr std::chrono::milliseconds kLimit{20'000};

/// "heads" of "/v1/<workspace>/heads?wait=5", "session" of "/v1/session".
std::string call_of(const std::string& target) {
    const std::string path = target.substr(0, target.find('?'));
    return path.substr(path.rfind('/') + 1);
}

DeviceId device_of(const http::Request& request, std::string_view call) {
    if (call == "session") {
        const auto opened = wire::decode_session_request(request.body);
        return opened ? opened->device : DeviceId{};
    }
    return DeviceId::parse(request.fields.get(wire::kFieldDevice)).value_or(DeviceId{});
}

std::vector<Bytes> copies_of(const std::vector<ByteView>& views) {
    std::vector<Bytes> copies;
    for (const ByteView view : views) copies.push_back(to_bytes(view));
    return copies;
}

std::vector<ByteView> views_of(const std::vector<Bytes>& copies) {
    return {copies.begin(), copies.end()};
}

void tell_heads(const Lies& lies, http::Response& response) {
    transport::HeadsReply reply{
        response.status == 304, std::string(response.fields.get("etag")), {}, 0, 0};
    if (!reply.not_modified) {
        const auto body = wire::decode_heads(response.body).value();
        reply.heads = copies_of(body.heads);
        reply.member_count = body.member_count;
        reply.join_count = body.join_count;
    }
    lies.heads(reply);
    http::Response told;
    told.status = reply.not_modified ? 304 : 200;
    told.fields.add("ETag", reply.etag);
    if (!reply.not_modified)
        told.body =
            wire::encode_heads({reply.member_count, reply.join_count, views_of(reply.heads)});
    response = std::move(told);
}

void tell_pull(const Lies& lies, http::Response& response) {
    const auto body = wire::decode_pull_reply(response.body).value();
    transport::PullReply reply{copies_of(body.segments), body.has_more};
    lies.pull(reply);
    response.body = wire::encode_pull_reply({views_of(reply.segments), reply.has_more});
}

void tell_members(const Lies& lies, http::Response& response) {
    std::vector<Bytes> entries = copies_of(wire::decode_entries(response.body).value());
    lies.members(entries);
    response.body = wire::encode_entries(views_of(entries));
}

void tell_joins(const Lies& lies, http::Response& response) {
    std::vector<transport::JoinRequest> requests;
    for (wire::WaitingDevice& device : wire::decode_waiting_devices(response.body).value())
        requests.push_back({device.device,
                            to_bytes(device.ed_public),
                            to_bytes(device.x_public),
                            std::move(device.sealed_name),
                            std::move(device.proof)});
    lies.joins(requests);
    std::vector<wire::WaitingDevice> told;
    for (transport::JoinRequest& request : requests) {
        wire::WaitingDevice& device = told.emplace_back();
        device.device = request.device;
        std::ranges::copy(request.ed_public, device.ed_public.begin());
        std::ranges::copy(request.x_public, device.x_public.begin());
        device.sealed_name = std::move(request.sealed_name);
        device.proof = std::move(request.proof);
    }
    response.body = wire::encode_waiting_devices(told);
}

void tell(const Lies& lies, const std::string& method, std::string_view call, http::Response& to) {
    const bool is_good = to.status == 200;
    if (call == "heads" && lies.heads && (is_good || to.status == 304)) tell_heads(lies, to);
    if (call == "pull" && lies.pull && is_good) tell_pull(lies, to);
    if (call == "members" && method == "GET" && lies.members && is_good) tell_members(lies, to);
    if (call == "joins" && lies.joins && is_good) tell_joins(lies, to);
    if (lies.answer) lies.answer(call, to);
}

}  // namespace

HttpDouble::HttpDouble(asio::any_io_executor executor, std::string honest_url)
    : executor_(executor),
      honest_url_(std::move(honest_url)),
      server_(
          executor,
          {},
          [this](http::Request request, http::PeerInfo) { return answer(std::move(request)); },
          [](const std::string&, const std::string&) {}) {}

asio::awaitable<http::Response> HttpDouble::answer(http::Request request) {
    const std::string call = call_of(request.target);
    const std::string method = request.method;
    const DeviceId device = device_of(request, call);
    http::Response response = co_await ask(std::move(request));
    if (const Lies* told = lies_to(device)) tell(*told, method, call, response);
    co_return response;
}

const Lies* HttpDouble::lies_to(const DeviceId& device) const {
    const auto found = lies.find(device);
    if (found != lies.end()) return &found->second;
    return lies_to_others ? lies_to_others() : nullptr;
}

/// The honest hub's word; who signed does not sign where the hub is.
asio::awaitable<http::Response> HttpDouble::ask(http::Request request) {
    http::Request passed;
    passed.method = std::move(request.method);
    passed.target = std::move(request.target);
    passed.body = std::move(request.body);
    for (const http::Field& field : request.fields.list())
        if (field.name != "host" && field.name != "content-length" && field.name != "connection")
            passed.fields.add(field.name, field.value);
    http::ClientSettings settings;
    settings.url = honest_url_;
    settings.body_bytes_max = wire::kReplyBytesMax;
    http::Client client(executor_, settings);
    auto reply = co_await client.send(std::move(passed), kLimit);
    http::Response response;
    response.status = 502;
    if (!reply) co_return response;
    response.status = reply->status;
    for (const http::Field& field : reply->fields.list())
        if (field.name != "content-length" && field.name != "connection")
            response.fields.add(field.name, field.value);
    response.body = std::move(reply->body);
    co_return response;
}

}  // namespace satchel::hostile
