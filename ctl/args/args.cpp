// The command table as a CLI11 application. CLI11 throws for everything, help included; nothing of
// that leaves this file.
#include "ctl/args/args.h"

#include "ctl/args/table.h"
#include "shared/base/edit_distance.h"
#include "shared/base/utf8.h"

#include <algorithm>
#include <array>
#include <deque>

#include <CLI/CLI.hpp>

namespace satchel::ctl {
namespace {

// Where CLI11 puts what it finds; addresses must stay, hence the deque.
struct Slot {
    std::string name;
    CLI::Option* option = nullptr;
    std::vector<std::string> values;
    bool set = false;
};

struct Parser {
    CLI::App app{"Carries AI-assistant state and SQLite rows between your machines, sealed.",
                 "satchelctl"};
    std::deque<Slot> slots;
    std::map<CLI::App*, std::string> names;
    std::map<std::string, CLI::App*, std::less<>> groups;
};

// "-n,--dry-run" is known as "dry-run", "item" as "item".
std::string key_of(std::string_view option) {
    const auto dashes = option.rfind("--");
    return std::string(dashes == std::string_view::npos ? option : option.substr(dashes + 2));
}

void add_option(Parser& parser, CLI::App& app, const OptionRow& row) {
    Slot& slot = parser.slots.emplace_back();
    slot.name = key_of(row.name);
    const std::string name(row.name);
    const std::string help(row.help);
    if (row.kind == OptionRow::Kind::flag) {
        slot.option = app.add_flag(name, slot.set, help);
        return;
    }
    slot.option = app.add_option(name, slot.values, help);
    slot.option->type_name(std::string(row.value))->required(row.required)->type_size(1);
    if (row.kind == OptionRow::Kind::list)
        slot.option->expected(0, 1000)->allow_extra_args(false);
    else
        slot.option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::Throw);
}

void build(Parser& parser, std::string_view version) {
    auto& app = parser.app;
    app.set_version_flag("--version", "satchelctl " + std::string(version));
    app.set_help_flag("-h,--help", "show this text");
    app.fallthrough();
    app.require_subcommand(0, 1);
    app.footer(
        "Examples:\n  satchelctl                     how things are, and the next step\n"
        "  satchelctl sync setup          join a workspace\n"
        "  satchelctl sync push -n        what would be sent\n"
        "  satchelctl conflict list       what waits for a decision");
    for (const auto& row : global_rows()) add_option(parser, app, row);
    for (const auto& row : group_rows()) {
        auto* group = app.add_subcommand(std::string(row.name), std::string(row.summary));
        group->fallthrough();
        group->require_subcommand(0, 1);
        parser.groups[std::string(row.name)] = group;
        parser.names[group] = row.default_command;
    }
    for (const auto& row : command_rows()) {
        const auto space = row.name.find(' ');
        const bool is_group = parser.groups.contains(row.name);
        if (row.name.empty() || is_group) continue;
        const auto verb = space == std::string_view::npos ? row.name : row.name.substr(space + 1);
        CLI::App* parent = &app;
        if (space != std::string_view::npos) {
            parent = parser.groups.find(row.name.substr(0, space))->second;
        }
        auto* command = parent->add_subcommand(std::string(verb), std::string(row.summary));
        command->fallthrough();
        command->footer("Example:\n  " + std::string(row.example));
        parser.names[command] = row.name;
        const OptionRow* last = nullptr;  // positional
        for (const auto& option : row.options) {
            add_option(parser, *command, option);
            if (option.name.starts_with('-')) continue;
            // One takes one value and leaves the next to the next.
            if (last != nullptr)
                command->get_option(std::string(last->name))->allow_extra_args(false);
            last = &option;
        }
    }
}

// The innermost command that was named.
CLI::App& chosen(CLI::App& app) {
    CLI::App* at = &app;
    while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
    return *at;
}

std::vector<std::string> words_of(const CLI::App& app, bool options) {
    std::vector<std::string> words;
    if (options) {
        for (const CLI::App* at = &app; at; at = at->get_parent())
            for (const auto* option : at->get_options())
                for (const auto& name : option->get_lnames()) words.push_back("--" + name);
    } else {
        for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
            words.push_back(command->get_name());
    }
    return words;
}

// "sync pull" for "pul": a verb whose group was forgotten.
std::string nearest_verb(std::string_view word) {
    std::vector<std::string_view> verbs;
    for (const auto& row : command_rows()) verbs.push_back(row.name.substr(row.name.find(' ') + 1));
    const auto near = nearest_word(word, verbs);
    const auto found = std::find(verbs.begin(), verbs.end(), near);
    if (near.empty() || found == verbs.end()) return "";
    return std::string(command_rows()[static_cast<std::size_t>(found - verbs.begin())].name);
}

Error secret_argument() {
    return {ErrorCode::invalid_argument,
            "a join string or key was given as an argument, where every user of this machine "
            "can read it in the process list; nothing was done",
            "run satchelctl sync setup and paste it when asked, or give --join-file FILE (- is "
            "standard input)"};
}

// What other programs call the option that takes a secret.
bool asks_for_secret(std::string_view option) {
    constexpr std::array kNames = {
        "--key", "--api-key", "--join", "--token", "--password", "--secret"};
    option = option.substr(0, option.find('='));
    return std::find(kNames.begin(), kNames.end(), option) != kNames.end();
}

Error unknown_word(CLI::App& root, const std::vector<std::string>& left) {
    const std::string word = left.empty() ? "" : left.front().substr(0, 64);
    const bool is_option = word.starts_with("-");
    if (asks_for_secret(word)) return secret_argument();
    const CLI::App& at = chosen(root);
    const auto words = words_of(at, is_option);
    Error error{ErrorCode::invalid_argument,
                std::string(is_option ? "unknown option '" : "unknown command '") +
                    escape_for_terminal(word) + "'"};
    const std::vector<std::string_view> candidates(words.begin(), words.end());
    std::string near(nearest_word(word.substr(0, word.find('=')), candidates));
    if (near.empty() && !is_option) near = nearest_verb(word);
    error.hint =
        near.empty() ? "satchelctl --help lists the commands" : "did you mean '" + near + "'?";
    return error;
}

// Join strings, API keys and their like all look like satchel_xx1_….
bool looks_secret(std::string_view argument) {
    constexpr std::string_view kBrand = "satchel_";
    const auto at = argument.find(kBrand);
    if (at == std::string_view::npos) return false;
    const auto rest = argument.substr(at + kBrand.size());
    return rest.size() >= 8 && rest[3] == '_' && rest[2] >= '0' && rest[2] <= '9';
}

// Twelve words in a row are no command: they are recovery words, or half of them.
bool holds_words(std::span<const std::string> arguments) {
    constexpr std::size_t kTooMany = 12;
    std::size_t in_row = 0;
    for (const std::string& argument : arguments) {
        std::size_t spaces = 0;
        bool is_plain = !argument.empty();
        for (const char letter : argument) {
            spaces += letter == ' ' ? 1 : 0;
            is_plain = is_plain && (letter == ' ' || (letter >= 'a' && letter <= 'z'));
        }
        in_row = is_plain ? in_row + spaces + 1 : 0;
        if (in_row >= kTooMany) return true;
    }
    return false;
}

Status refuse_secrets(std::span<const std::string> arguments) {
    if (holds_words(arguments))
        return Error{ErrorCode::invalid_argument,
                     "recovery words were given as arguments, where every user of this machine can "
                     "read them in the process list; nothing was done",
                     "run satchelctl recovery use URL and type them when asked, or give them on "
                     "standard input"};
    if (std::none_of(arguments.begin(), arguments.end(), looks_secret)) return ok();
    return secret_argument();
}

// "approve 4f1c" is "approve apply 4f1c".
std::vector<std::string> with_apply(std::span<const std::string> arguments) {
    std::vector<std::string> words(arguments.begin(), arguments.end());
    const auto is_word = [](const std::string& one) { return !one.starts_with('-'); };
    const auto group = std::find_if(words.begin(), words.end(), is_word);
    if (group == words.end() || *group != "approve") return words;
    const auto verb = std::find_if(group + 1, words.end(), is_word);
    const bool is_verb =
        verb == words.end() || *verb == "list" || *verb == "show" || *verb == "apply";
    if (!is_verb) words.insert(group + 1, "apply");
    return words;
}

Invocation collect(const Parser& parser, std::string command) {
    Invocation result;
    result.command = std::move(command);
    for (const auto& slot : parser.slots)
        if (slot.option->count() > 0) result.values[slot.name] = slot.values;
    result.json = result.has("json");
    result.dry_run = result.has("dry-run");
    result.verbose = result.has("verbose");
    result.quiet = result.has("quiet");
    result.no_color = result.has("no-color");
    result.yes = result.has("yes");
    return result;
}

}  // namespace

