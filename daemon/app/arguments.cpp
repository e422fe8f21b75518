#include "daemon/app/arguments.h"

#include "daemon/hub/proxies.h"
#include "shared/base/edit_distance.h"
#include "shared/base/utf8.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace satchel::app {

namespace {

struct RoleWord {
    std::string_view word;
    Role role;
};

constexpr std::array kRoleWords = {
    RoleWord{"run", Role::device},
    RoleWord{"hub", Role::hub},
    RoleWord{"hub-init", Role::hub_init},
    RoleWord{"hub-backup", Role::hub_backup},
    RoleWord{"hub-restore", Role::hub_restore},
    RoleWord{"init-config", Role::init_config},
    RoleWord{"--check-config", Role::check_config},
    RoleWord{"--version", Role::version},
    RoleWord{"--help", Role::help},
    RoleWord{"-h", Role::help},
};

struct FlagWord {
    std::string_view word;
    bool Arguments::*flag;
};

constexpr std::array kFlagWords = {
    FlagWord{"--foreground", &Arguments::is_foreground},
    FlagWord{"-f", &Arguments::is_foreground},
    FlagWord{"--yes", &Arguments::is_confirmed},
    FlagWord{"--dry-run", &Arguments::is_dry_run},
    FlagWord{"--json", &Arguments::is_json},
    FlagWord{"--log-requests", &Arguments::logs_requests},
};

constexpr std::array<std::string_view, 18> kOptions = {"--foreground",
                                                       "--bind",
                                                       "--port",
                                                       "--tls-cert",
                                                       "--tls-key",
                                                       "--data-dir",
                                                       "--check-config",
                                                       "--url",
                                                       "--folder",
                                                       "--metrics-bind",
                                                       "--trusted-proxy",
                                                       "--log-requests",
                                                       "--keep",
                                                       "--yes",
                                                       "--dry-run",
                                                       "--json",
                                                       "--help",
                                                       "--version"};

Error unknown_word(std::string_view word) {
    std::string_view nearest = nearest_word(word, kOptions);
    if (nearest.empty()) {
        std::vector<std::string_view> roles;
        for (const RoleWord& row : kRoleWords) roles.push_back(row.word);
        nearest = nearest_word(word, roles);
    }
    return {ErrorCode::invalid_argument,
            "unknown word '" + escape_for_terminal(word) + "'" +
                (nearest.empty() ? "" : "; did you mean '" + std::string(nearest) + "'?"),
            "satcheld --help lists what there is"};
}

Result<std::uint32_t> parse_number(std::string_view option,
                                   std::string_view text,
                                   std::uint32_t most) {
    std::uint32_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_number = parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size();
    if (!is_number || number > most)
        return Error{ErrorCode::invalid_argument,
                     std::string(option) + " must be 0 to " + std::to_string(most)};
    return number;
}

/// Takes an option that has a value.
Status take(Arguments& arguments, std::string_view option, std::string_view value) {
    if (std::ranges::find(kOptions, option) == kOptions.end()) return unknown_word(option);
    if (value.empty())
        return Error{ErrorCode::invalid_argument, std::string(option) + " needs a value"};
    if (option == "--bind") {
        arguments.bind_address = value;
    } else if (option == "--port") {
        SATCHEL_TRY(port, parse_number(option, value, 65'535));
        arguments.port = static_cast<std::uint16_t>(port);
    } else if (option == "--keep") {
        SATCHEL_TRY(keep, parse_number(option, value, 10'000));
        arguments.keep = keep;
    } else if (option == "--metrics-bind") {
        // The last colon: an address of IPv6 has others.
        const auto colon = value.rfind(':');
        std::string_view address = value.substr(0, colon);
        if (address.starts_with('[') && address.ends_with(']'))
            address = address.substr(1, address.size() - 2);
        if (colon == std::string_view::npos || address.empty())
            return Error{ErrorCode::invalid_argument,
                         "--metrics-bind must be an address and a port",
                         "for example 127.0.0.1:9101"};
        SATCHEL_TRY(port, parse_number(option, value.substr(colon + 1), 65'535));
        arguments.metrics_address = address;
        arguments.metrics_port = static_cast<std::uint16_t>(port);
    } else if (option == "--trusted-proxy") {
        SATCHEL_TRY(proxies, hub::TrustedProxies::parse(value));
        static_cast<void>(proxies);
        arguments.trusted_proxies = value;
    } else if (option == "--folder") {
        arguments.folder = value;
    } else if (option == "--tls-cert") {
        arguments.tls_certificate = value;
    } else if (option == "--tls-key") {
        arguments.tls_key = value;
    } else if (option == "--data-dir") {
        arguments.data_directory = value;
    } else if (option == "--url") {
        arguments.public_url = value;
    } else {
        return unknown_word(option);
    }
    return ok();
}

}  // namespace

Result<Arguments> parse_arguments(std::span<const std::string_view> words) {
    Arguments arguments;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string_view word = words[i];
        const auto role = std::ranges::find(kRoleWords, word, &RoleWord::word);
        const auto flag = std::ranges::find(kFlagWords, word, &FlagWord::word);
        if (role != kRoleWords.end()) {
            arguments.role = role->role;
        } else if (flag != kFlagWords.end()) {
            arguments.*flag->flag = true;
        } else {
            const std::string_view value = i + 1 < words.size() ? words[i + 1] : "";
            if (auto taken = take(arguments, word, value); !taken) return std::move(taken).error();
            ++i;
        }
    }
    if (arguments.tls_certificate.has_value() != arguments.tls_key.has_value())
        return Error{ErrorCode::invalid_argument, "--tls-cert and --tls-key go together"};
    return arguments;
}

std::string_view help_text() {
    return "satcheld run [--foreground]        keep this device in sync\n"
           "satcheld hub [--port 9100]         serve a hub\n"
           "    --bind ADDRESS                 listen there (127.0.0.1)\n"
           "    --tls-cert FILE --tls-key FILE serve TLS\n"
           "    --url URL                      the address join strings tell devices\n"
           "    --data-dir DIR                 keep the hub's database there\n"
           "    --trusted-proxy ADDRESS,…      believe X-Forwarded-For from there\n"
           "    --metrics-bind ADDRESS:PORT    serve /metrics and /healthz there\n"
           "    --log-requests                 a line of log for each request\n"
           "satcheld hub-init                  make a hub's database and say what is next\n"
           "satcheld hub-backup                back up a hub that does not run\n"
           "    --folder DIR --keep N          into DIR; remove all but the newest N there\n"
           "satcheld hub-restore --folder DIR  put the backup DIR in its place\n"
           "    --dry-run, --yes, --json       only check; do it; answer in JSON\n"
           "satcheld init-config               write a commented configuration\n"
           "satcheld --check-config            check the configuration and exit\n"
           "satcheld --version\n";
}

}  // namespace satchel::app
