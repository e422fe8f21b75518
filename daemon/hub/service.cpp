#include "daemon/hub/service.h"

#include "daemon/crypto/device_keys.h"
#include "daemon/http/gate.h"
#include "shared/base/limits.h"

#include <array>

namespace satchel::hub {

namespace {

using wire::HubRefusal;

constexpr std::string_view kRoot = "/v1/";
constexpr std::string_view kVersion = "1";
constexpr std::string_view kTargetHealthz = "/healthz";
constexpr milliseconds kHealthEvery{1'000};
constexpr std::size_t kIdChars = 26;

/// The session a request names, when its fields have the right form.
std::optional<wire::SessionNonce> session_of(const http::Request& request) {
    const auto raw = from_base32(request.fields.get(wire::kFieldSession));
    wire::SessionNonce nonce{};
    if (!raw || raw->size() != nonce.size()) return std::nullopt;
    std::copy(raw->begin(), raw->end(), nonce.begin());
    return nonce;
}

/// All lines of X-Forwarded-For as one: what a client sends stands before what a proxy adds.
std::string forwarded_for(const http::Fields& fields) {
    std::string all;
    for (const http::Field& field : fields.list())
        if (field.name == "x-forwarded-for") all += (all.empty() ? "" : ",") + field.value;
    return all;
}

/// Why a device that is no more than this may not call.
HubRefusal refusal_of(Standing standing) {
    if (standing == Standing::reader) return HubRefusal::read_only;
    return standing == Standing::revoked ? HubRefusal::revoked : HubRefusal::not_admitted;
}

}  // namespace

http::Response refuse(HubRefusal refusal) {
    http::Response response;
    response.status = wire::hub_refusal_row(refusal).status;
    response.body = to_bytes(as_bytes(wire::encode_refusal(refusal)));
    const bool may_come_again =
        refusal == HubRefusal::rate_limited || refusal == HubRefusal::stopping;
    if (may_come_again) response.fields.add("Retry-After", "5");
    return response;
}

http::Response reply_with(Bytes body) {
    http::Response response;
    response.body = std::move(body);
    return response;
}

std::string_view query_value(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), pair.size() + 1));
        const auto equals = pair.find('=');
        if (equals != std::string_view::npos && pair.substr(0, equals) == name)
            return pair.substr(equals + 1);
    }
    return {};
}

std::chrono::seconds wait_of(std::string_view query) {
    const auto wait = http::parse_decimal(query_value(query, "wait")).value_or(0);
    return std::chrono::seconds(std::min<std::uint64_t>(wait, wire::kWaitSecondsMax));
}

Service::Service(asio::any_io_executor executor,
                 const HubSettings& settings,
                 HubStore& store,
                 const Clock& clock)
    : executor_(executor),
      settings_(settings),
      store_(store),
      clock_(clock),
      sessions_(random_),
      workspaces_(executor, store),
      by_device_(settings.requests_per_second),
      by_address_(settings.opens_per_second) {}

wire::HubInfo Service::info() const {
    wire::HubInfo info;
    info.version = std::string(kVersion);
    info.hub_id = store_.hub_id();
    info.body_bytes_max = limits::kHttpBodyBytesMax;
    info.wait_seconds_max = wire::kWaitSecondsMax;
    info.requests_per_second = static_cast<std::uint32_t>(settings_.requests_per_second);
    return info;
}

