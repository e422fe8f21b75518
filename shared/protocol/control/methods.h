// Every method of the control socket, one row each, sorted by name. The server checks access from
// the row before it calls a handler; `rpc.describe` and the reference page print the same rows.
#pragma once

#include "shared/base/error.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace satchel::control {

/// Raised when a message changes its meaning; additions do not raise it.
inline constexpr int kProtocolVersion = 1;

/// What a method may do. Root is let read, nobody but the owner writes. Only one `write` runs at a
/// time; `urgent` writes too, but is let in while another runs.
enum class Access : std::uint8_t { read, write, urgent };

/// A row of the table.
struct MethodRow {
    std::string_view name;
    Access access;
    std::string_view summary;
};

// clang-format off
inline constexpr std::array kMethods = {
    MethodRow{"approve.apply",    Access::write, "Approve a change that can run code, and write it"},
    MethodRow{"approve.list",     Access::read,  "List changes that can run code and wait for approval"},
    MethodRow{"approve.show",     Access::read,  "Show one of them whole"},
    MethodRow{"backup.create",    Access::write, "Copy what the sources hold now"},
    MethodRow{"backup.list",      Access::read,  "List the copies made before changes"},
    MethodRow{"backup.restore",   Access::write, "Put copies back, or into another folder"},
    MethodRow{"backup.verify",    Access::read,  "Read every copy again and compare"},
    MethodRow{"catalog.link",     Access::write, "Note where a device has a project"},
    MethodRow{"catalog.resolve",  Access::write, "Find a catalog's versions and projects on this machine"},
    MethodRow{"conflict.list",    Access::read,  "List conflicts waiting for a decision"},
    MethodRow{"conflict.resolve", Access::write, "Decide a conflict"},
    MethodRow{"conflict.show",    Access::read,  "Show every version of a conflict"},
    MethodRow{"cycle.run",        Access::write, "Run a sync cycle now, or one direction of it"},
    MethodRow{"cycle.stamp",      Access::write, "Capture and stamp changes without sending them"},
    MethodRow{"daemon.check",     Access::read,  "Read store, databases and copies through for doctor"},
    MethodRow{"daemon.info",      Access::read,  "Process id, version, uptime and sizes of the daemon"},
    MethodRow{"daemon.log_level", Access::urgent, "Set from which level on the log keeps lines, until the settings are read again"},
    MethodRow{"daemon.reload",    Access::urgent, "Read the configuration again"},
    MethodRow{"daemon.stop",      Access::urgent, "Stop the daemon after the work in hand"},
    MethodRow{"device.approve",   Access::write, "Let in a device whose words were compared"},
    MethodRow{"device.list",      Access::read,  "List the devices of the workspace"},
    MethodRow{"device.rename",    Access::write, "Give a device another name"},
    MethodRow{"device.revoke",    Access::write, "End a device's membership"},
    MethodRow{"device.role",      Access::write, "Change what a device may do"},
    MethodRow{"device.rotate",    Access::write, "Begin an epoch with a new key"},
    MethodRow{"device.waiting",   Access::read,  "List the devices that ask to be let in"},
    MethodRow{"events.list",      Access::read,  "What happened on this device, newest last"},
    MethodRow{"events.subscribe", Access::read,  "Receive events until the connection closes"},
    MethodRow{"history.list",     Access::read,  "List values that changes displaced here"},
    MethodRow{"history.undo",     Access::write, "Put displaced values back"},
    MethodRow{"hub.audit",        Access::read,  "Who did what at this hub, and whether that record is whole"},
    MethodRow{"hub.backup",       Access::read,  "Copy this hub's database while it serves"},
    MethodRow{"hub.devices",      Access::read,  "List the devices this hub knows"},
    MethodRow{"hub.register",     Access::write, "Admit a device to this hub and print its join string"},
    MethodRow{"hub.status",       Access::read,  "What this hub holds and serves"},
    MethodRow{"item.why",         Access::read,  "Explain which change made an item's values"},
    MethodRow{"project.list",     Access::read,  "List the projects of trees and where they are"},
    MethodRow{"recovery.create",  Access::write, "Make recovery words, a member of the workspace on paper"},
    MethodRow{"recovery.use",     Access::write, "Let this device in by recovery words"},
    MethodRow{"rpc.describe",     Access::read,  "List the methods of this daemon"},
    MethodRow{"source.add",       Access::write, "Keep a directory or tables of a database in sync"},
    MethodRow{"source.find",      Access::read,  "Look for the folders of an assistant"},
    MethodRow{"source.list",      Access::read,  "List the sources of this device"},
    MethodRow{"source.remove",    Access::write, "Stop syncing a source; its data stays"},
    MethodRow{"source.restore",   Access::write, "Write out files that are kept and not shown"},
    MethodRow{"source.resume",    Access::write, "Let a halted source go on with what it stopped before"},
    MethodRow{"source.set",       Access::write, "Set what to do with a source's conflicts and what stays here"},
    MethodRow{"source.show",      Access::read,  "Show one source in detail"},
    MethodRow{"status",           Access::read,  "What the daemon is doing and how it is"},
    MethodRow{"sync.connect",     Access::write, "Let this device talk to its hub again"},
    MethodRow{"sync.disable",     Access::urgent, "Stop automatic cycles"},
    MethodRow{"sync.disconnect",  Access::write, "End all talk with the hub; nothing is forgotten"},
    MethodRow{"sync.enable",      Access::write, "Let cycles run by themselves"},
    MethodRow{"verify",           Access::write, "Read everything again and compare all copies"},
    MethodRow{"workspace.invite", Access::write, "Make a one-time join string for another device"},
    MethodRow{"workspace.join",   Access::write, "Join a workspace, or move it to another hub"},
    MethodRow{"workspace.leave",  Access::write, "End this device's membership and forget its keys"},
};
// clang-format on

static_assert(std::ranges::is_sorted(kMethods, {}, &MethodRow::name));

/// The row of `name`, or nothing.
constexpr const MethodRow* find_method(std::string_view name) {
    const auto row = std::ranges::lower_bound(kMethods, name, {}, &MethodRow::name);
    return row != kMethods.end() && row->name == name ? &*row : nullptr;
}

/// The wire word of an access: "read" or "write".
std::string_view access_name(Access access);

/// The error for a method that is not in the table, with the nearest one as its hint.
Error unknown_method(std::string_view name);

}  // namespace satchel::control
