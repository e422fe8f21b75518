// See transcripts.h. Records are put together as text: they hold words and ids only, nothing that
// JSON would have to escape.
#include "tests/generate/transcripts.h"

#include "shared/base/time_text.h"

namespace satchel::generate {

namespace {

/// `"key":"value"`
std::string field(std::string_view key, std::string_view value) {
    std::string text = "\"";
    text.append(key).append("\":\"").append(value).append("\"");
    return text;
}

std::string claude_frame(Random& random, Session& session, std::string_view type) {
    const std::string id = uuid(random);
    session.time_ms += static_cast<std::int64_t>(200 + random.below(40'000));
    std::string text = "{\"parentUuid\":";
    text += session.parent.empty() ? "null" : '"' + session.parent + '"';
    text += ",\"isSidechain\":false,\"userType\":\"external\"," + field("cwd", session.cwd) + ',' +
            field("sessionId", session.id) + ",\"version\":\"2.1.220\"," +
            field("gitBranch", session.branch) + ',' + field("type", type) + ',' +
            field("uuid", id) + ',' + field("timestamp", timestamp(session.time_ms));
    session.parent = id;
    return text;
}

}  // namespace

std::string timestamp(std::int64_t time_ms) {
    return to_rfc3339(time_ms);
}

std::string claude_line(Random& random, Session& session, std::size_t bytes) {
    const std::uint64_t kind = random.below(10);
    if (kind < 2)
        return claude_frame(random, session, "user") + ",\"message\":{\"role\":\"user\"," +
               field("content", prose(random, bytes / 4 + 20)) + "}}\n";
    if (kind < 5)
        return claude_frame(random, session, "assistant") +
               ",\"message\":{\"role\":\"assistant\",\"model\":\"claude-opus\",\"content\":[{"
               "\"type\":\"text\"," +
               field("text", prose(random, bytes)) +
               "}],\"usage\":{\"input_tokens\":" + std::to_string(random.below(90'000)) +
               ",\"output_tokens\":" + std::to_string(random.below(4'000)) + "}}}\n";
    const std::string tool = "toolu_" + hex(random, 24);
    if (kind < 7)
        return claude_frame(random, session, "assistant") +
               ",\"message\":{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\"," +
               field("id", tool) + ",\"name\":\"Read\",\"input\":{" +
               field("file_path", session.cwd + "/src/" + std::string(word(random)) + ".py") +
               "}}]}}\n";
    return claude_frame(random, session, "user") +
           ",\"message\":{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\"," +
           field("tool_use_id", tool) + ',' + field("content", prose(random, bytes * 2)) + "}]}}\n";
}

std::string codex_head(Random& random, Session& session) {
    return "{" + field("timestamp", timestamp(session.time_ms)) +
           ",\"type\":\"session_meta\",\"payload\":{" + field("id", session.id) + ',' +
           field("timestamp", timestamp(session.time_ms)) + ',' + field("cwd", session.cwd) +
           ",\"originator\":\"codex_cli_rs\",\"cli_version\":\"0.140.0\",\"source\":\"cli\","
           "\"git\":{" +
           field("commit_hash", hex(random, 40)) + ',' + field("branch", session.branch) + "}}}\n";
}

std::string codex_line(Random& random, Session& session, std::size_t bytes) {
    session.time_ms += static_cast<std::int64_t>(100 + random.below(20'000));
    const std::string head = "{" + field("timestamp", timestamp(session.time_ms)) + ',';
    switch (random.below(4)) {
        case 0:
            return head + "\"type\":\"event_msg\",\"payload\":{\"type\":\"user_message\"," +
                   field("message", prose(random, bytes / 4 + 20)) + "}}\n";
        case 1:
            return head +
                   "\"type\":\"response_item\",\"payload\":{\"type\":\"function_call\","
                   "\"name\":\"shell\"," +
                   field("call_id", "call_" + hex(random, 16)) + ',' +
                   field("arguments", prose(random, 60)) + "}}\n";
        case 2:
            return head +
                   "\"type\":\"response_item\",\"payload\":{\"type\":\"function_call_output\"," +
                   field("call_id", "call_" + hex(random, 16)) + ',' +
                   field("output", prose(random, bytes * 2)) + "}}\n";
        default:
            return head + "\"type\":\"event_msg\",\"payload\":{\"type\":\"agent_message\"," +
                   field("message", prose(random, bytes)) + "}}\n";
    }
}

}  // namespace satchel::generate