Reply Service::answer(http::Request request, http::PeerInfo peer) {
    ++request_count_;
    const milliseconds begun = clock_.steady_ms();
    const std::string method = request.method;
    const std::size_t received = request.body.size();
    Asker asker{settings_.trusted_proxies.client_of(peer.address, forwarded_for(request.fields))};
    http::Response response = co_await route(std::move(request), asker);
    const auto refusal =
        response.status >= 400 ? wire::decode_refusal(response.body) : std::nullopt;
    // A session that is not known is the ordinary way to begin one after a restart of the hub.
    if (refusal && *refusal != HubRefusal::unknown_session)
        refusals_.count({asker.device,
                         asker.address,
                         asker.operation,
                         {},
                         std::string(wire::hub_refusal_row(*refusal).name)});
    Served served{method, asker.operation, response.status};
    if (refusal) served.refusal = wire::hub_refusal_row(*refusal).name;
    served.received = received;
    served.sent = response.body.size();
    served.took = clock_.steady_ms() - begun;
    served.device = asker.device;
    metrics_.count(served);
    // Anybody can make keys and sign an enrolment: only sessions of members are remembered.
    if (!asker.device.empty() && asker.operation != "enroll" && asker.operation != "call") {
        Seen& seen = seen_[asker.device];
        seen.last_ms = clock_.now_ms();
        ++seen.requests;
    }
    if (on_served_) on_served_(served);
    if (refusals_.is_due(clock_.steady_ms())) co_await write_refusals();
    co_return response;
}

Service::Seen Service::seen(const std::string& device) const {
    const auto found = seen_.find(device);
    return found == seen_.end() ? Seen{} : found->second;
}

asio::awaitable<bool> Service::is_healthy() {
    const milliseconds now = clock_.steady_ms();
    if (now - looked_at_ < kHealthEvery) co_return was_healthy_;
    looked_at_ = now;
    const bool is_healthy = co_await store_.is_healthy();
    was_healthy_ = is_healthy;
    co_return is_healthy;
}

Reply Service::healthz() {
    const bool is_healthy = co_await this->is_healthy();
    http::Response response;
    response.status = is_healthy ? 200 : 503;
    response.fields.add("Content-Type", "text/plain");
    response.fields.add("Cache-Control", "no-store");
    const std::string_view words = is_healthy ? "ok\n" : "the database cannot be used\n";
    response.body = to_bytes(as_bytes(words));
    co_return response;
}

asio::awaitable<void> Service::write_refusals() {
    std::vector<AuditNote> notes = refusals_.take(clock_.steady_ms());
    // What cannot be written is in the log of failures.
    if (!notes.empty()) co_await store_.note(std::move(notes));
}

Reply Service::route(http::Request request, Asker& asker) {
    const std::string target = request.target;
    const std::string_view path = std::string_view(target).substr(0, target.find('?'));
    const bool is_get = request.method == "GET";
    const bool is_open =
        path == wire::kTargetHealth || path == wire::kTargetSession || path == wire::kTargetEnroll;
    if (path == kTargetHealthz && is_get) {
        asker.operation = "healthz";
        co_return co_await healthz();
    }
    if (!is_open) co_return co_await answer_signed(std::move(request), path, asker);
    asker.operation = path.substr(kRoot.size());
    if (!by_address_.allow(asker.address, clock_.steady_ms()))
        co_return refuse(HubRefusal::rate_limited);
    if (is_get != (path == wire::kTargetHealth)) co_return refuse(HubRefusal::method_not_allowed);
    if (is_get) co_return health();
    if (request.method != "POST") co_return refuse(HubRefusal::method_not_allowed);
    if (path == wire::kTargetSession) co_return co_await open_session(request);
    co_return co_await enroll(request, asker);
}

