// Lines as assistants write them: conversation records of Claude Code, rollout records of Codex.
// Shapes only; the words are made up.
#pragma once

#include "tests/generate/random.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace satchel::generate {

/// What the lines of one session have in common.
struct Session {
    std::string id;
    std::string cwd;
    std::string branch;
    std::int64_t time_ms = kFirstDayMs;  ///< moves on with every line
    std::string parent;                  ///< uuid of the line before; empty at the start
};

/// One line (with its line end) of a Claude Code transcript carrying about `bytes` bytes of text;
/// a user's words, an assistant's, a tool call or a tool's output, in a lifelike mixture.
std::string claude_line(Random& random, Session& session, std::size_t bytes);
/// One line of a Codex rollout; the first line of a file is `codex_head`.
std::string codex_line(Random& random, Session& session, std::size_t bytes);
/// The session_meta line that names the thread.
std::string codex_head(Random& random, Session& session);
/// RFC 3339 with milliseconds.
std::string timestamp(std::int64_t time_ms);

}  // namespace satchel::generate
