// g++ 12 destroys some temporaries of a co_await expression twice: aggregates built in place and
// lambdas that own what they capture (by value). Braced lists do not compile, and `?:` around a
// co_await is miscompiled elsewhere. Whatever is more than a name, std::move(name), a literal or a
// by-reference lambda is built in a named local on the line above.
#include "tests/tidy/checks.h"

#include <algorithm>

namespace satchel::tidy {

namespace {

constexpr std::string_view kCoAwait = "co_await";

char before(std::string_view code, std::size_t at) {
    while (at > 0 && (code[at - 1] == ' ' || code[at - 1] == '\n')) --at;
    return at == 0 ? ';' : code[at - 1];
}

std::size_t skip_blank(std::string_view code, std::size_t at) {
    while (at < code.size() && (code[at] == ' ' || code[at] == '\n')) ++at;
    return at;
}

/// True when a '[' after `last` opens a lambda and not an index.
bool opens_lambda(char last) {
    return !is_word(last) && last != ')' && last != ']' && last != '"';
}

bool owns_a_capture(std::string_view captures) {
    std::size_t at = 0;
    while (at < captures.size()) {
        at = skip_blank(captures, at);
        if (at >= captures.size()) return false;
        const std::string_view rest = captures.substr(at);
        std::size_t end = at;
        while (end < captures.size() && captures[end] != ',')
            end = std::string_view("([{").find(captures[end]) == std::string_view::npos
                      ? end + 1
                      : skip_brackets(captures, end);
        if (rest[0] != '&' && !rest.starts_with("this")) return true;
        at = end + 1;
    }
    return false;
}

/// One past the body of the lambda whose '[' is at `at`.
std::size_t end_of_lambda(std::string_view code, std::size_t at) {
    at = skip_brackets(code, at);
    while (at < code.size() && code[at] != '{' && code[at] != ';')
        at = code[at] == '(' ? skip_brackets(code, at) : at + 1;
    return at < code.size() && code[at] == '{' ? skip_brackets(code, at) : at;
}

struct Walk {
    const SourceFile& file;
    Findings& findings;

    void report(std::size_t at, std::string_view message) const {
        findings.push_back({"co_await", file.path, file.line_of(at), std::string(message)});
    }

    /// Looks at the operand that begins at `at`, to the end of its expression.
    void operand(std::size_t at) const {
        const std::string_view code = file.code;
        int depth = 0;
        while (at < code.size()) {
            const char c = code[at];
            if (c == ';' || (depth == 0 && c == ',')) return;
            if (c == '[' && opens_lambda(before(code, at))) {
                const std::size_t close = skip_brackets(code, at) - 1;
                if (owns_a_capture(code.substr(at + 1, close - at - 1)))
                    report(at, "a lambda that captures by value: name it on the line above");
                at = end_of_lambda(code, at);
                continue;
            }
            if (c == '?') report(at, "?: with co_await: write an if");
            // After the operand's own parentheses a '{' is the block of an if or for.
            if (c == '{' && depth == 0 && before(code, at) == ')') return;
            if (c == '{') {
                report(at, "a braced temporary: name it on the line above");
                at = skip_brackets(code, at);
                continue;
            }
            if (c == '(' || c == '[') ++depth;
            if (c == ')' || c == ']' || c == '}') --depth;
            if (depth < 0) return;
            ++at;
        }
    }

    /// Looks back from the co_await at `at` for a '?' of the same statement.
    void backwards(std::size_t at) const {
        const std::string_view code = file.code;
        int depth = 0;
        while (at > 0) {
            const char c = code[--at];
            if (c == ')' || c == ']') ++depth;
            if (c == '(' || c == '[') --depth;
            if (depth <= 0 && (c == ';' || c == '{' || c == '}')) return;
            if (depth <= 0 && c == '?') return report(at, "?: with co_await: write an if");
        }
    }
};

}  // namespace

void check_co_await(const SourceFile& file, const Tables&, Findings& findings) {
    const Walk walk{file, findings};
    const std::string_view code = file.code;
    for (std::size_t at = code.find(kCoAwait); at != std::string_view::npos;
         at = code.find(kCoAwait, at + 1)) {
        const bool whole = (at == 0 || !is_word(code[at - 1])) &&
                           !is_word(code[std::min(at + kCoAwait.size(), code.size() - 1)]);
        if (!whole) continue;
        walk.backwards(at);
        walk.operand(at + kCoAwait.size());
    }
}

}  // namespace satchel::tidy
