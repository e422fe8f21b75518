// Every command of satchelctl with its options: one row each. The parser, the help texts and the
// suggestions for misspelt words are made from these rows.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace satchel::ctl {

/// One option or positional of a command.
struct OptionRow {
    enum class Kind : std::uint8_t { flag, value, list };
    std::string_view name;  ///< "--port", "-f,--follow", or "item" for a positional
    std::string_view
        value;  ///< what the help calls the value, as in "--port PORT"; empty for a flag
    std::string_view help;
    Kind kind = Kind::value;
    bool required = false;
};

/// One command; a name of two words lives in a group.
struct CommandRow {
    std::string_view name;
    std::string_view summary;
    std::string_view example;
    std::span<const OptionRow> options{};
};

/// A word before the verbs, or alone.
struct GroupRow {
    std::string_view name;
    std::string_view summary;
    /// Runs when no verb follows; empty: the help is shown.
    std::string_view default_command{};
};

std::span<const CommandRow> command_rows();
std::span<const GroupRow> group_rows();
/// Options that every command takes.
std::span<const OptionRow> global_rows();

}  // namespace satchel::ctl
