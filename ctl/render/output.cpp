// Data and talk.
#include "ctl/render/output.h"

#include "shared/base/utf8.h"
#include "shared/json/fields.h"

namespace satchel::ctl {

json::Value error_object(const Error& error) {
    json::Object words;
    words["code"] = json::to_json(std::string(error_row(error.code).name));
    words["message"] = json::to_json(error.message);
    words["hint"] = json::to_json(error.hint);
    json::Object object;
    object["error"] = std::move(words);
    return object;
}

void Output::text(std::string_view lines) {
    if (!options_.json && !options_.quiet) data_ << lines;
}

void Output::json(const json::Value& value) {
    if (options_.json) data_ << json::to_text(value) << '\n';
}

void Output::line(std::string_view data) {
    data_ << data << '\n';
}

void Output::talk(std::string_view remark) {
    if (!options_.json && !options_.quiet) talk_ << "satchelctl: " << remark << '\n';
}

namespace {

// A path of thousands of characters says no more than its beginning does.
std::string readable(std::string_view words) {
    constexpr std::size_t kLongest = 600;
    auto text = escape_for_terminal(words);
    if (text.size() <= kLongest) return text;
    std::size_t end = kLongest;
    while ((static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
    return text.substr(0, end) + "…";
}

}  // namespace

void Output::error(const Error& error) {
    if (options_.json) {
        json(error_object(error));
        return;
    }
    talk_ << "satchelctl: " << readable(error.message) << '\n';
    if (!error.hint.empty()) talk_ << "hint: " << readable(error.hint) << '\n';
}

std::string Output::bold(std::string_view text) const {
    if (!options_.color) return std::string(text);
    return "\033[1m" + std::string(text) + "\033[0m";
}

bool Output::flush() {
    data_.flush();
    talk_.flush();
    return data_.good();
}

}  // namespace satchel::ctl
