#include "daemon/app/arguments.h"

#include "shared/base/edit_distance.h"
#include "shared/base/utf8.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace satchel::app {

namespace {

constexpr std::array<std::string_view, 3> kRoles = {"run", "hub", "init-config"};
constexpr std::array<std::string_view, 10> kOptions = {"--foreground",
                                                       "--bind",
                                                       "--port",
                                                       "--tls-cert",
                                                       "--tls-key",
                                                       "--data-dir",
                                                       "--check-config",
                                                       "--url",
                                                       "--help",
                                                       "--version"};

Error unknown_word(std::string_view word) {
    std::string_view nearest = nearest_word(word, kOptions);
    if (nearest.empty()) nearest = nearest_word(word, kRoles);
    return {ErrorCode::invalid_argument,
            "unknown word '" + escape_for_terminal(word) + "'" +
                (nearest.empty() ? "" : "; did you mean '" + std::string(nearest) + "'?"),
            "satcheld --help lists what there is"};
}

Result<std::uint16_t> parse_port(std::string_view text) {
    unsigned port = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), port);
    const bool is_number = parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size();
    if (!is_number || port > 65'535)
        return Error{ErrorCode::invalid_argument, "--port must be 0 to 65535"};
    return static_cast<std::uint16_t>(port);
}

/// Takes an option that has a value.
Status take(Arguments& arguments, std::string_view option, std::string_view value) {
    if (std::ranges::find(kOptions, option) == kOptions.end()) return unknown_word(option);
    if (value.empty())
        return Error{ErrorCode::invalid_argument, std::string(option) + " needs a value"};
    if (option == "--bind") {
        arguments.bind_address = value;
    } else if (option == "--port") {
        SATCHEL_TRY(port, parse_port(value));
        arguments.port = port;
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
        if (word == "run") {
            arguments.role = Role::device;
        } else if (word == "hub") {
            arguments.role = Role::hub;
        } else if (word == "init-config") {
            arguments.role = Role::init_config;
        } else if (word == "--check-config") {
            arguments.role = Role::check_config;
        } else if (word == "--version") {
            arguments.role = Role::version;
        } else if (word == "--help" || word == "-h") {
            arguments.role = Role::help;
        } else if (word == "--foreground" || word == "-f") {
            arguments.is_foreground = true;
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
           "satcheld init-config               write a commented configuration\n"
           "satcheld --check-config            check the configuration and exit\n"
           "satcheld --version\n";
}

}  // namespace satchel::app