Reply Service::answer_signed(http::Request request, std::string_view path, Asker& asker) {
    const bool is_call = path.starts_with(kRoot) && path.size() > kRoot.size() + kIdChars + 1 &&
                         path[kRoot.size() + kIdChars] == '/';
    const auto workspace_id =
        is_call ? WorkspaceId::parse(path.substr(kRoot.size(), kIdChars)) : std::nullopt;
    if (!workspace_id) co_return refuse(HubRefusal::not_found);
    const auto nonce = session_of(request);
    const WorkspaceId id = *workspace_id;
    auto found = co_await workspaces_.find(id);
    if (!found) co_return refuse(HubRefusal::defect);
    // From here on nothing is awaited until the counter is taken: two copies of one request cannot
    // both pass.
    Session* session = nonce ? sessions_.find(*nonce, clock_.steady_ms()) : nullptr;
    if (session == nullptr) co_return refuse(HubRefusal::unknown_session);
    Workspace* workspace = *found;
    const wire::PublicKey* key =
        workspace != nullptr ? workspace->key_of(session->device) : nullptr;
    if (session->workspace != id || key == nullptr) co_return refuse(HubRefusal::unknown_device);
    if (const auto refused = check_signature(request, *session, *key)) co_return refuse(*refused);
    const DeviceId device = session->device;
    asker.device = device.text();
    if (!by_device_.allow(asker.device, clock_.steady_ms()))
        co_return refuse(HubRefusal::rate_limited);
    const auto mark = request.target.find('?');
    const std::string_view query = mark == std::string::npos
                                       ? std::string_view()
                                       : std::string_view(request.target).substr(mark + 1);
    const std::string_view name = path.substr(kRoot.size() + kIdChars + 1);
    Call call{request, name, query, id, *workspace, device, *key, asker};
    co_return co_await dispatch(call);
}

std::optional<HubRefusal> Service::check_signature(const http::Request& request,
                                                   Session& session,
                                                   const wire::PublicKey& ed_public) const {
    const auto counter = http::parse_decimal(request.fields.get(wire::kFieldCounter));
    const auto signature = from_base32(request.fields.get(wire::kFieldSignature));
    const bool is_same_device = request.fields.get(wire::kFieldDevice) == session.device.text();
    if (!counter || !signature || !is_same_device) return HubRefusal::bad_signature;
    if (*counter <= session.counter) return HubRefusal::replayed;
    const Bytes canonical = wire::canonical_request({store_.hub_id(),
                                                     session.nonce,
                                                     *counter,
                                                     request.method,
                                                     request.target,
                                                     crypto::sha256(request.body)});
    if (!crypto::verify_request(ed_public, canonical, *signature)) return HubRefusal::bad_signature;
    session.counter = *counter;
    session.is_proven = true;
    return std::nullopt;
}

Reply Service::dispatch(Call call) {
    struct Endpoint {
        std::string_view method;
        std::string_view name;
        Standing least;  // who may call it
        Reply (Service::*run)(Call);
    };

    static constexpr std::array kEndpoints = {
        Endpoint{"GET", "heads", Standing::reader, &Service::heads},
        Endpoint{"POST", "push", Standing::reader, &Service::push},
        Endpoint{"POST", "pull", Standing::reader, &Service::pull},
        // One that waits learns here that it is let in, a revoked one that it is revoked.
        Endpoint{"GET", "members", Standing::waiting, &Service::members},
        Endpoint{"POST", "members", Standing::reader, &Service::add_member},
        Endpoint{"GET", "joins", Standing::reader, &Service::joins},
        Endpoint{"POST", "invites", Standing::member, &Service::invite},
        Endpoint{"GET", "usage", Standing::reader, &Service::usage},
        Endpoint{"GET", "d/", Standing::reader, &Service::object},
    };
    const Standing standing = call.workspace.standing_of(call.device);
    bool is_known = false;
    for (const Endpoint& endpoint : kEndpoints) {
        const bool is_meant = endpoint.name.ends_with('/') ? call.name.starts_with(endpoint.name)
                                                           : call.name == endpoint.name;
        is_known = is_known || is_meant;
        if (is_meant) call.asker.operation = endpoint.name == "d/" ? "object" : endpoint.name;
        if (!is_meant || call.request.method != endpoint.method) continue;
        if (standing < endpoint.least) co_return refuse(refusal_of(standing));
        co_return co_await (this->*endpoint.run)(call);
    }
    co_return refuse(is_known ? HubRefusal::method_not_allowed : HubRefusal::not_found);
}

}  // namespace satchel::hub
