// Values and keys of TOML.
#include "daemon/documents/canonical.h"
#include "daemon/documents/json_parser.h"
#include "daemon/documents/toml_parser.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace satchel::documents {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_control(char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
}

/// `text` without underscores between digits; nothing when one stands elsewhere.
std::optional<std::string> without_underscores(std::string_view text) {
    const auto is_hex = [](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    };
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '_') {
            out += text[i];
            continue;
        }
        const bool is_between =
            i > 0 && i + 1 < text.size() && is_hex(text[i - 1]) && is_hex(text[i + 1]);
        if (!is_between) return std::nullopt;
    }
    return out;
}

std::optional<std::string> based_integer(std::string_view digits, int base) {
    std::uint64_t number = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
    const bool is_whole = error == std::errc() && end == digits.data() + digits.size();
    if (digits.empty() || !is_whole || number > INT64_MAX) return std::nullopt;
    return std::to_string(number);
}

std::optional<std::string> number_of(std::string_view text) {
    const auto plain = without_underscores(text);
    if (!plain) return std::nullopt;
    std::string_view rest = *plain;
    if (rest.starts_with("0x")) return based_integer(rest.substr(2), 16);
    if (rest.starts_with("0o")) return based_integer(rest.substr(2), 8);
    if (rest.starts_with("0b")) return based_integer(rest.substr(2), 2);
    if (rest.starts_with('+')) rest.remove_prefix(1);
    // What is left is written as in JSON, except that a sign may not stand twice.
    const std::string number(rest);
    if (number.empty() || !(is_digit(number[0]) || number[0] == '-')) return std::nullopt;
    if (plain->starts_with('+') && number[0] == '-') return std::nullopt;
    const auto parsed = parse_json_value(number);
    if (!parsed || parsed->kind != NodeKind::scalar) return std::nullopt;
    if (number.find_first_of(".eE") != std::string::npos) return number;
    std::int64_t whole = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), whole);
    if (error != std::errc() || end != number.data() + number.size()) return std::nullopt;
    return std::to_string(whole);
}

/// Takes digits as `form` says, where 0 stands for one; other characters stand for themselves.
bool take(std::string_view& text, std::string_view form) {
    if (text.size() < form.size()) return false;
    for (std::size_t i = 0; i < form.size(); ++i)
        if (form[i] == '0' ? !is_digit(text[i]) : text[i] != form[i]) return false;
    text.remove_prefix(form.size());
    return true;
}

bool is_moment(std::string_view text) {
    const bool has_date = take(text, "0000-00-00");
    if (has_date && text.empty()) return true;
    if (has_date) {
        if (text.front() != 'T' && text.front() != 't' && text.front() != ' ') return false;
        text.remove_prefix(1);
    }
    if (!take(text, "00:00:00")) return false;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        if (!take(text, "0")) return false;
        while (take(text, "0")) {
        }
    }
    if (text.empty()) return true;
    if (!has_date) return false;
    return text == "Z" || text == "z" ||
           ((take(text, "+00:00") || take(text, "-00:00")) && text.empty());
}

std::string only_toml(std::string_view text) {
    return "{" + quote(kTomlMember) + ":" + quote(text) + "}";
}

}  // namespace

std::optional<std::string> canonical_scalar(std::string_view text) {
    if (text == "true" || text == "false") return std::string(text);
    std::string_view unsigned_text = text;
    if (text.starts_with('+') || text.starts_with('-')) unsigned_text.remove_prefix(1);
    if (unsigned_text == "inf" || unsigned_text == "nan") return only_toml(text);
    if (is_moment(text)) return only_toml(text);
    return number_of(text);
}

Error TomlReader::fault(std::string_view what) const {
    return fault_at("TOML", text_, at_, what);
}

void TomlReader::skip_blanks() {
    while (peek() == ' ' || peek() == '\t') ++at_;
}

