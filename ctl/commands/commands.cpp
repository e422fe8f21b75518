// Name to function.
#include "ctl/commands/commands.h"

#include <array>

namespace satchel::ctl {
namespace {

constexpr std::array kFunctions = {
    CommandFunction{"", run_overview},
    CommandFunction{"status", run_status},
    CommandFunction{"sync", run_sync_status},
    CommandFunction{"sync status", run_sync_status},
    CommandFunction{"sync push", run_sync_push},
    CommandFunction{"sync pull", run_sync_pull},
    CommandFunction{"sync stamp", run_sync_stamp},
    CommandFunction{"sync resolve", run_sync_resolve},
    CommandFunction{"sync enable", run_sync_enable},
    CommandFunction{"sync disable", run_sync_disable},
    CommandFunction{"sync connect", run_sync_connect},
    CommandFunction{"sync disconnect", run_sync_disconnect},
    CommandFunction{"sync setup", run_sync_setup},
    CommandFunction{"sync register", run_sync_register},
    CommandFunction{"sync server", run_hub_serve},
    CommandFunction{"daemon start", run_daemon_start},
    CommandFunction{"daemon stop", run_daemon_stop},
    CommandFunction{"daemon restart", run_daemon_restart},
    CommandFunction{"daemon status", run_daemon_status},
    CommandFunction{"daemon logs", run_logs},
    CommandFunction{"daemon reload", run_daemon_reload},
    CommandFunction{"daemon log-level", run_daemon_log_level},
    CommandFunction{"daemon install", run_daemon_install},
    CommandFunction{"daemon uninstall", run_daemon_uninstall},
    CommandFunction{"source add", run_source_add},
    CommandFunction{"source list", run_source_list},
    CommandFunction{"source show", run_source_show},
    CommandFunction{"source remove", run_source_remove},
    CommandFunction{"source resume", run_source_resume},
    CommandFunction{"source set", run_source_set},
    CommandFunction{"source restore", run_source_restore},
    CommandFunction{"backup list", run_backup_list},
    CommandFunction{"backup create", run_backup_create},
    CommandFunction{"backup restore", run_backup_restore},
    CommandFunction{"backup verify", run_backup_verify},
    CommandFunction{"device list", run_device_list},
    CommandFunction{"device approve", run_device_approve},
    CommandFunction{"device rename", run_device_rename},
    CommandFunction{"device revoke", run_device_revoke},
    CommandFunction{"device role", run_device_role},
    CommandFunction{"device rotate", run_device_rotate},
    CommandFunction{"recovery create", run_recovery_create},
    CommandFunction{"recovery use", run_recovery_use},
    CommandFunction{"conflict list", run_conflict_list},
    CommandFunction{"conflict show", run_conflict_show},
    CommandFunction{"conflict diff", run_conflict_diff},
    CommandFunction{"conflict resolve", run_conflict_resolve},
    CommandFunction{"approve list", run_approve_list},
    CommandFunction{"approve show", run_approve_show},
    CommandFunction{"approve apply", run_approve_apply},
    CommandFunction{"link", run_link},
    CommandFunction{"why", run_why},
    CommandFunction{"undo", run_undo},
    CommandFunction{"plan", run_plan},
    CommandFunction{"doctor", run_doctor},
    CommandFunction{"preflight", run_doctor},
    CommandFunction{"verify", run_verify},
    CommandFunction{"logout", run_logout},
    CommandFunction{"events", run_events},
    CommandFunction{"logs", run_logs},
    CommandFunction{"init-config", run_init_config},
    CommandFunction{"completion", run_completion},
    CommandFunction{"hub audit", run_hub_audit},
    CommandFunction{"hub backup", run_hub_backup},
    CommandFunction{"hub devices", run_hub_devices},
    CommandFunction{"hub init", run_hub_init},
    CommandFunction{"hub restore", run_hub_restore},
    CommandFunction{"hub serve", run_hub_serve},
    CommandFunction{"hub status", run_hub_status},
};

}  // namespace

std::span<const CommandFunction> command_functions() {
    return kFunctions;
}

}  // namespace satchel::ctl
