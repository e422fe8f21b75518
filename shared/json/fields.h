// Structs to JSON and back by a table beside the struct:
//
//     struct Point {
//         int x = 0;
//         std::optional<std::string> label{};
//         static constexpr auto kFields = std::tuple{Field<&Point::x>{"x", Need::required},
//                                                    Field<&Point::label>{"label"}};
//     };
//
// Understood: bool, integers, double, std::string, Time, std::optional, std::vector, structs with
// such a table, and Value itself. An absent field keeps the member's default unless it is required.
#pragma once

#include "shared/base/edit_distance.h"
#include "shared/base/time_text.h"
#include "shared/base/utf8.h"
#include "shared/json/value.h"

#include <algorithm>
#include <array>
#include <compare>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace satchel::json {

/// Whether a message without the field is refused.
enum class Need : std::uint8_t { optional, required };

/// What a reader does with a field that is not in the table: requests refuse it (a `dry_run` that
/// an older daemon does not know must not run wet), replies ignore it (a newer daemon may tell
/// more).
enum class Unknown : std::uint8_t { ignore, refuse };

/// One row of a struct's table.
template <auto Member>
struct Field {
    std::string_view name;
    Need need = Need::optional;
    static constexpr auto kMember = Member;
};

/// A moment, as RFC 3339 text in UTC ("2026-03-01T09:30:00.250Z").
struct Time {
    UnixMs ms = 0;
    auto operator<=>(const Time&) const = default;
};

/// A struct that carries such a table.
template <class T>
concept Described = requires {
    T::kFields;
};

namespace detail {

template <class T>
struct IsOptional : std::false_type {};

template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <class T>
struct IsVector : std::false_type {};

template <class T>
struct IsVector<std::vector<T>> : std::true_type {};

inline Error wrong_type(std::string_view path, std::string_view expected) {
    return {ErrorCode::invalid_argument,
            "field '" + std::string(path) + "' must be " + std::string(expected)};
}

Error unknown_field(std::string_view path,
                    std::string_view name,
                    std::span<const std::string_view> known);

inline std::string join_path(std::string_view path, std::string_view name) {
    return path.empty() ? std::string(name) : std::string(path) + "." + std::string(name);
}

}  // namespace detail

/// The JSON form of `value`. An empty optional is left out of its object; a string that is not
/// UTF-8 (a path, say) shows its odd bytes as \xNN.
template <class T>
Value to_json(const T& value) {
    if constexpr (std::same_as<T, Value>) {
        return value;
    } else if constexpr (std::same_as<T, Time>) {
        return to_json(to_rfc3339(value.ms));
    } else if constexpr (Described<T>) {
        Object object;
        std::apply(
            [&](const auto&... field) {
                [[maybe_unused]] const auto put = [&](const auto& one) {
                    const auto& member = value.*one.kMember;
                    if constexpr (detail::IsOptional<std::decay_t<decltype(member)>>::value) {
                        if (member) object[one.name] = to_json(*member);
                    } else {
                        object[one.name] = to_json(member);
                    }
                };
                (put(field), ...);
            },
            T::kFields);
        return object;
    } else if constexpr (detail::IsVector<T>::value) {
        Array array;
        array.reserve(value.size());
        for (const auto& element : value) array.push_back(to_json(element));
        return array;
    } else if constexpr (std::same_as<T, std::string>) {
        if (is_utf8(value)) return Value(boost::json::string_view(value.data(), value.size()));
        const std::string escaped = escape_for_terminal(value);
        return Value(boost::json::string_view(escaped.data(), escaped.size()));
    } else {
        static_assert(std::is_arithmetic_v<T>, "no JSON form for this type");
        return Value(value);
    }
}

