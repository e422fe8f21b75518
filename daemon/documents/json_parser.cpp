// See json_parser.h. Recursive descent with a bounded depth; every value notes where it stands.
#include "daemon/documents/json_parser.h"

#include "daemon/documents/canonical.h"

#include <algorithm>
#include <unordered_set>

namespace satchel::documents {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::optional<unsigned> hex_unit(std::string_view text) {
    if (text.size() < 4) return std::nullopt;
    unsigned unit = 0;
    for (const char c : text.substr(0, 4)) {
        const char lower = static_cast<char>(c | 0x20);
        if (!is_digit(c) && !(lower >= 'a' && lower <= 'f')) return std::nullopt;
        unit = unit * 16 + static_cast<unsigned>(is_digit(c) ? c - '0' : lower - 'a' + 10);
    }
    return unit;
}

/// The code point after "\u" at `rest`, which is moved behind it.
std::optional<unsigned> take_code(std::string_view& rest) {
    const auto unit = hex_unit(rest);
    if (!unit) return std::nullopt;
    rest.remove_prefix(4);
    if (*unit < 0xD800 || *unit > 0xDBFF || !rest.starts_with("\\u")) return unit;
    const auto low = hex_unit(rest.substr(2));
    if (!low || *low < 0xDC00 || *low > 0xDFFF) return unit;
    rest.remove_prefix(6);
    return 0x10000u + ((*unit - 0xD800u) << 10) + (*low - 0xDC00u);
}

class JsonParser {
  public:
    JsonParser(std::string_view text, bool takes_comments)
        : text_(text), takes_comments_(takes_comments) {}

    Result<Parsed> document() {
        if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
        if (!skip()) return fault("a comment does not end");
        Parsed parsed;
        parsed.root.kind = NodeKind::object;
        parsed.root.begin = parsed.root.end = text_.size();
        if (at_ == text_.size()) return parsed;
        if (peek() != '{') return fault("a settings document begins with {");
        SATCHEL_TRY(root, value(0));
        parsed.root = std::move(root);
        if (!skip() || at_ != text_.size()) return fault("something stands after the document");
        return parsed;
    }

    Result<Node> lone_value() {
        SATCHEL_TRY(node, value(0));
        if (at_ != text_.size()) return fault("something stands after the value");
        return node;
    }

  private:
    [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

    [[nodiscard]] Error fault(std::string_view what) const {
        return fault_at("JSON", text_, at_, what);
    }

    bool skip() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
                ++at_;
            } else if (takes_comments_ && text_.substr(at_).starts_with("//")) {
                at_ = std::min(text_.find('\n', at_), text_.size());
            } else if (takes_comments_ && text_.substr(at_).starts_with("/*")) {
                const auto end = text_.find("*/", at_ + 2);
                if (end == std::string_view::npos) return false;
                at_ = end + 2;
            } else {
                return true;
            }
        }
        return true;
    }

    Result<Node> value(std::size_t depth) {
        if (depth > kDepthMax) return fault("it is nested too deep");
        Node node;
        node.begin = node.item_begin = at_;
        const char c = peek();
        if (c == '{' || c == '[') {
            node.kind = c == '{' ? NodeKind::object : NodeKind::array;
            if (Status status = items(node, depth); !status) return std::move(status).error();
        } else if (c == '"') {
            SATCHEL_TRY(text, string());
            node.value = quote(text);
        } else if (c == '-' || is_digit(c)) {
            if (!number()) return fault("a number is malformed");
            node.value = text_.substr(node.begin, at_ - node.begin);
        } else {
            for (const std::string_view word : {"true", "false", "null"})
                if (text_.substr(at_).starts_with(word)) node.value = word;
            if (node.value.empty()) return fault("a value is missing or malformed");
            at_ += node.value.size();
        }
        node.end = at_;
        return node;
    }

    Status items(Node& node, std::size_t depth) {
        const char close = node.is_object() ? '}' : ']';
        std::unordered_set<std::string> names;
        ++at_;
        while (true) {
            if (!skip()) return fault("a comment does not end");
            const bool may_close = node.items.empty() || takes_comments_;
            if (peek() == close && may_close) break;
            if (!node.items.empty() && node.items.back().comma == kNowhere)
                return fault("a comma is missing");
            Node item;
            const std::size_t begin = at_;
            std::string name;
            if (node.is_object()) {
                if (peek() != '"') return fault("a name is missing");
                SATCHEL_TRY(text, string());
                name = std::move(text);
                if (!names.insert(name).second) return fault("a name stands twice in one object");
                if (!skip() || peek() != ':') return fault("a colon is missing");
                ++at_;
                if (!skip()) return fault("a comment does not end");
            }
            SATCHEL_TRY(found, value(depth + 1));
            found.name = std::move(name);
            found.item_begin = begin;
            node.items.push_back(std::move(found));
            if (!skip()) return fault("a comment does not end");
            if (peek() == close) break;
            if (peek() != ',') return fault("a comma is missing");
            node.items.back().comma = at_++;
        }
        ++at_;
        return ok();
    }

    Result<std::string> string() {
        const std::size_t begin = at_++;
        while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2u : 1u;
        if (at_ >= text_.size()) return fault("a string does not end");
        ++at_;
        auto text = decode_json_string(text_.substr(begin, at_ - begin));
        if (!text) return fault("a string is malformed");
        return std::move(*text);
    }

    bool number() {
        const auto digits = [&] {
            const std::size_t begin = at_;
            while (is_digit(peek())) ++at_;
            return at_ - begin;
        };
        if (peek() == '-') ++at_;
        const bool is_zero = peek() == '0';
        const std::size_t whole = digits();
        if (whole == 0 || (is_zero && whole > 1)) return false;
        if (peek() == '.') {
            ++at_;
            if (digits() == 0) return false;
        }
        if (peek() == 'e' || peek() == 'E') {
            ++at_;
            if (peek() == '+' || peek() == '-') ++at_;
            if (digits() == 0) return false;
        }
        return true;
    }

    std::string_view text_;
    bool takes_comments_;
    std::size_t at_ = 0;
};

}  // namespace

