// The daemon's command line: a role and a few options. People use satchelctl; this is for service
// managers and for satchelctl itself.
#pragma once

#include "shared/base/result.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace satchel::app {

/// What the process is there for.
enum class Role : std::uint8_t {
    device,
    hub,
    hub_init,     ///< makes the data directory and the database
    hub_backup,   ///< of a hub that does not run
    hub_restore,  ///< likewise
    init_config,
    check_config,
    version,
    help
};

/// What was asked for.
struct Arguments {
    Role role = Role::help;
    bool is_foreground = false;  ///< log to standard error for a person
    std::string bind_address = "127.0.0.1";
    std::uint16_t port = 9100;
    std::optional<std::filesystem::path> tls_certificate;
    std::optional<std::filesystem::path> tls_key;
    std::optional<std::filesystem::path> data_directory;  ///< hub: where its database lives
    std::string public_url;                               ///< hub: what join strings tell devices
    std::string metrics_address;  ///< hub: where /metrics is served; empty: nowhere
    std::uint16_t metrics_port = 0;
    std::string trusted_proxies;   ///< hub: addresses and networks, separated by commas
    bool logs_requests = false;    ///< hub: a line of log for each
    std::filesystem::path folder;  ///< hub-backup: where to; hub-restore: which backup
    std::uint32_t keep = 0;        ///< hub-backup: how many stay; 0: all
    bool is_confirmed = false;     ///< hub-restore: replace what is there
    bool is_dry_run = false;
    bool is_json = false;
};

/// Parses the words after the program's name; `invalid_argument` names the word and the nearest
/// one.
Result<Arguments> parse_arguments(std::span<const std::string_view> words);
/// What `satcheld --help` prints.
std::string_view help_text();

}  // namespace satchel::app
