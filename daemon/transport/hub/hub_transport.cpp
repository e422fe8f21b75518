#include "daemon/transport/hub/hub_transport.h"

#include "daemon/transport/hub/channel.h"

namespace satchel::transport {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Slowest line a transfer is given time for.
constexpr std::size_t kBytesPerSecond = 16u << 10;
/// An etag is sent back with every question: a longer one is not kept.
constexpr std::size_t kEtagCharsMax = 128;

std::string wait_query(seconds wait) {
    return wait.count() > 0 ? "wait=" + std::to_string(wait.count()) : std::string();
}

std::vector<Bytes> copies_of(const std::vector<ByteView>& views) {
    std::vector<Bytes> copies;
    copies.reserve(views.size());
    for (const ByteView view : views) copies.push_back(to_bytes(view));
    return copies;
}

}  // namespace

HubTransport::HubTransport(asio::any_io_executor executor, HubSettings settings, Signer signer)
    : settings_(std::move(settings)),
      calls_(std::make_unique<Channel>(executor, settings_, signer)),
      polls_(std::make_unique<Channel>(executor, settings_, signer)) {}

HubTransport::~HubTransport() = default;

std::string HubTransport::target(std::string_view call) const {
    return wire::workspace_target(settings_.workspace, call);
}

Channel& HubTransport::channel_for(seconds wait) {
    return wait.count() > 0 ? *polls_ : *calls_;
}

asio::awaitable<Result<HeadsReply>> HubTransport::heads(std::string etag, seconds wait) {
    HubCall call{"GET", target("heads")};
    if (wait.count() > 0) call.target += "?" + wait_query(wait);
    call.etag = etag;
    call.limit = settings_.patience + wait;
    SATCHEL_CO_TRY(response, co_await channel_for(wait).call(std::move(call)));
    if (response.status == 304 && etag.empty())
        co_return strange_reply(
            {ErrorCode::corrupt,
             "it says that nothing is new to a device that has news or knows nothing"},
            settings_);
    if (response.status == 304) co_return HeadsReply{true, std::move(etag), {}, 0, 0};
    auto decoded = wire::decode_heads(response.body);
    if (!decoded) co_return strange_reply(std::move(decoded).error(), settings_);
    const wire::HeadsBody& body = *decoded;
    const std::string_view new_etag = response.fields.get("etag");
    co_return HeadsReply{false,
                         std::string(new_etag.size() > kEtagCharsMax ? "" : new_etag),
                         copies_of(body.heads),
                         body.member_count,
                         body.join_count};
}

asio::awaitable<Result<PushReply>> HubTransport::push(PushRequest request) {
    wire::PushBody body;
    for (const Bytes& segment : request.segments) body.segments.emplace_back(segment);
    if (request.head) body.head = *request.head;
    body.epoch = request.epoch;
    HubCall call{"POST", target("push"), wire::encode_push(body)};
    request = {};
    const std::size_t size = call.body.size();
    call.limit = settings_.patience + seconds(size / kBytesPerSecond);
    SATCHEL_CO_TRY(response, co_await calls_->call(std::move(call)));
    static_cast<void>(response);
    co_return PushReply{size};
}

asio::awaitable<Result<PullReply>> HubTransport::pull(std::vector<Cursor> cursors,
                                                      std::size_t max_bytes) {
    wire::PullBody body;
    for (const Cursor& cursor : cursors)
        body.cursors.push_back({cursor.device, cursor.lane, cursor.after});
    body.bytes_max = max_bytes;
    HubCall call{"POST", target("pull"), wire::encode_pull(body)};
    call.limit = settings_.patience + seconds(call.body.size() / kBytesPerSecond);
    SATCHEL_CO_TRY(response, co_await calls_->call(std::move(call)));
    const auto reply = wire::decode_pull_reply(response.body);
    if (!reply) co_return strange_reply(reply.error(), settings_);
    co_return PullReply{copies_of(reply->segments), reply->has_more};
}

asio::awaitable<Result<std::vector<Bytes>>> HubTransport::members(std::uint64_t from,
                                                                  seconds wait) {
    HubCall call{"GET", target("members") + "?from=" + std::to_string(from)};
    if (wait.count() > 0) call.target += "&" + wait_query(wait);
    call.limit = settings_.patience + wait;
    SATCHEL_CO_TRY(response, co_await channel_for(wait).call(std::move(call)));
    const auto entries = wire::decode_entries(response.body);
    if (!entries) co_return strange_reply(entries.error(), settings_);
    co_return copies_of(*entries);
}

asio::awaitable<Status> HubTransport::add_member(Bytes entry) {
    HubCall call{"POST", target("members"), std::move(entry)};
    call.limit = settings_.patience;
    SATCHEL_CO_TRY(response, co_await calls_->call(std::move(call)));
    static_cast<void>(response);
    co_return ok();
}

asio::awaitable<Result<std::vector<JoinRequest>>> HubTransport::joins() {
    HubCall call{"GET", target("joins")};
    call.limit = settings_.patience;
    SATCHEL_CO_TRY(response, co_await calls_->call(std::move(call)));
    auto waiting = wire::decode_waiting_devices(response.body);
    if (!waiting) co_return strange_reply(std::move(waiting).error(), settings_);
    std::vector<JoinRequest> requests;
    for (wire::WaitingDevice& device : *waiting)
        requests.push_back({device.device,
                            to_bytes(device.ed_public),
                            to_bytes(device.x_public),
                            std::move(device.sealed_name),
                            std::move(device.proof)});
    co_return requests;
}

asio::awaitable<Status> HubTransport::invite(Hash256 code_hash, UnixMs expires_ms) {
    HubCall call{"POST", target("invites"), wire::encode_invite_request({code_hash, expires_ms})};
    call.limit = settings_.patience;
    SATCHEL_CO_TRY(response, co_await calls_->call(std::move(call)));
    static_cast<void>(response);
    co_return ok();
}

WireCounters HubTransport::counters() const {
    const http::ClientCounters& calls = calls_->counters();
    const http::ClientCounters& polls = polls_->counters();
    return {calls.requests + polls.requests,
            calls.bytes_sent + polls.bytes_sent,
            calls.bytes_received + polls.bytes_received};
}

}  // namespace satchel::transport