bool TomlReader::skip_comment() {
    if (peek() != '#') return true;
    while (!is_at_end() && peek() != '\n') {
        if (is_control(peek()) && !(peek() == '\r' && text_.substr(at_).starts_with("\r\n")))
            return false;
        ++at_;
    }
    if (!is_at_end() && text_[at_ - 1] == '\r') --at_;
    return true;
}

bool TomlReader::end_line() {
    if (is_at_end()) return true;
    if (text_.substr(at_).starts_with("\r\n")) ++at_;
    if (peek() != '\n') return false;
    ++at_;
    return true;
}

bool TomlReader::skip_lines() {
    while (true) {
        skip_blanks();
        if (!skip_comment()) return false;
        const bool is_newline = peek() == '\n' || text_.substr(at_).starts_with("\r\n");
        if (!is_newline) return true;
        end_line();
    }
}

Result<Pointer> TomlReader::key() {
    Pointer key;
    while (true) {
        skip_blanks();
        if (peek() == '"' || peek() == '\'') {
            if (text_.substr(at_).starts_with("\"\"\"") || text_.substr(at_).starts_with("'''"))
                return fault("a key is malformed");
            SATCHEL_TRY(name, string());
            key.push_back(std::move(name));
        } else {
            const std::size_t begin = at_;
            while (!is_at_end() && is_bare_name(text_.substr(at_, 1))) ++at_;
            if (at_ == begin) return fault("a key is missing or malformed");
            key.emplace_back(text_.substr(begin, at_ - begin));
        }
        if (key.size() > kDepthMax) return fault("it is nested too deep");
        skip_blanks();
        if (peek() != '.') return key;
        ++at_;
    }
}

Result<Node> TomlReader::value(std::size_t depth) {
    if (depth > kDepthMax) return fault("it is nested too deep");
    Node node;
    node.begin = node.item_begin = at_;
    const char c = peek();
    if (c == '[') {
        node.kind = NodeKind::array;
        if (Status status = array(node, depth); !status) return std::move(status).error();
    } else if (c == '{') {
        node.kind = NodeKind::object;
        if (Status status = inline_table(node, depth); !status) return std::move(status).error();
    } else if (c == '"' || c == '\'') {
        const bool is_long =
            text_.substr(at_).starts_with("\"\"\"") || text_.substr(at_).starts_with("'''");
        SATCHEL_TRY(text, is_long ? long_string(c) : string());
        node.value = quote(text);
    } else {
        constexpr std::string_view kLetters = "+-_.:";
        const auto is_part = [&](char one) {
            return is_bare_name({&one, 1}) || kLetters.find(one) != std::string_view::npos;
        };
        while (!is_at_end() && is_part(peek())) ++at_;
        // One space may stand between a date and a time.
        const bool has_time = at_ - node.begin == 10 && text_[node.begin + 4] == '-' &&
                              peek() == ' ' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]);
        if (has_time) ++at_;
        while (has_time && !is_at_end() && is_part(peek())) ++at_;
        auto scalar = canonical_scalar(text_.substr(node.begin, at_ - node.begin));
        if (!scalar) return fault("a value is missing or malformed");
        node.value = std::move(*scalar);
    }
    node.end = at_;
    return node;
}

Status TomlReader::array(Node& node, std::size_t depth) {
    ++at_;
    while (true) {
        if (!skip_lines()) return fault("a comment is malformed");
        if (peek() == ']') break;
        if (!node.items.empty() && node.items.back().comma == kNowhere)
            return fault("a comma is missing");
        SATCHEL_TRY(item, value(depth + 1));
        node.items.push_back(std::move(item));
        if (!skip_lines()) return fault("a comment is malformed");
        if (peek() == ',')
            node.items.back().comma = at_++;
        else if (peek() != ']')
            return fault("a comma is missing");
    }
    ++at_;
    return ok();
}

