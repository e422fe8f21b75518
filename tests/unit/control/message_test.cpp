// The envelope and the method table.
#include "shared/protocol/control/message.h"

#include "shared/protocol/control/methods.h"
#include "shared/protocol/control/requests.h"

#include <set>

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::control;

TEST_SUITE("control/message") {
    TEST_CASE("calls replies and notifications survive print and parse") {
        const auto call = parse_message(print_message(make_call(7, ConflictShowRequest{"k1"})));
        REQUIRE(call.has_value());
        CHECK(std::get<Call>(*call).id == 7);
        CHECK(std::get<Call>(*call).method == "conflict.show");
        CHECK(json::to_text(std::get<Call>(*call).params) == R"({"id":"k1","whole":false})");

        Reply reply;
        reply.id = 7;
        reply.result = Error{ErrorCode::not_enrolled, "no workspace", "run setup"};
        const std::string line = print_message(reply);
        CHECK(line == R"({"jsonrpc":"2.0","id":7,"error":{"code":-32001,"message":"no workspace",)"
                      R"("data":{"code":"not_enrolled","hint":"run setup"}}})"
                      "\n");
        const auto back = parse_message(line);
        REQUIRE(back.has_value());
        const auto& error = std::get<Reply>(*back).result.error();
        CHECK(error.code == ErrorCode::not_enrolled);
        CHECK(error.hint == "run setup");

        const auto note = parse_message(print_message(Notification{"event", json::Object{}}));
        REQUIRE(note.has_value());
        CHECK(std::get<Notification>(*note).method == "event");
    }

    TEST_CASE("what is no message is refused with a reason") {
        const std::pair<const char*, ErrorCode> cases[] = {
            {"", ErrorCode::corrupt},
            {"{", ErrorCode::corrupt},
            {"\xff\xfe", ErrorCode::corrupt},
            {"[]", ErrorCode::invalid_argument},
            {R"({"id":1,"method":"status"})", ErrorCode::invalid_argument},
            {R"({"jsonrpc":"1.0","id":1,"method":"status"})", ErrorCode::invalid_argument},
            {R"({"jsonrpc":"2.0","id":"x","method":"status"})", ErrorCode::invalid_argument},
            {R"({"jsonrpc":"2.0","id":1.5,"method":"status"})", ErrorCode::invalid_argument},
            {R"({"jsonrpc":"2.0","id":1,"method":3})", ErrorCode::invalid_argument},
            {R"({"jsonrpc":"2.0","id":1,"method":"a","params":[]})", ErrorCode::invalid_argument},
            {R"({"jsonrpc":"2.0","id":1})", ErrorCode::invalid_argument},
            {R"({"jsonrpc":"2.0","id":1,"result":1,"error":{}})", ErrorCode::invalid_argument},
        };
        for (const auto& [text, code] : cases) {
            // A name of its own: clang 14 captures no structured bindings.
            const auto& line = text;
            CAPTURE(line);
            const auto message = parse_message(line);
            REQUIRE(!message);
            CHECK(message.error().code == code);
        }
    }

    TEST_CASE("an error without the usual parts is still an error") {
        const auto reply = parse_message(R"({"jsonrpc":"2.0","id":1,"error":3})");
        REQUIRE(reply.has_value());
        CHECK(std::get<Reply>(*reply).result.error().code == ErrorCode::failed);
    }

    TEST_CASE("a misspelt method is answered with the nearest one") {
        CHECK(unknown_method("statsu").hint == "did you mean 'status'?");
        CHECK(unknown_method("zzzzzzzz").hint == "rpc.describe lists the methods");
        CHECK(find_method("status") != nullptr);
        CHECK(find_method("statu") == nullptr);
        CHECK(find_method("") == nullptr);
    }

    TEST_CASE("only what changes something is a write method") {
        const std::set<std::string_view> reads = {
            "approve.list",  "approve.show",     "backup.list",  "backup.verify", "conflict.list",
            "conflict.show", "daemon.check",     "daemon.info",  "device.list",   "device.waiting",
            "events.list",   "events.subscribe", "history.list", "hub.audit",     "hub.backup",
            "hub.devices",   "hub.status",       "item.why",     "project.list",  "rpc.describe",
            "source.find",   "source.list",      "source.show",  "status"};
        for (const auto& row : kMethods) {
            CAPTURE(std::string(row.name));
            CHECK((row.access == Access::read) == reads.contains(row.name));
        }
    }
}