namespace detail {

template <class T>
Status read(const Value& from, T& into, Unknown unknown, const std::string& path);

template <std::integral T>
Status read_integer(const Value& from, T& into, const std::string& path) {
    if (const auto* number = from.if_int64()) {
        if (!std::in_range<T>(*number)) return wrong_type(path, "a number in range");
        into = static_cast<T>(*number);
        return ok();
    }
    if (const auto* number = from.if_uint64()) {
        if (!std::in_range<T>(*number)) return wrong_type(path, "a number in range");
        into = static_cast<T>(*number);
        return ok();
    }
    return wrong_type(path, "a whole number");
}

template <Described T>
Status read_struct(const Value& from, T& into, Unknown unknown, const std::string& path) {
    const auto* object = from.if_object();
    if (!object) return wrong_type(path.empty() ? "params" : path, "an object");
    return std::apply(
        [&](const auto&... field) -> Status {
            Status result = ok();
            std::size_t found = 0;
            [[maybe_unused]] const auto take = [&](const auto& one) {
                if (!result) return;
                const auto* member = object->if_contains(one.name);
                if (!member) {
                    if (one.need == Need::required)
                        result = Error{ErrorCode::invalid_argument,
                                       "field '" + join_path(path, one.name) + "' is missing"};
                    return;
                }
                ++found;
                result = read(*member, into.*one.kMember, unknown, join_path(path, one.name));
            };
            (take(field), ...);
            if (!result || unknown == Unknown::ignore || found == object->size()) return result;
            const std::array<std::string_view, sizeof...(field)> known{field.name...};
            for (const auto& member : *object) {
                const std::string_view name(member.key().data(), member.key().size());
                if (std::find(known.begin(), known.end(), name) == known.end())
                    return unknown_field(path, name, known);
            }
            return result;
        },
        T::kFields);
}

template <class T>
Status read(const Value& from, T& into, Unknown unknown, const std::string& path) {
    if constexpr (std::same_as<T, Value>) {
        into = from;
        return ok();
    } else if constexpr (std::same_as<T, Time>) {
        const auto* text = from.if_string();
        const auto time = text ? from_rfc3339({text->data(), text->size()}) : std::nullopt;
        if (!time) return wrong_type(path, "a time like 2026-03-01T09:30:00Z");
        into.ms = *time;
        return ok();
    } else if constexpr (Described<T>) {
        return read_struct(from, into, unknown, path);
    } else if constexpr (IsOptional<T>::value) {
        if (from.is_null()) {
            into.reset();
            return ok();
        }
        return read(from, into.emplace(), unknown, path);
    } else if constexpr (IsVector<T>::value) {
        const auto* array = from.if_array();
        if (!array) return wrong_type(path, "a list");
        into.clear();
        for (const auto& element : *array) {
            typename T::value_type one{};
            if (auto done = read(element, one, unknown, path); !done) return done;
            into.push_back(std::move(one));
        }
        return ok();
    } else if constexpr (std::same_as<T, std::string>) {
        const auto* text = from.if_string();
        if (!text) return wrong_type(path, "a string");
        into.assign(text->data(), text->size());
        return ok();
    } else if constexpr (std::same_as<T, bool>) {
        const auto* flag = from.if_bool();
        if (!flag) return wrong_type(path, "true or false");
        into = *flag;
        return ok();
    } else if constexpr (std::integral<T>) {
        return read_integer(from, into, path);
    } else {
        static_assert(std::floating_point<T>, "no JSON form for this type");
        if (!from.is_number()) return wrong_type(path, "a number");
        into = from.is_double()  ? from.get_double()
               : from.is_int64() ? static_cast<T>(from.get_int64())
                                 : static_cast<T>(from.get_uint64());
        return ok();
    }
}

}  // namespace detail

/// The `T` that `value` stands for. Fails with `invalid_argument` naming the field by its path.
template <class T>
Result<T> from_json(const Value& value, Unknown unknown = Unknown::ignore) {
    T result{};
    if (auto done = detail::read(value, result, unknown, {}); !done) return done.error();
    return result;
}

}  // namespace satchel::json
