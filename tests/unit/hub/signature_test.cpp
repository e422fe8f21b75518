// Requests that are not what a device signed, sent with a bare HTTP client.
#include "daemon/http/client.h"
#include "tests/unit/hub/fixtures.h"

using namespace satchel;
using namespace satchel::test;
using wire::HubRefusal;

namespace {

/// A session by hand, so that each part of a signed request can be bent.
struct Bent : HubWorld {
    std::optional<http::Client> client{};
    wire::SessionNonce nonce{};

    Bent() {
        found();
        http::ClientSettings wanted;
        wanted.url = hub->url();
        client.emplace(io.get_executor(), wanted);
        nonce = open();
    }

    http::Response send(http::Request request) {
        const auto response = run(client->send(std::move(request), 5s));
        REQUIRE(response);
        return *response;
    }

    wire::SessionNonce open() {
        http::Request request{"POST", std::string(wire::kTargetSession), {}, {}};
        request.body = wire::encode_session_request({keyring.workspace(), founder.keys.device()});
        const auto reply = wire::decode_session_reply(send(std::move(request)).body);
        REQUIRE(reply);
        return reply->nonce;
    }

    /// What to sign, what to send.
    struct Ask {
        std::string method = "GET";
        std::string call = "heads";
        Bytes body{};
        std::uint64_t counter = 1;
    };

    http::Request signed_by(const Device& device,
                            const Ask& ask,
                            const std::string& hub_id = {}) const {
        http::Request request{
            ask.method, wire::workspace_target(keyring.workspace(), ask.call), {}, ask.body};
        const Bytes canonical = wire::canonical_request({hub_id.empty() ? hub->hub_id() : hub_id,
                                                         nonce,
                                                         ask.counter,
                                                         request.method,
                                                         request.target,
                                                         crypto::sha256(request.body)});
        request.fields.add("Satchel-Device", founder.keys.device().text());
        request.fields.add("Satchel-Session", to_base32(nonce));
        request.fields.add("Satchel-Counter", std::to_string(ask.counter));
        request.fields.add("Satchel-Signature",
                           to_base32(crypto::sign_request(device.keys, canonical)));
        return request;
    }

    std::optional<HubRefusal> refusal(http::Request request) {
        const http::Response response = send(std::move(request));
        if (response.status == 200) return std::nullopt;
        const auto named = wire::decode_refusal(response.body);
        REQUIRE(named);
        CHECK(wire::hub_refusal_row(*named).status == response.status);
        return named;
    }
};

}  // namespace

TEST_SUITE("hub/signatures") {
    TEST_CASE_FIXTURE(Bent, "a replayed request is refused and a later one is not") {
        const http::Request once = signed_by(founder, {});
        CHECK_FALSE(refusal(once));
        CHECK(refusal(once) == HubRefusal::replayed);
        Ask later;
        later.counter = 7;
        CHECK_FALSE(refusal(signed_by(founder, later)));
        Ask earlier;
        earlier.counter = 6;
        CHECK(refusal(signed_by(founder, earlier)) == HubRefusal::replayed);
    }

    TEST_CASE_FIXTURE(Bent, "every part of a request is signed") {
        const auto bent = [&](auto bend) {
            http::Request request = signed_by(founder, {"POST", "pull", wire::encode_pull({}), 1});
            bend(request);
            return refusal(std::move(request));
        };
        CHECK(bent([](http::Request& r) { r.target += "?wait=1"; }) == HubRefusal::bad_signature);
        CHECK(bent([](http::Request& r) { r.method = "PUT"; }) == HubRefusal::bad_signature);
        CHECK(bent([](http::Request& r) { r.body.push_back(0); }) == HubRefusal::bad_signature);
        CHECK(bent([](http::Request& r) { r.target.replace(31, 4, "push"); }) ==
              HubRefusal::bad_signature);
        CHECK_FALSE(bent([](http::Request&) {}));
    }

    TEST_CASE_FIXTURE(Bent, "signatures of other devices and for other hubs do not count") {
        CHECK(refusal(signed_by(Device::make(), {})) == HubRefusal::bad_signature);
        CHECK(refusal(signed_by(founder, {}, "another-hub")) == HubRefusal::bad_signature);
        http::Request bare{"GET", wire::workspace_target(keyring.workspace(), "heads"), {}, {}};
        CHECK(refusal(bare) == HubRefusal::unknown_session);
        nonce[0] ^= 1;
        CHECK(refusal(signed_by(founder, {})) == HubRefusal::unknown_session);
    }

    TEST_CASE_FIXTURE(Bent, "a forged request does not use up the counter") {
        CHECK(refusal(signed_by(Device::make(), {})) == HubRefusal::bad_signature);
        CHECK_FALSE(refusal(signed_by(founder, {})));
    }

    TEST_CASE_FIXTURE(Bent, "a session is good for its own workspace only") {
        http::Request request = signed_by(founder, {});
        request.target = wire::workspace_target(WorkspaceId{}, "heads");
        CHECK(refusal(request) == HubRefusal::unknown_device);
    }

    TEST_CASE_FIXTURE(Bent, "unknown places and methods are told apart") {
        CHECK(refusal(signed_by(founder, {"GET", "nothing", {}, 1})) == HubRefusal::not_found);
        CHECK(refusal(signed_by(founder, {"GET", "push", {}, 2})) ==
              HubRefusal::method_not_allowed);
        CHECK(refusal(signed_by(founder, {"DELETE", "heads", {}, 3})) ==
              HubRefusal::method_not_allowed);
        CHECK(refusal(signed_by(founder, {"GET", "d/x/head", {}, 4})) == HubRefusal::not_found);
        CHECK(refusal({"GET", "/", {}, {}}) == HubRefusal::not_found);
        CHECK(refusal({"GET", "/v1/session", {}, {}}) == HubRefusal::method_not_allowed);
        CHECK(refusal({"POST", "/v1/session", {}, {1, 2}}) == HubRefusal::malformed);
        CHECK(refusal({"POST", "/v1/enroll", {}, {}}) == HubRefusal::malformed);
    }

    TEST_CASE_FIXTURE(Bent, "bodies that do not parse change nothing") {
        std::uint64_t counter = 0;
        for (const char* call : {"push", "pull", "members", "invites"}) {
            for (const Bytes& body : {Bytes{}, Bytes{0}, Bytes{1}, Bytes{2}, Bytes(40, 0xff)}) {
                CAPTURE(call);
                CHECK(refusal(signed_by(founder, {"POST", call, body, ++counter})) ==
                      HubRefusal::malformed);
            }
        }
    }

    TEST_CASE_FIXTURE(Bent, "objects are also had by name") {
        auto desk = connect(founder);
        const Bytes of_head = head(founder, 1);
        const Bytes of_segment = segment(founder, 1, 2);
        REQUIRE(run(desk->push({{of_segment}, of_head})));
        const std::string own = "d/" + founder.keys.device().text();
        CHECK(send(signed_by(founder, {"GET", own + "/head", {}, 1})).body == of_head);
        CHECK(send(signed_by(founder, {"GET", own + "/1/1-2.s", {}, 2})).body == of_segment);
        CHECK(refusal(signed_by(founder, {"GET", own + "/1/1-3.s", {}, 3})) ==
              HubRefusal::not_found);
        const http::Response usage = send(signed_by(founder, {"GET", "usage", {}, 4}));
        const auto counted = wire::decode_usage(usage.body);
        REQUIRE(counted);
        CHECK(counted->segments == 1);
        CHECK(counted->bytes == of_segment.size());
        CHECK(counted->devices == 1);
    }
}
