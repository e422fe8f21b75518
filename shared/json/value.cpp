// Bounded parsing and printing of JSON values.
#include "shared/json/value.h"

#include <algorithm>
#include <cmath>
#include <new>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace satchel::json {
namespace {

// Pairs written in a valid document: colons outside of strings.
std::size_t count_pairs_written(std::string_view text) {
    std::size_t pairs = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (in_string && text[i] == '\\')
            ++i;
        else if (text[i] == '"')
            in_string = !in_string;
        else if (text[i] == ':' && !in_string)
            ++pairs;
    }
    return pairs;
}

// Pairs kept in the tree. The parser keeps the last of two equal keys, so fewer than written means
// that a key stood twice. Depth is bounded by the parser.
std::size_t count_pairs_kept(const Value& value) {
    std::size_t pairs = 0;
    if (const auto* object = value.if_object()) {
        pairs = object->size();
        for (const auto& member : *object) pairs += count_pairs_kept(member.value());
    } else if (const auto* array = value.if_array()) {
        for (const auto& element : *array) pairs += count_pairs_kept(element);
    }
    return pairs;
}

// A number too large for a double became infinity, which no JSON text can say.
bool is_finite(const Value& value) {
    if (const auto* number = value.if_double()) return std::isfinite(*number);
    if (const auto* object = value.if_object())
        return std::ranges::all_of(*object,
                                   [](const auto& member) { return is_finite(member.value()); });
    if (const auto* array = value.if_array()) return std::ranges::all_of(*array, is_finite);
    return true;
}

void print_pretty(const Value& value, const std::string& indent, std::string& out) {
    const std::string deeper = indent + "  ";
    if (const auto* object = value.if_object(); object && !object->empty()) {
        const char* separator = "{\n";
        for (const auto& member : *object) {
            out += separator + deeper + to_text(Value(member.key())) + ": ";
            print_pretty(member.value(), deeper, out);
            separator = ",\n";
        }
        out += "\n" + indent + "}";
    } else if (const auto* array = value.if_array(); array && !array->empty()) {
        const char* separator = "[\n";
        for (const auto& element : *array) {
            out += separator + deeper;
            print_pretty(element, deeper, out);
            separator = ",\n";
        }
        out += "\n" + indent + "]";
    } else {
        out += to_text(value);
    }
}

}  // namespace

Result<Value> parse(std::string_view text, ParseLimits limits) {
    if (text.size() > limits.bytes)
        return Error{ErrorCode::too_large,
                     "parse JSON: " + std::to_string(text.size()) + " bytes, the limit is " +
                         std::to_string(limits.bytes)};
    try {
        boost::json::parse_options options;
        options.max_depth = limits.depth;
        boost::system::error_code failure;
        Value value = boost::json::parse(
            boost::json::string_view(text.data(), text.size()), failure, {}, options);
        if (failure) return Error{ErrorCode::corrupt, "parse JSON: " + failure.message()};
        if (count_pairs_kept(value) != count_pairs_written(text))
            return Error{ErrorCode::corrupt, "parse JSON: a key stands twice in one object"};
        if (!is_finite(value))
            return Error{ErrorCode::corrupt, "parse JSON: a number is out of range"};
        return value;
    } catch (const std::exception& thrown) {
        return Error{ErrorCode::corrupt, std::string("parse JSON: ") + thrown.what()};
    }
}

std::string to_text(const Value& value) {
    return boost::json::serialize(value);
}

std::string to_pretty_text(const Value& value) {
    std::string out;
    print_pretty(value, "", out);
    return out;
}

}  // namespace satchel::json
