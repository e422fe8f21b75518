// Each script finds the command that was named so far and offers its verbs, or its options after a
// dash; values and positionals are completed as files. The words come from the table's rows, so a
// script is never older than the program that prints it.
#include "ctl/args/completion.h"

#include "ctl/args/table.h"
#include "shared/base/utf8.h"

#include <array>
#include <set>
#include <vector>

namespace satchel::ctl {
namespace {

constexpr std::array kHelpRows = {
    OptionRow{"-h,--help", "", "show this text", OptionRow::Kind::flag},
    OptionRow{"--version", "", "print the version", OptionRow::Kind::flag},
};

/// A place in the tree of commands, with what can come next.
struct Place {
    std::string name{};                                        ///< "", "sync" or "sync push"
    std::vector<std::pair<std::string, std::string>> verbs{};  ///< with summaries
    std::vector<OptionRow> options{};                          ///< without positionals
};

std::vector<Place> places() {
    std::vector<Place> all;
    std::set<std::string, std::less<>> groups;
    auto& root = all.emplace_back();
    for (const auto& row : global_rows()) root.options.push_back(row);
    for (const auto& row : kHelpRows) root.options.push_back(row);
    for (const auto& group : group_rows()) {
        groups.emplace(group.name);
        root.verbs.emplace_back(group.name, group.summary);
    }
    for (const auto& row : command_rows()) {
        if (row.name.empty() || groups.contains(row.name)) continue;
        if (row.name.find(' ') == std::string_view::npos)
            root.verbs.emplace_back(row.name, row.summary);
    }
    for (const auto& group : group_rows()) {
        Place place{std::string(group.name)};
        const std::string prefix = place.name + " ";
        for (const auto& row : command_rows())
            if (row.name.starts_with(prefix))
                place.verbs.emplace_back(row.name.substr(prefix.size()), row.summary);
        all.push_back(std::move(place));
    }
    for (const auto& row : command_rows()) {
        if (row.name.empty() || groups.contains(row.name)) continue;
        Place place{std::string(row.name)};
        for (const auto& option : row.options)
            if (option.name.starts_with('-')) place.options.push_back(option);
        all.push_back(std::move(place));
    }
    return all;
}

std::vector<std::string> spellings(const OptionRow& option) {
    std::vector<std::string> names;
    for (std::size_t at = 0; at <= option.name.size();) {
        const auto comma = std::min(option.name.find(',', at), option.name.size());
        names.emplace_back(option.name.substr(at, comma - at));
        at = comma + 1;
    }
    return names;
}

/// In single quotes, for every one of the shells.
std::string quoted(std::string_view text) {
    std::string result = "'";
    for (const char letter : text)
        result += letter == '\'' ? std::string("’") : std::string{letter};
    return result + "'";
}

/// "' sync' ' daemon' …": what a word may be added to what was named before.
std::string steps(const std::vector<Place>& all, std::string_view between) {
    std::string text;
    for (const Place& place : all) {
        if (place.name.empty()) continue;
        const bool is_root = place.name.find(' ') == std::string::npos;
        text +=
            (text.empty() ? "" : std::string(between)) + quoted((is_root ? " " : "") + place.name);
    }
    return text;
}

/// "--url|--name|…": options that are followed by a value.
std::string value_options(const std::vector<Place>& all) {
    std::set<std::string> names;
    for (const Place& place : all)
        for (const OptionRow& option : place.options)
            if (option.kind != OptionRow::Kind::flag)
                for (const std::string& name : spellings(option)) names.insert(name);
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : "|") + name;
    return text;
}

std::string bash_script(const std::vector<Place>& all) {
    std::string text =
        "# bash completion of satchelctl, printed by: satchelctl completion bash\n"
        "_satchelctl() {\n"
        "    local cur=${COMP_WORDS[COMP_CWORD]} at='' verbs='' options='' word i\n"
        "    case ${COMP_WORDS[COMP_CWORD - 1]} in " +
        value_options(all) +
        ") return ;; esac\n"
        "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
        "        word=${COMP_WORDS[i]}\n"
        "        case \"$at $word\" in " +
        steps(all, " | ") +
        ") at=\"${at:+$at }$word\" ;; esac\n"
        "    done\n"
        "    case $at in\n";
    std::string global;
    for (const Place& place : all) {
        std::string verbs;
        std::string options;
        for (const auto& verb : place.verbs) verbs += (verbs.empty() ? "" : " ") + verb.first;
        for (const OptionRow& option : place.options)
            for (const std::string& name : spellings(option)) options += " " + name;
        if (place.name.empty()) global = std::exchange(options, "");
        text += "        " + quoted(place.name) + ") verbs=" + quoted(verbs) +
                " options=" + quoted(options) + " ;;\n";
    }
    return text + "    esac\n    case $cur in -*) verbs=\"$options" + global +
           "\" ;; esac\n"
           "    mapfile -t COMPREPLY < <(compgen -W \"$verbs\" -- \"$cur\")\n"
           "}\n"
           "complete -o bashdefault -o default -F _satchelctl satchelctl\n";
}

std::string zsh_script(const std::vector<Place>& all) {
    const auto entry = [](std::string_view name, std::string_view help) {
        std::string item(name);
        item += ":" + std::string(help);
        return quoted(item);
    };
    std::string text =
        "#compdef satchelctl\n"
        "# zsh completion of satchelctl, printed by: satchelctl completion zsh\n"
        "_satchelctl() {\n"
        "    local at='' word\n"
        "    local -a verbs options\n"
        "    case ${words[CURRENT-1]} in (" +
        value_options(all) +
        ") _files; return ;; esac\n"
        "    for word in ${words[2,CURRENT-1]}; do\n"
        "        case \"$at $word\" in (" +
        steps(all, "|") +
        ") at=\"${at:+$at }$word\" ;; esac\n"
        "    done\n"
        "    case $at in\n";
    std::string global;
    for (const Place& place : all) {
        std::string verbs;
        std::string options;
        for (const auto& [name, summary] : place.verbs) verbs += " " + entry(name, summary);
        for (const OptionRow& option : place.options)
            for (const std::string& name : spellings(option))
                options += " " + entry(name, option.help);
        if (place.name.empty()) global = std::exchange(options, "");
        text += "        (" + quoted(place.name) + ") verbs=(" + verbs + ") options=(" + options +
                ") ;;\n";
    }
    return text + "    esac\n    options+=(" + global +
           ")\n"
           "    if [[ ${words[CURRENT]} == -* ]]; then\n"
           "        _describe option options\n"
           "    elif (( ${#verbs} )); then\n"
           "        _describe command verbs\n"
           "    else\n"
           "        _files\n"
           "    fi\n"
           "}\n"
           "[[ ${funcstack[1]} == _satchelctl ]] && _satchelctl \"$@\" || compdef _satchelctl "
           "satchelctl\n";
}

std::string fish_script(const std::vector<Place>& all) {
    std::string text =
        "# fish completion of satchelctl, printed by: satchelctl completion fish\n"
        "function __satchelctl_at\n"
        "    set -l at ''\n"
        "    for word in (commandline -opc)[2..-1]\n"
        "        switch \"$at $word\"\n"
        "            case " +
        steps(all, " ") +
        "\n                set at (string trim -- \"$at $word\")\n"
        "        end\n"
        "    end\n"
        "    test \"$at\" = \"$argv[1]\"\n"
        "end\n";
    for (const Place& place : all) {
        const std::string here =
            "complete -c satchelctl -n \"__satchelctl_at " + quoted(place.name) + "\"";
        for (const auto& [name, summary] : place.verbs)
            text += here + " -f -a " + name + " -d " + quoted(summary) + "\n";
        for (const OptionRow& option : place.options) {
            text += place.name.empty() ? "complete -c satchelctl" : here;
            for (const std::string& name : spellings(option))
                text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
            text += (option.kind == OptionRow::Kind::flag ? " -d " : " -r -d ") +
                    quoted(option.help) + "\n";
        }
    }
    return text;
}

}  // namespace

Result<std::string> completion_script(std::string_view shell) {
    const auto all = places();
    if (shell == "bash") return bash_script(all);
    if (shell == "zsh") return zsh_script(all);
    if (shell == "fish") return fish_script(all);
    return Error{ErrorCode::invalid_argument,
                 "there is no completion for the shell '" + escape_for_terminal(shell) + "'",
                 "bash, zsh and fish are known"};
}

}  // namespace satchel::ctl
