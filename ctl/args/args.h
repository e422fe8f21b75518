// Arguments of satchelctl: what the person asked for, or the text that answers at once (help,
// version), or an error with a suggestion. The parsing library stays behind this header.
#pragma once

#include "shared/base/result.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace satchel::ctl {

/// A command with its options.
struct Invocation {
    std::string command{};  ///< a name of the command table, e.g. "conflict show"; empty: bare
    bool json = false;
    bool dry_run = false;
    bool verbose = false;
    bool quiet = false;
    bool no_color = false;
    bool yes = false;
    /// Values by the long name without dashes, or the positional's name; flags have one empty
    /// value.
    std::map<std::string, std::vector<std::string>, std::less<>> values{};

    [[nodiscard]] bool has(std::string_view name) const { return values.contains(name); }

    /// The option's value, empty when it was not given.
    [[nodiscard]] std::string text(std::string_view name) const;
    [[nodiscard]] std::vector<std::string> list(std::string_view name) const;
};

/// Text that is the whole answer, for standard output.
struct AnswerText {
    std::string text{};
};

/// Parses the arguments after the program's name. Fails with invalid_argument; a secret among the
/// arguments is refused before anything else and never repeated in the error.
Result<std::variant<Invocation, AnswerText>> parse_arguments(std::span<const std::string> arguments,
                                                             std::string_view version);

/// True when the arguments ask for JSON, however wrong they are else.
bool asks_for_json(std::span<const std::string> arguments);

}  // namespace satchel::ctl
