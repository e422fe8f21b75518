// Blocking calls over the control socket.
#include "ctl/client/client.h"

#include "shared/protocol/control/methods.h"

namespace satchel::ctl {
namespace {

// The connection broke between a call and its reply. Asking again is safe for questions only.
Error broken_call(const control::Call& call, Error error) {
    const auto* row = control::find_method(call.method);
    const bool writes = row != nullptr && row->access != control::Access::read;
    if (!writes || error.code == ErrorCode::interrupted) return error;
    return {ErrorCode::busy,
            "'" + call.method + "' was sent, but its outcome is not known: " + error.message,
            "look with: satchelctl status"};
}

// A refusal by a daemon of another version may be about what it does not know yet, or any more.
Error refused_by(Error error, const std::string& theirs, const std::string& ours) {
    if (error.code != ErrorCode::invalid_argument || theirs.empty() || theirs == ours) return error;
    error.hint = "the daemon is version " + theirs + " and this program " + ours +
                 "; after an upgrade: satchelctl daemon restart";
    return error;
}

}  // namespace

Result<Client> Client::open(platform::LocalStream stream, std::string_view version) {
    Client client(std::move(stream));
    control::HelloRequest hello;
    hello.client = "satchelctl";
    hello.version = version;
    hello.protocol = control::kProtocolVersion;
    SATCHEL_TRY(value, client.call_value(control::make_call(0, hello), kQuestionLimit));
    SATCHEL_TRY(answer, json::from_json<control::HelloResponse>(value));
    if (answer.protocol != control::kProtocolVersion)
        return Error{ErrorCode::version_mismatch,
                     "the daemon speaks control protocol " + std::to_string(answer.protocol) +
                         ", this program " + std::to_string(control::kProtocolVersion),
                     "restart the daemon after an upgrade: satchelctl daemon restart"};
    client.hello_ = std::move(answer);
    client.version_ = version;
    return client;
}

Result<control::Message> Client::read_message(milliseconds limit) {
    SATCHEL_TRY(line, stream_.read_line(limits::kControlFrameBytesMax, limit));
    return control::parse_message(line);
}

Result<json::Value> Client::call_value(const control::Call& call, milliseconds limit) {
    if (auto sent = stream_.write(control::print_message(call), kQuestionLimit); !sent)
        return sent.error();
    while (true) {
        auto message = read_message(limit);
        if (!message) return broken_call(call, std::move(message).error());
        if (auto* reply = std::get_if<control::Reply>(&*message)) {
            // A reply without an id is about the line itself or the connection, so about us.
            if (reply->id && *reply->id != call.id) continue;
            if (reply->result) return std::move(reply->result);
            return refused_by(reply->result.error(), hello_.version, version_);
        } else if (auto* note = std::get_if<control::Notification>(&*message)) {
            if (note->method != "progress" || !on_progress_) continue;
            if (auto progress = json::from_json<control::Progress>(note->params))
                on_progress_(*progress);
        }
    }
}

Result<control::Event> Client::next_event() {
    while (true) {
        SATCHEL_TRY(message, read_message(kWorkLimit));
        if (auto* note = std::get_if<control::Notification>(&message))
            if (note->method == "event") return json::from_json<control::Event>(note->params);
    }
}

}  // namespace satchel::ctl