std::string Invocation::text(std::string_view name) const {
    const auto found = values.find(name);
    return found == values.end() || found->second.empty() ? "" : found->second.front();
}

std::vector<std::string> Invocation::list(std::string_view name) const {
    const auto found = values.find(name);
    return found == values.end() ? std::vector<std::string>{} : found->second;
}

Result<std::variant<Invocation, AnswerText>> parse_arguments(std::span<const std::string> arguments,
                                                             std::string_view version) {
    using Answer = std::variant<Invocation, AnswerText>;
    if (auto clean = refuse_secrets(arguments); !clean) return clean.error();
    Parser parser;
    build(parser, version);
    try {
        const std::vector<std::string> words = with_apply(arguments);
        std::vector<std::string> reversed(words.rbegin(), words.rend());
        parser.app.parse(reversed);
        return Answer{collect(parser, parser.names[&chosen(parser.app)])};
    } catch (const CLI::CallForHelp&) {
        return Answer{AnswerText{parser.app.help()}};
    } catch (const CLI::CallForVersion& version_text) {
        return Answer{AnswerText{std::string(version_text.what()) + "\n"}};
    } catch (const CLI::ExtrasError&) {
        return unknown_word(parser.app, parser.app.remaining(true));
    } catch (const CLI::ArgumentMismatch& wrong) {
        const std::string words = escape_for_terminal(wrong.what());
        return Error{ErrorCode::invalid_argument,
                     words.substr(0, words.find(':')) + " needs exactly one value",
                     "satchelctl " + parser.names[&chosen(parser.app)] + " --help explains it"};
    } catch (const CLI::Error& wrong) {
        return Error{ErrorCode::invalid_argument,
                     escape_for_terminal(wrong.what()),
                     "satchelctl " + parser.names[&chosen(parser.app)] + " --help explains it"};
    }
}

bool asks_for_json(std::span<const std::string> arguments) {
    return std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
}

}  // namespace satchel::ctl
