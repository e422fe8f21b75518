// Public declarations need `///`. A small reader of C++ structure: it cuts the code of a header
// into declarations at ';' and '{', knows whether it is in a namespace or in the public part of a
// class, and skips bodies. Declarations that stand together without a blank line may share one
// comment.
#include "tests/tidy/checks.h"

#include <algorithm>
#include <array>

namespace satchel::tidy {

namespace {

enum class Scope { open_namespace, hidden, public_part, private_part };

bool starts_with_word(std::string_view text, std::string_view word) {
    return text.starts_with(word) && (text.size() == word.size() || !is_word(text[word.size()]));
}

/// Drops `template <…>`, attributes and specifiers in front of a declaration.
std::string_view without_prefixes(std::string_view text) {
    constexpr std::array<std::string_view, 9> kPrefixes = {"inline",
                                                           "constexpr",
                                                           "static",
                                                           "extern",
                                                           "virtual",
                                                           "explicit",
                                                           "typedef",
                                                           "consteval",
                                                           "export"};
    for (bool changed = true; changed;) {
        changed = false;
        const std::size_t start = std::min(text.find_first_not_of(" \n"), text.size());
        text.remove_prefix(start);
        if (starts_with_word(text, "template")) {
            std::size_t at = text.find('<');
            int depth = 0;
            for (; at < text.size(); ++at) {
                depth += text[at] == '<' ? 1 : text[at] == '>' ? -1 : 0;
                if (depth == 0) break;
            }
            text.remove_prefix(std::min(at + 1, text.size()));
            changed = true;
        }
        if (text.starts_with("[[")) {
            text.remove_prefix(skip_brackets(text, 0));
            changed = true;
        }
        if (starts_with_word(text, "requires") && text.find('(') < text.find(' ')) {
            text.remove_prefix(skip_brackets(text, text.find('(')));
            changed = true;
        }
        for (const std::string_view prefix : kPrefixes)
            if (starts_with_word(text, prefix)) {
                text.remove_prefix(prefix.size());
                changed = true;
            }
    }
    return text;
}

bool declares_type(std::string_view plain) {
    return starts_with_word(plain, "class") || starts_with_word(plain, "struct") ||
           starts_with_word(plain, "union") || starts_with_word(plain, "enum");
}

/// A specialisation or an out-of-class definition says nothing new.
bool is_qualified_type(std::string_view plain) {
    const std::string_view head = plain.substr(0, plain.find(" : "));
    return head.find('<') != std::string_view::npos || head.find("::") != std::string_view::npos;
}

/// Constructors, destructors, operators and what is only repeated need no words.
bool is_plain_member(std::string_view plain, std::string_view class_name) {
    if (starts_with_word(plain, class_name) || plain.starts_with('~')) return true;
    for (const std::string_view word : {"operator", "= default", "= delete", " override", " final"})
        if (plain.find(word) != std::string_view::npos) return true;
    return false;
}

std::string name_of_type(std::string_view plain) {
    std::size_t at = plain.find_first_of(" \n");
    at = plain.find_first_not_of(" \n", std::min(at, plain.size()));
    while (at < plain.size() && plain.substr(at).starts_with("[[")) {
        at = skip_brackets(plain, at);
        at = plain.find_first_not_of(" \n", at);
    }
    std::string name;
    for (; at < plain.size() && is_word(plain[at]); ++at) name += plain[at];
    return name == "class" ? name_of_type(plain.substr(plain.find("class"))) : name;
}

class Reader {
  public:
    Reader(const SourceFile& file, Findings& findings)
        : file_(file), code_(file.code), findings_(findings) {}

    void read(std::size_t at, std::size_t end, Scope scope, const std::string& class_name) {
        std::size_t start = at;
        while (at < end) {
            const char c = code_[at];
            if (c == '(' || c == '[') {
                at = skip_brackets(code_, at);
            } else if (c == ':' && access_label(start, at, scope)) {
                start = ++at;
            } else if (c == ';') {
                declaration(start, at, scope, class_name, false);
                start = ++at;
            } else if (c == '{') {
                at = braces(start, at, end, scope, class_name);
                start = at;
            } else {
                ++at;
            }
        }
    }

  private:
    bool access_label(std::size_t start, std::size_t colon, Scope& scope) const {
        if (scope != Scope::public_part && scope != Scope::private_part) return false;
        const std::string_view word = without_prefixes(code_.substr(start, colon - start));
        if (word == "public") scope = Scope::public_part;
        if (word == "private" || word == "protected") scope = Scope::private_part;
        return word == "public" || word == "private" || word == "protected";
    }

    /// Handles the '{' at `at` of the declaration that began at `start`; returns where to go on.
    std::size_t braces(std::size_t start,
                       std::size_t at,
                       std::size_t end,
                       Scope scope,
                       const std::string& class_name) {
        const std::string_view plain = without_prefixes(code_.substr(start, at - start));
        const std::size_t after = std::min(skip_brackets(code_, at), end);
        if (starts_with_word(plain, "namespace")) {
            const bool hidden = scope == Scope::hidden || plain.find("detail") != plain.npos ||
                                plain.find_first_not_of(" \n", 9) == plain.npos;
            read(at + 1, after - 1, hidden ? Scope::hidden : Scope::open_namespace, {});
            return after;
        }
        if (declares_type(plain)) {
            declaration(start, at, scope, class_name, true);
            const bool counted = scope == Scope::open_namespace || scope == Scope::public_part;
            if (!starts_with_word(plain, "enum") && counted && !is_qualified_type(plain))
                read(at + 1,
                     after - 1,
                     starts_with_word(plain, "class") ? Scope::private_part : Scope::public_part,
                     name_of_type(plain));
            return skip_semicolon(after);
        }
        const bool is_operator = plain.find("operator") != plain.npos;
        if (is_operator || plain.find('(') < plain.find('=')) {
            declaration(start, at, scope, class_name, true);
            return skip_semicolon(end_of_body(after));
        }
        // A variable with a braced value: the declaration ends at its ';'.
        return skip_semicolon(std::min(code_.find(';', after), end));
    }

