#include "daemon/app/device_app.h"

#include "daemon/app/handlers.h"
#include "daemon/app/policies.h"
#include "daemon/app/watchdog.h"
#include "daemon/store/meta.h"
#include "shared/log/keys.h"
#include "shared/log/log.h"
#include "shared/platform/files.h"

#include <algorithm>

namespace satchel::app {

namespace {

constexpr std::string_view kEnabledFact = "enabled";

void report_task(const std::string& name, const std::string& what) {
    SATCHEL_LOG("app", error, "a task ended unexpectedly", {"task", name}, {"what", what});
}

}  // namespace

DeviceApp::DeviceApp(asio::io_context& loop, DeviceOptions options)
    : loop_(loop),
      options_(std::move(options)),
      places_(options_.dirs),
      event_log_(options_.dirs.state),
      worker_(worker_pool_.get_executor()),
      archive_worker_(archive_pool_.get_executor()),
      notifier_(platform::process_environment()),
      tasks_(loop.get_executor(), report_task),
      membership_tasks_(loop.get_executor(), report_task),
      file_watch_(loop.get_executor(), report_task),
      hub_watch_(loop.get_executor(), report_task),
      folding_(loop.get_executor(), report_task),
      stop_(loop.get_executor()),
      cycle_ended_(loop.get_executor()),
      succeeded_(loop.get_executor()),
      hinted_(loop.get_executor()),
      config_changed_(loop.get_executor()) {}

DeviceApp::~DeviceApp() {
    worker_pool_.join();
    archive_pool_.join();
}

Status DeviceApp::open_store() {
    if (auto made = platform::ensure_private_directory(options_.dirs.data); !made) return made;
    if (auto made = platform::ensure_private_directory(options_.dirs.state); !made) return made;
    if (auto made = platform::ensure_private_directory(options_.dirs.config); !made) return made;
    if (auto made = platform::ensure_private_directory(options_.dirs.runtime); !made) return made;
    auto lock = platform::FileLock::acquire(options_.dirs.lock("device"));
    if (!lock)
        return Error{lock.error().code,
                     "another satcheld runs for this user: " + lock.error().message,
                     "satchelctl daemon status shows it"};
    instance_lock_ = std::move(*lock);
    auto database = store::Database::open(places_.store.string());
    if (!database) return halt_if_damaged(database.error());
    database_ = std::move(*database);
    if (auto checked = check_store(); !checked) return halt_if_damaged(checked.error());
    SATCHEL_TRY(enabled, store::find_fact(*database_, kEnabledFact));
    is_enabled_ = !enabled || *enabled == Bytes{1};
    SATCHEL_TRY(connected, store::find_fact(*database_, kConnectedFact));
    is_connected_ = !connected || *connected == Bytes{1};
    backups_ = std::make_unique<backup::Backups>(places_.backups, clock_);
    backups_->keep(static_cast<std::size_t>(options_.settings.backup_keep));
    return ok();
}

/// After a run that did not end by itself everything the store says may be damage.
Status DeviceApp::check_store() {
    const auto was_clean = store::begin_run(*database_);
    if (!was_clean && was_clean.error().code != ErrorCode::corrupt) {
        // A full disk is no reason not to start; the next start checks no more than this one.
        SATCHEL_LOG(
            "app", warn, "the start is not noted", {log::key::kError, was_clean.error().message});
        return ok();
    }
    if (!was_clean) return was_clean.error();
    if (*was_clean) return ok();
    SATCHEL_LOG("app", info, "the last run did not end cleanly; checking the store");
    return database_->check_integrity();
}

Error DeviceApp::halt_if_damaged(Error error) const {
    if (error.code != ErrorCode::corrupt) return error;
    const std::string folder = "'" + options_.dirs.data.string() + "'";
    return {ErrorCode::halted,
            "the store is damaged, so nothing is synced: " + error.message,
            "in " + folder +
                " move store.db, store.db-wal, store.db-shm and device.key into another folder; "
                "then join anew: 'satchelctl sync register --name NAME' on another device, "
                "'satchelctl sync setup' here, and 'satchelctl source add' for each source. What "
                "the sources hold stays as it is"};
}

Status DeviceApp::start() {
    started_ms_ = clock_.now_ms();
    if (auto opened = open_store(); !opened) return opened;
    control::ServerOptions server_options;
    server_options.socket = options_.dirs.socket("device");
    server_options.version = options_.version;
    server_options.on_write = [this](const control::MethodRow& row,
                                     const json::Value& params,
                                     const Result<json::Value>& result) {
        if (auto event = event_of_call(row, params, result)) tell(*std::move(event));
    };
    server_ =
        std::make_unique<control::Server>(loop_.get_executor(), clock_, std::move(server_options));
    add_status_handlers(*this);
    add_check_handler(*this);
    add_verify_handler(*this);
    add_cycle_handlers(*this);
    add_source_handlers(*this);
    add_resolve_handlers(*this);
    add_conflict_handlers(*this);
    add_approve_handlers(*this);
    add_history_handlers(*this);
    add_policy_handlers(*this);
    add_backup_handlers(*this);
    add_workspace_handlers(*this);
    add_device_handlers(*this);
    add_recovery_handlers(*this);
    add_daemon_handlers(*this);
    const platform::Environment environment = platform::process_environment();
    auto activated = platform::take_activated_socket(environment, "satcheld");
    const Status listening =
        activated ? server_->listen_on(std::move(*activated)) : server_->listen(*instance_lock_);
    return listening;
}

asio::awaitable<void> DeviceApp::run() {
    tasks_.spawn("control", server_->serve());
    tasks_.spawn("watchdog", keep_watchdog(notifier_));
    if (options_.settings.watch_files) begin_file_watch();
    watch_config();
    tasks_.spawn("logs", keep_logs());
    auto enrolment = load_enrolment(*database_, places_);
    if (!enrolment) {
        SATCHEL_LOG("app",
                    error,
                    "the enrolment cannot be used",
                    {log::key::kError, enrolment.error().message});
        start_error_ = std::move(enrolment).error();
    } else if (*enrolment) {
        const Status begun = co_await begin_membership(std::move(**enrolment));
        if (!begun) start_error_ = begun.error();
    }
    notifier_.ready();
    notifier_.status(start_error_  ? "cannot sync: " + start_error_->message
                     : membership_ ? "keeps this device in sync"
                                   : "waits for satchelctl sync setup");
    SATCHEL_LOG("app", info, "started", {log::key::kVersion, options_.version});
    tell("state", "the daemon started, version " + options_.version);
    bool is_asked = false;
    while (!is_asked) is_asked = co_await stop_.wait_for(std::chrono::hours(1));
    notifier_.stopping();
    is_stopping_ = true;
    tell("state", "the daemon stops");
    for (async::TaskGroup* group :
         {&tasks_, &membership_tasks_, &file_watch_, &hub_watch_, &folding_}) {
        group->cancel();
        co_await group->join();
    }
    co_await server_->stop();
    const Status ended = co_await worker_.run([this] { return store::end_run(*database_); });
    if (!ended)
        SATCHEL_LOG("app", warn, "the end is not noted", {log::key::kError, ended.error().message});
    SATCHEL_LOG("app", info, "stopped");
}

void DeviceApp::stop() {
    stop_.set();
}

SourceSurroundings DeviceApp::surroundings() {
    return {membership_->replica.ids(),
            clock_,
            random_,
            *backups_,
            {sources::split_names(options_.settings.send_settings),
             sources::split_names(options_.settings.keep_settings)},
            options_.dirs.home,
            {places_.profiles, membership_->replica.identity().device_name},
            options_.settings.backup_format != "none"};
}

Status DeviceApp::load_sources() {
    engine::Replica& replica = membership_->replica;
    if (auto loaded = replica.load(); !loaded) return loaded;
    SATCHEL_TRY(declarations, store::load_declarations(*database_));
    const bool is_first = declarations.empty();
    if (is_first) {
        store::Declaration catalog =
            catalog_declaration(places_.catalog, replica.ids().lane("catalog"));
        const Status added = replica.in_step(
            [&](engine::Step& step) { return store::add_declaration(step.transaction, catalog); });
        if (!added) return added;
        declarations.push_back(std::move(catalog));
    }
    for (store::Declaration& declaration : declarations) {
        SATCHEL_TRY(source, make_source(declaration, surroundings()));
        const engine::Policies policies = policies_of(declaration);
        replica.add_source(std::move(declaration), std::move(source));
        replica.slots().back().policies = policies;
    }
    // A source that cannot be opened now is tried again by every cycle and says so in the status.
    for (const engine::SourceSlot& slot : replica.slots())
        (void)replica.open_source(slot.declaration.name);
    membership_->engine.parts().hears_first =
        !is_first && std::ranges::any_of(replica.slots(), [](const engine::SourceSlot& slot) {
            return !slot.is_joined;
        });
    return ok();
}

asio::awaitable<Result<std::string>> DeviceApp::add_source(store::Declaration declaration) {
    const std::string name = declaration.name;
    const Status added = co_await worker_.run([&]() -> Status {
        engine::Replica& replica = membership_->replica;
        const Status declared = replica.in_step([&](engine::Step& step) {
            return store::add_declaration(step.transaction, declaration);
        });
        if (!declared) return declared;
        const auto undo = [&](Error error) -> Status {
            replica.drop_source(name);
            (void)replica.in_step([&](engine::Step& step) {
                return store::remove_declaration(step.transaction, declaration.id);
            });
            return error;
        };
        auto source = make_source(declaration, surroundings());
        if (!source) return undo(std::move(source).error());
        replica.add_source(declaration, std::move(*source));
        if (auto opened = replica.open_source(name); !opened)
            return undo(std::move(opened).error());
        return ok();
    });
    if (!added) co_return added.error();
    // The hub may hold changes of this source that nobody here wanted until now.
    membership_->engine.parts().heads_etag.clear();
    co_await watch_sources();
    membership_->engine.wake("source");
    co_return name;
}

Status DeviceApp::change_source(store::Declaration declaration) {
    engine::Replica& replica = membership_->replica;
    engine::SourceSlot* slot = replica.find_slot(declaration.name);
    if (slot == nullptr)
        return Error{ErrorCode::not_found, "no source is called '" + declaration.name + "'"};
    SATCHEL_TRY(source, make_source(declaration, surroundings()));
    const Status kept = replica.in_step([&](engine::Step& step) {
        return store::set_options(step.transaction, declaration.id, declaration.options);
    });
    if (!kept) return kept;
    slot->declaration = std::move(declaration);
    slot->source = std::move(source);
    slot->wake();
    return replica.open_source(slot->declaration.name);
}

asio::awaitable<Status> DeviceApp::remove_source(std::string name) {
    watch_errors_.erase(name);
    co_return co_await worker_.run([&]() -> Status {
        engine::Replica& replica = membership_->replica;
        engine::SourceSlot* slot = replica.find_slot(name);
        if (slot == nullptr)
            return Error{ErrorCode::not_found, "no source is called '" + name + "'"};
        const std::int64_t id = slot->declaration.id;
        if (auto left = replica.leave_source(name); !left) return left;
        if (auto uninstalled = slot->source->uninstall(); !uninstalled) return uninstalled;
        const Status removed = replica.in_step(
            [&](engine::Step& step) { return store::remove_declaration(step.transaction, id); });
        if (removed) replica.drop_source(name);
        return removed;
    });
}

asio::awaitable<Status> DeviceApp::set_enabled(bool is_enabled) {
    const Status kept = co_await worker_.run([&] {
        return membership_->replica.in_step([&](engine::Step& step) {
            const Bytes value{static_cast<Byte>(is_enabled ? 1 : 0)};
            return store::set_fact(step.transaction, kEnabledFact, value);
        });
    });
    if (!kept) co_return kept.error();
    is_enabled_ = is_enabled;
    membership_->engine.set_enabled(is_enabled);
    co_return ok();
}

void DeviceApp::cycle_ended(const engine::CycleReport& report) {
    cycle_ended_.set();
    succeeded_.set();
    for (const auto* notes : {&report.captured.notes, &report.applied.notes})
        for (const std::string& note : *notes) tell("state", note);
    for (const std::string& alarm : report.alarms) {
        SATCHEL_LOG("engine", warn, "alarm", {"what", alarm});
        tell("alarm", alarm);
    }
    notifier_.status("keeps this device in sync");
    if (report.is_noop) return;
    SATCHEL_LOG("engine",
                info,
                "cycle done",
                {log::key::kReason, report.reason},
                {"captured", report.captured.captured},
                {"pushed", report.pushed_items},
                {"applied", report.applied.projected.applied},
                {"conflicts", report.applied.conflicts},
                {log::key::kMs, report.duration.count()});
    tell("cycle",
         "sent " + std::to_string(report.pushed_items) + ", received " +
             std::to_string(report.applied.projected.applied) + " items in " +
             std::to_string(report.duration.count()) + " ms");
    if (report.applied.conflicts > 0) {
        tell("conflict", std::to_string(report.applied.conflicts) + " items have several values");
        if (options_.settings.notify)
            desktop_.show("conflict", "Values differ and wait for you: satchelctl conflict list");
    }
}

void DeviceApp::cycle_failed(const Error& error, std::uint64_t failures_in_row) {
    cycle_ended_.set();
    notifier_.status("cannot sync now: " + error.message);
    // Told when it starts and then ever more rarely: offline is a state, not a storm of errors.
    const bool is_power_of_two = (failures_in_row & (failures_in_row - 1)) == 0;
    if (!is_power_of_two) return;
    SATCHEL_LOG("engine",
                warn,
                "cycle failed",
                {log::key::kError, error.message},
                {log::key::kCount, failures_in_row});
    tell("state", error.message);
}

void DeviceApp::tell(std::string kind, std::string message, std::string source) {
    control::Event event;
    event.kind = std::move(kind);
    event.message = std::move(message);
    event.source = std::move(source);
    tell(std::move(event));
}

void DeviceApp::tell(control::Event event) {
    event.time = json::Time{clock_.now_ms()};
    server_->publish(event);
    if (auto kept = event_log_.append(event); !kept)
        SATCHEL_LOG("app", debug, "an event is not kept", {log::key::kError, kept.error().message});
}

asio::awaitable<void> DeviceApp::tell_alarms() {
    if (!membership_) co_return;
    engine::Replica& replica = membership_->replica;
    const auto standing = co_await worker_.run([&replica] { return replica.alarms(); });
    std::set<std::string> now;
    for (const engine::Alarm& alarm : standing) now.insert(alarm.what);
    for (const std::string& ended : alarms_)
        if (!now.contains(ended)) tell("alarm", "ended: " + ended);
    alarms_ = std::move(now);
}

}  // namespace satchel::app