Result<Parsed> parse_json(std::string_view text) {
    return JsonParser(text, true).document();
}

Result<Node> parse_json_value(std::string_view text) {
    return JsonParser(text, false).lone_value();
}

std::optional<std::string> decode_json_string(std::string_view quoted) {
    constexpr std::string_view kLetters = "btnfr\"\\/";
    constexpr std::string_view kMeanings = "\b\t\n\f\r\"\\/";
    if (quoted.size() < 2 || quoted.front() != '"' || quoted.back() != '"') return std::nullopt;
    std::string_view rest = quoted.substr(1, quoted.size() - 2);
    std::string out;
    while (!rest.empty()) {
        const char c = rest.front();
        rest.remove_prefix(1);
        if (static_cast<unsigned char>(c) < 0x20 || c == '"') return std::nullopt;
        if (c != '\\') {
            out += c;
            continue;
        }
        if (rest.empty()) return std::nullopt;
        const char letter = rest.front();
        rest.remove_prefix(1);
        const auto place = kLetters.find(letter);
        if (place != std::string_view::npos) {
            out += kMeanings[place];
            continue;
        }
        const auto code = letter == 'u' ? take_code(rest) : std::nullopt;
        if (!code) return std::nullopt;
        append_utf8(*code, out);
    }
    return out;
}

void append_utf8(unsigned code, std::string& out) {
    const auto add = [&](unsigned byte) { out += static_cast<char>(byte); };
    const auto tail = [&](unsigned bits) { add(0x80u | (bits & 0x3Fu)); };
    if (code < 0x80) {
        add(code);
    } else if (code < 0x800) {
        add(0xC0u | (code >> 6));
        tail(code);
    } else if (code < 0x10000) {
        add(0xE0u | (code >> 12));
        tail(code >> 6);
        tail(code);
    } else {
        add(0xF0u | (code >> 18));
        tail(code >> 12);
        tail(code >> 6);
        tail(code);
    }
}

Error fault_at(std::string_view format,
               std::string_view text,
               std::size_t at,
               std::string_view what) {
    const auto before = text.substr(0, std::min(at, text.size()));
    const auto line = 1 + std::ranges::count(before, '\n');
    return {ErrorCode::corrupt,
            "parse " + std::string(format) + ": line " + std::to_string(line) + ": " +
                std::string(what)};
}

}  // namespace satchel::documents
