// Log lines: a sentence, then key=value pairs. One logger per folder name. The library that writes
// them is not seen from here.
//
//     SATCHEL_LOG("engine", info, "cycle done", {key::kCycle, 41}, {key::kItems, 12});
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace satchel::log {

/// error: a part cannot go on · warn: a person should look · info: rare, worth keeping for a year ·
/// debug: why a decision came out so · trace: every message.
enum class Level : std::uint8_t { trace, debug, info, warn, error, off };

/// A type whose content must not be printed says so with `static constexpr bool kIsSecret = true`.
template <class T>
concept Secretive = requires {
    requires std::remove_cvref_t<T>::kIsSecret;
};

/// One key=value. Text is escaped when the line is written; a secret becomes ***.
class Pair {
  public:
    template <Secretive T>
    Pair(std::string_view key, const T&) : key_(key), value_("***") {}

    Pair(std::string_view key, std::string_view value) : key_(key), value_(value) {}

    Pair(std::string_view key, const char* value) : key_(key), value_(value) {}

    Pair(std::string_view key, const std::string& value) : key_(key), value_(value) {}

    Pair(std::string_view key, bool value)
        : key_(key), value_(value ? "true" : "false"), is_bare_(true) {}

    template <class T>

    requires(std::is_arithmetic_v<T> && !std::same_as<T, bool>) Pair(std::string_view key, T value)
        : key_(key), value_(std::to_string(value)), is_bare_(true) {}

    [[nodiscard]] std::string_view key() const { return key_; }

    [[nodiscard]] const std::string& value() const { return value_; }

    /// A number or a truth value.
    [[nodiscard]] bool is_bare() const { return is_bare_; }

  private:
    std::string_view key_;
    std::string value_;
    bool is_bare_ = false;
};

/// True when lines of this level are kept. Any thread.
bool is_on(std::string_view logger, Level level);

/// Writes a line; use SATCHEL_LOG, which skips the work when nobody keeps it. Any thread, never
/// throws. Before set_up() only warn and error are written, to standard error.
void write(std::string_view logger,
           Level level,
           std::string_view text,
           std::initializer_list<Pair> pairs) noexcept;

/// `text` as it may stand in a log: escaped, and every key or join string of Satchel's in it
/// masked.
std::string clean(std::string_view text);
/// The line without time and level: `text key=value key="two words"`.
std::string format_line(std::string_view text, std::initializer_list<Pair> pairs);

}  // namespace satchel::log

/// `SATCHEL_LOG("folder", level, "sentence", {key, value}…)`
#define SATCHEL_LOG(logger, level, text, ...)                                           \
    do {                                                                                \
        if (::satchel::log::is_on(logger, ::satchel::log::Level::level))                \
            ::satchel::log::write(                                                      \
                logger, ::satchel::log::Level::level, text, {__VA_OPT__(__VA_ARGS__)}); \
    } while (false)
