// Thin: the work is in daemon/hub, the words here.
#include "daemon/app/hub_tools.h"

#include "daemon/app/hub_replies.h"
#include "daemon/app/places.h"
#include "daemon/app/version.h"
#include "daemon/hub/restore.h"
#include "daemon/hub/store.h"
#include "shared/base/utf8.h"
#include "shared/json/value.h"
#include "shared/platform/file_lock.h"
#include "shared/platform/files.h"
#include "shared/platform/system_clock.h"

#include <cstdio>

namespace satchel::app {

namespace {

std::filesystem::path data_of(const Arguments& arguments, const platform::Dirs& dirs) {
    return arguments.data_directory.value_or(Places(dirs).hub_data);
}

int fail(const Arguments& arguments, const Error& error) {
    if (arguments.is_json) {
        json::Object object;
        object["code"] = std::string(error_row(error.code).name);
        object["message"] = error.message;
        object["hint"] = error.hint;
        const json::Value value = json::Object{{"error", object}};
        std::printf("%s\n", json::to_text(value).c_str());
    } else {
        std::fprintf(stderr, "satcheld: %s\n", escape_for_terminal(error.message).c_str());
        if (!error.hint.empty()) std::fprintf(stderr, "hint: %s\n", error.hint.c_str());
    }
    return error_row(error.code).exit_status;
}

template <class Answer>
void print_json(const Answer& answer) {
    std::printf("%s\n", json::to_text(json::to_json(answer)).c_str());
}

std::string holdings(const hub::BackupManifest& manifest) {
    return std::to_string(manifest.devices) + " devices, " + std::to_string(manifest.segments) +
           " objects, " + std::to_string(manifest.bytes) + " bytes";
}

Result<control::HubBackupResponse> back_up(const Arguments& arguments,
                                           const std::filesystem::path& data) {
    hub::BackupOrder order;
    order.database = data / hub::kBackupDatabase;
    order.folder = arguments.folder.empty() ? data / "backups" : arguments.folder;
    order.version = std::string(program_version());
    order.now_ms = platform::SystemClock().now_ms();
    order.keep = arguments.keep;
    std::error_code failed;
    if (!std::filesystem::exists(order.database, failed))
        return Error{ErrorCode::not_found,
                     "there is no hub in '" + data.string() + "'",
                     "satchelctl hub serve makes one; --data-dir names another folder"};
    SATCHEL_TRY(lock, platform::FileLock::acquire(data / "hub.lock"));
    if (arguments.is_dry_run) return would_back_up(order.folder, order.database);
    SATCHEL_TRY(done, hub::make_backup(order));
    return to_response(done);
}

}  // namespace

int run_hub_init(const Arguments& arguments, const platform::Dirs& dirs) {
    const std::filesystem::path data = data_of(arguments, dirs);
    if (auto made = platform::ensure_private_directory(data); !made)
        return fail(arguments, made.error());
    std::error_code failed;
    const bool is_there = std::filesystem::exists(data / hub::kBackupDatabase, failed);
    const platform::SystemClock clock;
    std::string hub_id;
    {
        const auto store =
            hub::HubStore::open(data, clock, [](const std::string&, const std::string&) {});
        const bool runs = !store && store.error().code == ErrorCode::busy && is_there;
        if (!store && !runs) return fail(arguments, store.error());
        if (store) hub_id = (*store)->hub_id();
    }
    if (arguments.is_json) {
        const json::Value answer = json::Object{{"path", data.string()},
                                                {"hub", hub_id},
                                                {"made", !is_there},
                                                {"running", hub_id.empty()}};
        std::printf("%s\n", json::to_text(answer).c_str());
        return 0;
    }
    std::printf("%s %s%s\n",
                is_there ? "There is a hub in" : "Made a hub in",
                data.c_str(),
                hub_id.empty() ? ", and it runs" : "");
    std::fputs(
        "next, on this machine: satchelctl hub serve, and in another terminal\n"
        "    satchelctl sync register --name NAME\n"
        "for other machines: --bind and --tls-cert with --tls-key, or a proxy before it\n",
        stderr);
    return 0;
}

int run_hub_backup(const Arguments& arguments, const platform::Dirs& dirs) {
    const auto answer = back_up(arguments, data_of(arguments, dirs));
    if (!answer) return fail(arguments, answer.error());
    if (arguments.is_json) {
        print_json(*answer);
        return 0;
    }
    std::printf("%s %s\n", arguments.is_dry_run ? "Would write to" : "Wrote", answer->path.c_str());
    return 0;
}

int run_hub_restore(const Arguments& arguments, const platform::Dirs& dirs) {
    if (arguments.folder.empty())
        return fail(arguments,
                    {ErrorCode::invalid_argument, "--folder has to name the backup to restore"});
    if (!arguments.is_dry_run && !arguments.is_confirmed)
        return fail(arguments,
                    {ErrorCode::invalid_argument,
                     "a restore replaces what the hub holds, and nobody said yes",
                     "give --yes, or --dry-run to see what would be done"});
    const platform::SystemClock clock;
    const auto restored = hub::restore_backup(
        data_of(arguments, dirs), arguments.folder, clock, arguments.is_dry_run);
    if (!restored) return fail(arguments, restored.error());
    if (arguments.is_json) {
        print_json(to_response(*restored, arguments.folder, arguments.is_dry_run));
        return 0;
    }
    std::printf("%s the hub of %s: %s\n",
                arguments.is_dry_run ? "Whole; would put back" : "Put back",
                to_rfc3339(restored->backup.time.ms).c_str(),
                holdings(restored->backup).c_str());
    if (!restored->replaced.empty())
        std::printf("What was there is kept in %s\n", restored->replaced.c_str());
    std::fputs(
        "Devices notice that the hub went back, and give it again what they have.\n"
        "Lost is only what came to the hub since and is on no device any more.\n",
        stdout);
    return 0;
}

}  // namespace satchel::app
