// Bodies of hub messages: what is written is read again, what is cut or padded is refused.
#include "shared/protocol/wire/hub_api.h"

#include "tests/support/result_text.h"

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::wire;

namespace {

/// Every shorter or longer form of `body` must fail to decode.
template <class Decode>
void check_exact(const Bytes& body, Decode decode) {
    REQUIRE(decode(body));
    for (std::size_t size = 0; size < body.size(); ++size)
        CHECK_FALSE(decode(ByteView(body).first(size)));
    Bytes longer = body;
    longer.push_back(0);
    CHECK_FALSE(decode(longer));
    // A newer format is told from garbage.
    Bytes newer = body;
    newer[0] = 2;
    const auto refused = decode(newer);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::version_mismatch);
}

const Bytes kA = {1, 2, 3};
const Bytes kB = {};
const HubInfo kInfo{"1", "abc", 8u << 20, 60, 100};

}  // namespace

TEST_SUITE("protocol_wire/hub_api") {
    TEST_CASE("hub information comes back whole") {
        check_exact(encode_hub_info(kInfo), decode_hub_info);
        CHECK(*decode_hub_info(encode_hub_info(kInfo)) == kInfo);
    }

    TEST_CASE("a session comes back whole") {
        SessionReply reply{kInfo, {}};
        reply.nonce[3] = 7;
        check_exact(encode_session_reply(reply), decode_session_reply);
        CHECK(decode_session_reply(encode_session_reply(reply))->nonce == reply.nonce);
        check_exact(encode_session_request({}), decode_session_request);
    }

    TEST_CASE("an enrolment comes back whole with and without genesis") {
        EnrollRequest request;
        request.code = "code";
        request.sealed_name = kA;
        request.proof = kA;
        check_exact(encode_enroll_request(request), decode_enroll_request);
        request.genesis = kA;
        check_exact(encode_enroll_request(request), decode_enroll_request);
        CHECK(*decode_enroll_request(encode_enroll_request(request))->genesis == kA);
        request.later_entries = {kB, kA};
        check_exact(encode_enroll_request(request), decode_enroll_request);
        CHECK(decode_enroll_request(encode_enroll_request(request))->later_entries ==
              request.later_entries);
        request.code = "line\nbreak";
        CHECK_FALSE(decode_enroll_request(encode_enroll_request(request)));
        check_exact(encode_enroll_reply({{}, true}), decode_enroll_reply);
    }

    TEST_CASE("a push comes back in order") {
        PushBody push;
        push.segments = {kA, kB, kA};
        push.head = kA;
        const Bytes body = encode_push(push);
        check_exact(body, decode_push);
        const auto read = decode_push(body);
        REQUIRE(read->segments.size() == 3);
        CHECK(to_bytes(read->segments[0]) == kA);
        CHECK(read->segments[1].empty());
        CHECK(to_bytes(*read->head) == kA);
    }

    TEST_CASE("lists of heads and cursors and segments come back whole") {
        check_exact(encode_heads({2, 1, {kA, kB}}), decode_heads);
        PullBody pull;
        pull.bytes_max = 1u << 20;
        pull.cursors = {{{}, LaneId{3}, 300}, {{}, LaneId{4}, 0}};
        check_exact(encode_pull(pull), decode_pull);
        CHECK(decode_pull(encode_pull(pull))->cursors == pull.cursors);
        check_exact(encode_pull_reply({{kA}, true}), decode_pull_reply);
        check_exact(encode_entries({kA, kB}), decode_entries);
        check_exact(encode_waiting_devices({{{}, {}, {}, kA, kA}}), decode_waiting_devices);
        check_exact(encode_invite_request({{}, 5}), decode_invite_request);
        check_exact(encode_usage({1, 2, 3, 4}), decode_usage);
    }

    TEST_CASE("a count that the bytes cannot hold takes no memory") {
        // Format, then the largest varint as a count of heads.
        Bytes body = {1, 0, 0, 0, 0, 0, 0, 0, 0};
        body.insert(body.end(), {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1});
        CHECK_FALSE(decode_heads(body));
    }

    TEST_CASE("the canonical form tells all parts apart") {
        CanonicalRequest request{"hub", {}, 1, "GET", "/v1/x", {}};
        const Bytes form = canonical_request(request);
        auto moved = request;
        moved.hub_id = "hubG";
        moved.method = "ET";
        CHECK(canonical_request(moved) != form);
        moved = request;
        moved.counter = 2;
        CHECK(canonical_request(moved) != form);
    }

    TEST_CASE("refusals have a name of their own") {
        for (int i = 0; i <= static_cast<int>(HubRefusal::used_code); ++i) {
            const auto refusal = static_cast<HubRefusal>(i);
            CHECK(decode_refusal(as_bytes(encode_refusal(refusal))) == refusal);
        }
        CHECK_FALSE(decode_refusal(as_bytes("something newer\nx\n")));
        CHECK_FALSE(decode_refusal({}));
    }
}
