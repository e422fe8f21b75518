// Attacks below the meaning of messages: redirects, pages of some web server, wrong sessions,
// replies without end, replies that drip, bombs.
#include "shared/protocol/wire/hub_api.h"
#include "tests/hostile/attack.h"
#include "tests/hostile/objects.h"

namespace satchel::hostile {

namespace {

using std::chrono::milliseconds;

constexpr const char* kStrangeReply =
    "hub 'http://127.0.0.1:|read a hub message|something between here and the hub changes what it "
    "says|nothing was taken from it";

Attack answering(std::string name,
                 std::string call,
                 std::function<void(http::Response&)> change,
                 const char* words) {
    return {std::move(name),
            [call, change](Stage& stage) {
                // A new session, if that is what is lied about.
                stage.end_lies();
                stage.lies().answer = [call, change](std::string_view asked,
                                                     http::Response& response) {
                    if (asked == call) change(response);
                };
            },
            words};
}

Attack answering_raw(std::string name, RawAnswer answer, const char* words) {
    return {std::move(name), [answer](Stage& stage) { stage.answer_raw(answer); }, words};
}

void page(http::Response& response) {
    response.status = 200;
    response.body = to_bytes(as_bytes("<html><body>Please log in to this network</body></html>"));
}

void add_strange_replies(std::vector<Attack>& all) {
    all.push_back(answering(
        "a redirect to somewhere else",
        "heads",
        [](http::Response& response) {
            response = {};
            response.status = 302;
            response.fields.add("Location", "http://127.0.0.1:9/v1/heads");
        },
        "redirects are not followed|enter the address the hub really has"));
    all.push_back(answering("a page of some web server for heads", "heads", page, kStrangeReply));
    all.push_back(answering("a page of some web server for segments", "pull", page, kStrangeReply));
    all.push_back(answering(
        "an empty reply",
        "heads",
        [](http::Response& response) { response.body.clear(); },
        kStrangeReply));
    all.push_back(answering(
        "a reply cut in half",
        "pull",
        [](http::Response& response) { response.body.resize(response.body.size() / 2); },
        kStrangeReply));
    all.push_back(answering(
        "more heads claimed than bytes there are",
        "heads",
        [](http::Response& response) {
            response.body.assign({1, 0, 0, 0, 3, 0, 0, 0, 0});
            for (int i = 0; i < 8; ++i) response.body.push_back(0xff);
            response.body.push_back(0x7f);
        },
        kStrangeReply));
    all.push_back(answering("a page of some web server for the session",
                            "session",
                            page,
                            "open a session|no hub answers at this address|nothing was taken"));
    all.push_back(answering(
        "another hub at the address",
        "session",
        [](http::Response& response) {
            auto reply = wire::decode_session_reply(response.body).value();
            reply.hub.hub_id[0] = reply.hub.hub_id[0] == 'a' ? 'b' : 'a';
            response.body = wire::encode_session_reply(reply);
        },
        "another hub answers at|move there with"));
    all.push_back(answering(
        "a session that is never good",
        "heads",
        [](http::Response& response) {
            response.status = 401;
            response.body =
                to_bytes(as_bytes(wire::encode_refusal(wire::HubRefusal::unknown_session)));
        },
        "ask the hub|open a session first"));
    all.push_back(answering(
        "an etag of six thousand characters",
        "heads",
        [](http::Response& response) {
            http::Response longer;
            longer.fields.add("ETag", std::string(6'000, 'e'));
            longer.body = response.body;
            if (response.status == 200) response = longer;
        },
        ""));
    all.back().effect = Effect::truth;
}

void add_raw_replies(std::vector<Attack>& all) {
    const std::string ok = "HTTP/1.1 200 OK\r\n";
    const std::string lump(64u << 10, 'x');
    all.push_back(answering_raw("no reply at all",
                                {"/heads", "", "", 1, milliseconds(3'000)},
                                "read the reply|timed out|see that the hub runs"));
    all.push_back(answering_raw("something that is not HTTP",
                                {"/heads", "SSH-2.0-OpenSSH_9.2\r\n\r\n"},
                                "read the reply|hub 'http://127.0.0.1:"));
    all.push_back(
        answering_raw("ten gigabytes",
                      {"/heads", ok + "Content-Length: 10000000000\r\n\r\n", lump, 150'000},
                      "read the reply|hub 'http://127.0.0.1:"));
    all.push_back(answering_raw("a reply without a length and without an end",
                                {"/pull", ok + "\r\n", lump, 150'000},
                                "read the reply|hub 'http://127.0.0.1:"));
    all.push_back(answering_raw(
        "chunks without end",
        {"/pull", ok + "Transfer-Encoding: chunked\r\n\r\n", "10000\r\n" + lump + "\r\n", 150'000},
        "read the reply|hub 'http://127.0.0.1:"));
    all.push_back(
        answering_raw("a head without end",
                      {"/heads", ok, "X-Filler: " + std::string(1'000, 'y') + "\r\n", 100'000},
                      "read the reply: its head does not end"));
    all.push_back(
        answering_raw("bytes behind the reply",
                      {"/heads", ok + "Content-Length: 2\r\n\r\nab", "HTTP/1.1 200 OK", 2},
                      "hub 'http://127.0.0.1:|read"));
    all.push_back(answering_raw("a head that drips",
                                {"/heads", ok, "x", 200, milliseconds(50)},
                                "read the reply|timed out"));
    all.push_back(
        answering_raw("a body that drips",
                      {"/pull", ok + "Content-Length: 9000000\r\n\r\n", "x", 200, milliseconds(50)},
                      "read the reply|timed out"));
}

void add_floods(std::vector<Attack>& all) {
    all.push_back({"pages full of what nobody asked for, and more promised",
                   [](Stage& stage) {
                       stage.lies().pull = [](transport::PullReply& reply) {
                           reply.segments.assign(2'000, Bytes(4'000, 7));
                           reply.has_more = true;
                       };
                   },
                   "the hub gave 2000 objects that are no segments of this workspace|left out"});
    all.push_back({"a member's segment that unpacks to a thousand times its size",
                   [](Stage& stage) {
                       stage.lies().pull = every([&stage](Bytes& segment) {
                           const bool is_desktops =
                               wire::parse_segment(segment)->header.device == stage.desktop->id();
                           const Client& author = is_desktops ? *stage.desktop : *stage.laptop;
                           segment = sealed_like(segment,
                                                 stage.workspace.keyring,
                                                 author.device.identity.keys,
                                                 Bytes(16u << 20),
                                                 stage.workspace.random);
                       });
                   },
                   "stops here|asked for again later"});
}

}  // namespace

std::vector<Attack> wire_attacks() {
    std::vector<Attack> all;
    add_strange_replies(all);
    add_raw_replies(all);
    add_floods(all);
    return all;
}

}  // namespace satchel::hostile