    /// A constructor's member list may have braces of its own before the body.
    [[nodiscard]] std::size_t end_of_body(std::size_t at) const {
        std::size_t next = code_.find_first_not_of(" \n", at);
        while (next < code_.size() && (code_[next] == ',' || code_[next] == '{')) {
            at = skip_brackets(code_, std::min(code_.find('{', next), code_.size()));
            next = code_.find_first_not_of(" \n", at);
        }
        return at;
    }

    [[nodiscard]] std::size_t skip_semicolon(std::size_t at) const {
        const std::size_t next = code_.find_first_not_of(" \n", at);
        return next < code_.size() && code_[next] == ';' ? next + 1 : at;
    }

    void declaration(std::size_t start,
                     std::size_t end,
                     Scope scope,
                     const std::string& class_name,
                     bool has_body) {
        if (scope == Scope::hidden || scope == Scope::private_part) return;
        start = code_.find_first_not_of(" \n", start);
        if (start >= end) return;
        const std::string_view whole = code_.substr(start, end - start);
        const std::string_view plain = without_prefixes(whole);
        const bool is_type = declares_type(plain);
        if (is_type && (!has_body || is_qualified_type(plain))) return;
        if (!is_type && !is_function(plain)) return;
        if (!is_type && scope == Scope::public_part && is_plain_member(plain, class_name)) return;
        if (!is_type && has_body && has_short_body(start, end)) return;
        if (!is_type && scope == Scope::public_part && has_short_signature(whole)) return;
        const bool is_enum = starts_with_word(plain, "enum");
        if (is_enum && has_row_comments(end)) return;
        // A small struct inside a documented class is told by its members.
        if (is_type && !is_enum && scope == Scope::public_part) return;
        const bool is_alone = is_type && !is_enum;
        if (!is_documented(file_.line_of(start), is_alone))
            findings_.push_back(
                {"docs", file_.path, file_.line_of(start), "no /// on: " + first_line(whole)});
    }

    /// A short body says what it does.
    [[nodiscard]] bool has_short_body(std::size_t start, std::size_t open) const {
        constexpr std::size_t kLines = 5;
        return file_.line_of(skip_brackets(code_, open)) - file_.line_of(start) < kLines;
    }

    /// So does a member's signature of a few words, with its class's comment.
    static bool has_short_signature(std::string_view whole) {
        constexpr std::size_t kBytes = 70;
        return whole.size() <= kBytes && whole.find_first_of(",\n") == whole.npos;
    }

    static bool is_function(std::string_view plain) {
        for (const std::string_view word :
             {"using", "friend", "static_assert", "return", "namespace"})
            if (starts_with_word(plain, word)) return false;
        const std::size_t open = plain.find('(');
        if (open == plain.npos || plain.find('=') < open || plain.starts_with("SATCHEL_"))
            return false;
        return open > 0 && is_word(plain[open - 1]);
    }

    static std::string first_line(std::string_view text) {
        return std::string(text.substr(0, std::min<std::size_t>(text.find('\n'), 60)));
    }

    /// An enumeration may be told row by row.
    [[nodiscard]] bool has_row_comments(std::size_t open) const {
        const std::string_view text = file_.text;
        return text.substr(open, skip_brackets(code_, open) - open).find("//") != text.npos;
    }

    /// A type needs a comment right above. Anything else may stand in a run of lines (no blank one,
    /// none with only a bracket) in which any has a comment.
    [[nodiscard]] bool is_documented(std::size_t line, bool is_alone) const {
        const auto has_doc = [&](std::size_t number) {
            return file_.lines[number - 1].find("///") != std::string_view::npos;
        };
        if (has_doc(line)) return true;
        if (is_alone) return line > 1 && has_doc(line - 1);
        const auto is_edge = [&](std::size_t number) {
            const std::string_view text = file_.lines[number - 1];
            const std::size_t first = text.find_first_not_of(' ');
            return first == text.npos || text.find("public:") != text.npos || text.back() == '{' ||
                   text[first] == '}';
        };
        for (std::size_t up = line - 1; up >= 1 && !is_edge(up); --up)
            if (has_doc(up)) return true;
        for (std::size_t down = line; down <= file_.lines.size() && !is_edge(down); ++down)
            if (has_doc(down)) return true;
        return false;
    }

    const SourceFile& file_;
    std::string_view code_;
    Findings& findings_;
};

}  // namespace

void check_docs(const SourceFile& file, const Tables&, Findings& findings) {
    if (!file.is_header() || file.is_below("tests")) return;
    Reader(file, findings).read(0, file.code.size(), Scope::open_namespace, {});
}

}  // namespace satchel::tidy
