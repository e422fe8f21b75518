// verify: a cycle, so that all is new; then everything is read and compared, in slices between
// which other work gets its turn.
#include "daemon/app/handlers.h"
#include "daemon/engine/verify.h"
#include "shared/protocol/control/verify.h"

#include <algorithm>

namespace satchel::app {

namespace {

control::VerifiedSource to_control(const engine::SourceVerdict& verdict) {
    control::VerifiedSource source;
    source.name = verdict.source;
    source.checked = count_of(verdict.checked);
    source.waiting = count_of(verdict.waiting);
    source.drifted = count_of(verdict.drifted);
    source.items = verdict.items;
    source.state = "ok";
    if (verdict.drifted > 0) {
        source.state = "drifted";
        source.detail = "items are not what was last seen, and nothing tells of a change";
    }
    if (!verdict.is_digest_true) {
        source.state = "unsound";
        source.detail = "the store's sum over its rows is not what it is kept as";
    }
    if (!verdict.trouble.empty()) {
        source.state = "unread";
        source.detail = verdict.trouble;
    }
    return source;
}

control::VerifiedDevice to_control(const engine::PeerVerdict& verdict) {
    control::VerifiedDevice device;
    device.name = verdict.name;
    device.id = verdict.device.text();
    device.state = engine::standing_name(verdict.standing);
    device.sources = verdict.sources;
    if (verdict.seen_ms > 0) device.last_seen = json::Time{verdict.seen_ms};
    return device;
}

std::string verdict_of(const control::VerifyResponse& response) {
    const auto is_bad = [](const control::VerifiedSource& source) {
        return source.state == "drifted" || source.state == "unsound";
    };
    const auto differs = [](const control::VerifiedDevice& device) {
        return device.state == "differs";
    };
    if (std::ranges::any_of(response.sources, is_bad) ||
        std::ranges::any_of(response.devices, differs))
        return "different";
    const auto is_settled = [](const control::VerifiedSource& source) {
        return source.state == "ok" && source.waiting == 0;
    };
    const auto is_equal = [](const control::VerifiedDevice& device) {
        return device.state == "equal";
    };
    const bool is_quiet = response.hub_detail.empty() && response.pending_out == 0 &&
                          std::ranges::all_of(response.sources, is_settled) &&
                          std::ranges::all_of(response.devices, is_equal);
    return is_quiet ? "equal" : "unsettled";
}

/// A cycle, both ways; why it failed.
asio::awaitable<std::string> bring_up_to_date(Membership& membership) {
    engine::CycleRequest wish;
    wish.reason = "verify";
    const auto report = co_await membership.engine.run_now(std::move(wish));
    co_return report ? std::string() : report.error().message;
}

asio::awaitable<Result<control::VerifyResponse>> verify(DeviceApp& app) {
    SATCHEL_CO_TRY(membership, app.need_membership());
    control::VerifyResponse response;
    response.hub_detail = co_await bring_up_to_date(*membership);
    engine::Replica& replica = membership->replica;
    std::optional<engine::Verification> verification;
    const Status summed = co_await app.worker().run([&] {
        verification.emplace(replica);
        return verification->sum_up();
    });
    if (!summed) co_return summed.error();
    bool has_more = true;
    while (has_more) {
        SATCHEL_CO_TRY(more, co_await app.worker().run([&] { return verification->read_on(); }));
        has_more = more;
    }
    const std::string why = co_await bring_up_to_date(*membership);
    if (response.hub_detail.empty()) response.hub_detail = why;
    const Status compared = co_await app.worker().run([&]() -> Status {
        if (Status read = verification->read_again(); !read) return read;
        SATCHEL_TRY(outgoing, store::count_unpushed(replica.database()));
        for (const auto& [lane, waiting] : outgoing)
            response.pending_out += count_of(waiting.items);
        for (const engine::SourceVerdict& one : verification->sources())
            response.sources.push_back(to_control(one));
        for (const engine::PeerVerdict& one : verification->compare_peers())
            response.devices.push_back(to_control(one));
        return ok();
    });
    if (!compared) co_return compared.error();
    response.verdict = verdict_of(response);
    co_return response;
}

}  // namespace

void add_verify_handler(DeviceApp& app) {
    app.server().on<control::VerifyRequest>(
        [&app](const control::VerifyRequest&) { return verify(app); });
}

}  // namespace satchel::app
