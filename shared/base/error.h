// Errors as values. One table holds every code with its wire name, whether trying again later can
// help, and the exit status satchelctl ends with.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace satchel {

enum class ErrorCode : std::uint8_t {
    failed,             // a runtime error without a better name
    invalid_argument,   // the caller asked for something impossible
    bad_config,         // configuration or environment is wrong
    not_enrolled,       // this device belongs to no workspace yet
    not_found,          // the named thing does not exist
    already_exists,     // create-only, and it is there
    conflict,           // a person has to decide
    assistant_running,  // an assistant has the file or database open
    halted,             // stopped on purpose before doing harm
    offline,            // hub or daemon cannot be reached
    busy,               // locked or in use; the same call can work later
    rate_limited,       // told to slow down
    refused,            // key, signature or permission not accepted
    corrupt,            // bytes that fail authentication or do not parse
    too_large,          // over a documented limit
    disk_full,          // no space or quota left
    io,                 // the operating system failed a read or write
    version_mismatch,   // the other side speaks a version we do not
    interrupted,        // cancelled by a person or by shutdown
    internal,           // a defect in Satchel
};

/// Whether the same attempt can succeed later without a person.
enum class Retry : std::uint8_t { never, later };

/// One row of the error table.
struct ErrorRow {
    ErrorCode code;
    std::string_view name;  ///< name on the wire and under --json
    Retry retry;            ///< later: the engine tries again by itself
    int exit_status;        ///< of satchelctl
};

// clang-format off
inline constexpr std::array kErrorRows = {
    ErrorRow{ErrorCode::failed,            "failed",            Retry::never, 1},
    ErrorRow{ErrorCode::invalid_argument,  "invalid_argument",  Retry::never, 4},
    ErrorRow{ErrorCode::bad_config,        "bad_config",        Retry::never, 4},
    ErrorRow{ErrorCode::not_enrolled,      "not_enrolled",      Retry::never, 4},
    ErrorRow{ErrorCode::not_found,         "not_found",         Retry::never, 1},
    ErrorRow{ErrorCode::already_exists,    "already_exists",    Retry::never, 1},
    ErrorRow{ErrorCode::conflict,          "conflict",          Retry::never, 2},
    ErrorRow{ErrorCode::assistant_running, "assistant_running", Retry::later, 3},
    ErrorRow{ErrorCode::halted,            "halted",            Retry::never, 5},
    ErrorRow{ErrorCode::offline,           "offline",           Retry::later, 6},
    ErrorRow{ErrorCode::busy,              "busy",              Retry::later, 6},
    ErrorRow{ErrorCode::rate_limited,      "rate_limited",      Retry::later, 6},
    ErrorRow{ErrorCode::refused,           "refused",           Retry::never, 7},
    ErrorRow{ErrorCode::corrupt,           "corrupt",           Retry::never, 1},
    ErrorRow{ErrorCode::too_large,         "too_large",         Retry::never, 1},
    ErrorRow{ErrorCode::disk_full,         "disk_full",         Retry::later, 1},
    ErrorRow{ErrorCode::io,                "io",                Retry::later, 1},
    ErrorRow{ErrorCode::version_mismatch,  "version_mismatch",  Retry::never, 8},
    ErrorRow{ErrorCode::interrupted,       "interrupted",       Retry::later, 130},
    ErrorRow{ErrorCode::internal,          "internal",          Retry::never, 1},
};

// clang-format on

/// True when row i of the table is that of code i.
constexpr bool error_rows_follow_enum() {
    for (std::size_t i = 0; i < kErrorRows.size(); ++i)
        if (static_cast<std::size_t>(kErrorRows[i].code) != i) return false;
    return true;
}

static_assert(error_rows_follow_enum());

/// What went wrong, for people and for programs.
struct Error {
    ErrorCode code = ErrorCode::failed;
    std::string message;  ///< what was attempted, on what; lower case, no full stop, no secret
    std::string hint{};   ///< what a person can do about it; may be empty
    /// The daemon's own store failed: everybody's trouble, whatever the code says.
    bool is_own_store = false;

    /// The same error seen from one step further out: "pull: hub: connection refused".
    Error at(std::string_view where) &&;
    /// The same error with `next_step` as its hint, unless it has one already.
    Error with_hint(std::string_view next_step) &&;
};

/// The table's row of `code`.
const ErrorRow& error_row(ErrorCode code);
/// The code with this wire name, or `failed` for a name of a newer version.
ErrorCode error_code_named(std::string_view name);
/// The code that an `errno` value means to us: ENOSPC is disk_full, ENOENT is not_found, and so on.
ErrorCode error_code_of_errno(int error_number);
/// An error from an `errno` value, e.g. "open '/x': permission denied".
Error errno_error(std::string_view attempted, int error_number);

}  // namespace satchel
