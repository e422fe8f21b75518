// Headers and statements of TOML: which table a key belongs to, and what may not stand twice.
#include "daemon/documents/toml_parser.h"

#include "daemon/documents/canonical.h"
#include "daemon/documents/sequence.h"

namespace satchel::documents {

namespace {

class TomlParser {
  public:
    explicit TomlParser(std::string_view text) : text_(text), reader_(text, at_) {}

    Result<Parsed> document() {
        if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
        parsed_.root.kind = NodeKind::object;
        parsed_.root.shape = Shape::header;
        Section first;
        first.begin = first.body = first.insert_at = at_;
        parsed_.sections.push_back(first);
        while (!reader_.is_at_end()) {
            const std::size_t line = at_;
            reader_.skip_blanks();
            Status status = ok();
            if (reader_.peek() == '[')
                status = header(line);
            else if (!is_line_without_words())
                status = statement(line);
            if (!status) return std::move(status).error();
            if (!reader_.skip_comment() || !reader_.end_line())
                return reader_.fault("something stands after the value");
            if (current_line_ != kNowhere) close_line(line);
        }
        parsed_.sections.back().end = text_.size();
        return std::move(parsed_);
    }

  private:
    [[nodiscard]] bool is_line_without_words() const {
        const char c = reader_.peek();
        return reader_.is_at_end() || c == '#' || c == '\n' || c == '\r';
    }

    /// The line of a header or statement is over: what follows stands behind it.
    void close_line(std::size_t line) {
        Section& section = parsed_.sections.back();
        section.insert_at = at_;
        if (is_header_) section.body = at_;
        if (!is_header_) section.indent = indent_of(text_, line);
        if (last_ != nullptr) last_->line_end = at_;
        last_ = nullptr;
        current_line_ = kNowhere;
    }

    Status header(std::size_t line) {
        ++at_;
        const bool is_block = reader_.peek() == '[';
        if (is_block) ++at_;
        SATCHEL_TRY(path, reader_.key());
        for (int i = 0; i < (is_block ? 2 : 1); ++i) {
            if (reader_.peek() != ']') return reader_.fault("a header does not end");
            ++at_;
        }
        reader_.skip_blanks();
        Section section;
        section.path = path;
        section.begin = line;
        parsed_.sections.back().end = line;
        parsed_.sections.push_back(std::move(section));
        Node* into = &parsed_.root;
        for (std::size_t i = 0; i + 1 < path.size(); ++i) {
            into = step(*into, path[i]);
            if (into == nullptr) return reader_.fault("a table's name is taken");
        }
        Node* node = into->find(path.back());
        if (is_block ? !open_block(*into, node, path.back())
                     : !open_table(*into, node, path.back()))
            return reader_.fault("a table stands twice");
        last_ = nullptr;
        is_header_ = true;
        current_line_ = line;
        return ok();
    }

    static Node make_table(const std::string& name, Shape shape) {
        Node table;
        table.kind = NodeKind::object;
        table.shape = shape;
        table.name = name;
        return table;
    }

    /// Into a table on the way of a header; the last one of an array of tables.
    static Node* step(Node& from, const std::string& name) {
        Node* next = from.find(name);
        if (next == nullptr) {
            from.items.push_back(make_table(name, Shape::implicit));
            return &from.items.back();
        }
        if (next->shape == Shape::blocks) return &next->items.back();
        return next->is_object() && next->shape != Shape::whole ? next : nullptr;
    }

    bool open_block(Node& into, Node* node, const std::string& name) {
        if (node == nullptr) {
            Node blocks = make_table(name, Shape::blocks);
            blocks.kind = NodeKind::array;
            into.items.push_back(std::move(blocks));
            node = &into.items.back();
        }
        if (node->shape != Shape::blocks) return false;
        node->items.push_back(make_table("", Shape::header));
        current_ = &node->items.back();
        current_->section = parsed_.sections.size() - 1;
        return true;
    }

    bool open_table(Node& into, Node* node, const std::string& name) {
        if (node == nullptr) {
            into.items.push_back(make_table(name, Shape::header));
            node = &into.items.back();
        }
        if (node->shape == Shape::implicit) node->shape = Shape::header;
        const bool is_new = node->is_object() && node->shape == Shape::header && node->section == 0;
        node->section = parsed_.sections.size() - 1;
        current_ = node;
        return is_new;
    }

    Status statement(std::size_t line) {
        const std::size_t begin = at_;
        const std::size_t section = parsed_.sections.size() - 1;
        SATCHEL_TRY(names, reader_.key());
        if (reader_.peek() != '=') return reader_.fault("an equals sign is missing");
        ++at_;
        reader_.skip_blanks();
        SATCHEL_TRY(found, reader_.value(names.size()));
        reader_.skip_blanks();
        Node* into = current_;
        for (std::size_t i = 0; i + 1 < names.size(); ++i) {
            Node* next = into->find(names[i]);
            if (next == nullptr) {
                into->items.push_back(make_table(names[i], Shape::dotted));
                next = &into->items.back();
                next->section = section;
            }
            const bool is_good = next->shape == Shape::dotted && next->section == section;
            if (!is_good) return reader_.fault("a key stands twice");
            into = next;
        }
        if (into->find(names.back()) != nullptr) return reader_.fault("a key stands twice");
        found.name = names.back();
        found.item_begin = begin;
        found.line_begin = line;
        found.section = section;
        into->items.push_back(std::move(found));
        last_ = &into->items.back();
        is_header_ = false;
        current_line_ = line;
        return ok();
    }

    std::string_view text_;
    std::size_t at_ = 0;
    TomlReader reader_;
    Parsed parsed_;
    Node* current_ = &parsed_.root;  // the table that statements fill
    Node* last_ = nullptr;           // the value of the statement just read
    std::size_t current_line_ = kNowhere;
    bool is_header_ = false;
};

}  // namespace

Result<Parsed> parse_toml(std::string_view text) {
    return TomlParser(text).document();
}

}  // namespace satchel::documents
