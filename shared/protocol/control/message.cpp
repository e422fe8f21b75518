// Reading and printing of the envelope. Lines come from another process and may be anything.
#include "shared/protocol/control/message.h"

#include <utility>

namespace satchel::control {
namespace {

Error malformed(std::string_view what) {
    return {ErrorCode::invalid_argument, "read message: " + std::string(what)};
}

std::optional<std::string_view> find_text(const json::Object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    const auto* text = value ? value->if_string() : nullptr;
    if (!text) return std::nullopt;
    return std::string_view(text->data(), text->size());
}

std::optional<std::int64_t> find_id(const json::Object& object) {
    const auto* value = object.if_contains("id");
    if (!value) return std::nullopt;
    if (const auto* number = value->if_int64()) return *number;
    return std::nullopt;
}

Error read_error(const json::Value& value) {
    Error error{ErrorCode::failed, "the daemon reported an error without words"};
    const auto* object = value.if_object();
    if (!object) return error;
    if (const auto message = find_text(*object, "message")) error.message = *message;
    const auto* data = object->if_contains("data");
    if (const auto* details = data ? data->if_object() : nullptr) {
        if (const auto name = find_text(*details, "code")) error.code = error_code_named(*name);
        if (const auto hint = find_text(*details, "hint")) error.hint = *hint;
    }
    return error;
}

Result<Message> read_reply(const json::Object& object) {
    Reply reply;
    reply.id = find_id(object);
    const auto* error = object.if_contains("error");
    const auto* result = object.if_contains("result");
    if ((error == nullptr) == (result == nullptr))
        return malformed("a reply has either a result or an error");
    if (error)
        reply.result = read_error(*error);
    else
        reply.result = *result;
    return Message{std::move(reply)};
}

json::Object new_envelope() {
    json::Object object;
    object["jsonrpc"] = "2.0";
    return object;
}

std::string print_line(json::Object object) {
    return json::to_text(json::Value(std::move(object))) + "\n";
}

}  // namespace

Result<Message> parse_message(std::string_view line) {
    SATCHEL_TRY(value, json::parse(line));
    const auto* object = value.if_object();
    if (!object) return malformed("not an object");
    if (find_text(*object, "jsonrpc") != "2.0") return malformed("not JSON-RPC 2.0");
    if (!object->contains("method")) return read_reply(*object);

    const auto method = find_text(*object, "method");
    if (!method) return malformed("the method is not a string");
    const auto* params = object->if_contains("params");
    json::Value values = params ? *params : json::Value(json::Object{});
    if (!values.is_object()) return malformed("params must be an object");
    if (!object->contains("id"))
        return Message{Notification{std::string(*method), std::move(values)}};
    const auto id = find_id(*object);
    if (!id) return malformed("the id must be a whole number");
    return Message{Call{*id, std::string(*method), std::move(values)}};
}

std::string print_message(const Call& call) {
    auto object = new_envelope();
    object["id"] = call.id;
    object["method"] = call.method;
    object["params"] = call.params;
    return print_line(std::move(object));
}

std::string print_message(const Reply& reply) {
    auto object = new_envelope();
    object["id"] = reply.id ? json::Value(*reply.id) : json::Value(nullptr);
    if (reply.result) {
        object["result"] = *reply.result;
        return print_line(std::move(object));
    }
    const Error& failure = reply.result.error();
    json::Object error;
    error["code"] = reply.number != 0 ? reply.number : rpc_number(failure.code);
    json::Object data;
    data["code"] = json::to_json(std::string(error_row(failure.code).name));
    if (!failure.hint.empty()) data["hint"] = json::to_json(failure.hint);
    error["message"] = json::to_json(failure.message);
    error["data"] = std::move(data);
    object["error"] = std::move(error);
    return print_line(std::move(object));
}

std::string print_message(const Notification& notification) {
    auto object = new_envelope();
    object["method"] = notification.method;
    object["params"] = notification.params;
    return print_line(std::move(object));
}

int rpc_number(ErrorCode code) {
    switch (code) {
        case ErrorCode::corrupt:
            return -32700;
        case ErrorCode::invalid_argument:
            return -32602;
        case ErrorCode::internal:
            return -32603;
        case ErrorCode::refused:
            return -32000;
        default:
            return -32001;
    }
}

json::Value error_to_json(const Error& error) {
    json::Object object;
    object["code"] = json::to_json(std::string(error_row(error.code).name));
    object["message"] = json::to_json(error.message);
    object["hint"] = json::to_json(error.hint);
    return object;
}

}  // namespace satchel::control