Status TomlReader::inline_table(Node& node, std::size_t depth) {
    ++at_;
    skip_blanks();
    while (peek() != '}') {
        if (!node.items.empty() && node.items.back().comma == kNowhere)
            return fault("a comma is missing");
        if (Status status = member(node, depth); !status) return status;
        skip_blanks();
        if (peek() != ',') continue;
        node.items.back().comma = at_++;
        skip_blanks();
        if (peek() == '}') return fault("a comma stands before the end of a table");
    }
    ++at_;
    return ok();
}

Status TomlReader::member(Node& node, std::size_t depth) {
    const std::size_t begin = at_;
    SATCHEL_TRY(names, key());
    if (peek() != '=') return fault("an equals sign is missing");
    ++at_;
    skip_blanks();
    SATCHEL_TRY(found, value(depth + names.size()));
    Node* into = &node;
    for (std::size_t i = 0; i + 1 < names.size(); ++i) {
        node.has_dotted = true;
        Node* next = into->find(names[i]);
        if (next == nullptr) {
            Node table;
            table.kind = NodeKind::object;
            table.shape = Shape::dotted;
            table.name = names[i];
            into->items.push_back(std::move(table));
            next = &into->items.back();
        }
        if (!next->is_object() || next->shape != Shape::dotted) return fault("a key stands twice");
        into = next;
    }
    if (into->find(names.back()) != nullptr) return fault("a key stands twice");
    found.name = names.back();
    found.item_begin = begin;
    into->items.push_back(std::move(found));
    return ok();
}

bool TomlReader::escape(std::string& out, bool is_long) {
    constexpr std::string_view kLetters = "btnfr\"\\";
    constexpr std::string_view kMeanings = "\b\t\n\f\r\"\\";
    const char letter = peek();
    const auto place = kLetters.find(letter);
    if (letter != '\0' && place != std::string_view::npos) {
        out += kMeanings[place];
        ++at_;
        return true;
    }
    if (letter == 'u' || letter == 'U') {
        const std::size_t size = letter == 'u' ? 4 : 8;
        const std::string_view digits = text_.substr(at_ + 1, size);
        unsigned code = 0;
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
        const bool is_whole = digits.size() == size && end == digits.data() + digits.size();
        if (error != std::errc() || !is_whole || code > 0x10FFFF) return false;
        if (code >= 0xD800 && code <= 0xDFFF) return false;
        append_utf8(code, out);
        at_ += 1 + size;
        return true;
    }
    if (!is_long) return false;
    // A backslash at the end of a line: white space up to the next word does not count.
    skip_blanks();
    if (peek() != '\n' && !text_.substr(at_).starts_with("\r\n")) return false;
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++at_;
    return true;
}

Result<std::string> TomlReader::string() {
    const char mark = peek();
    std::string out;
    ++at_;
    while (true) {
        if (is_at_end() || is_control(peek())) return fault("a string does not end in its line");
        const char c = text_[at_++];
        if (c == mark) return out;
        if (c != '\\' || mark == '\'') {
            out += c;
        } else if (!escape(out, false)) {
            return fault("a string is malformed");
        }
    }
}

Result<std::string> TomlReader::long_string(char mark) {
    const std::string close(3, mark);
    std::string out;
    at_ += 3;
    if (peek() == '\n' || text_.substr(at_).starts_with("\r\n")) end_line();
    while (true) {
        if (is_at_end()) return fault("a string does not end");
        if (text_.substr(at_).starts_with(close)) {
            at_ += 3;
            // Up to two more marks belong to the string.
            for (int i = 0; i < 2 && peek() == mark && !is_at_end(); ++i) {
                out += mark;
                ++at_;
            }
            return out;
        }
        const char c = text_[at_++];
        const bool is_newline = c == '\n' || (c == '\r' && peek() == '\n');
        if (is_control(c) && !is_newline) return fault("a string is malformed");
        if (c != '\\' || mark == '\'') {
            if (c != '\r') out += c;
        } else if (!escape(out, true)) {
            return fault("a string is malformed");
        }
    }
}

}  // namespace satchel::documents
