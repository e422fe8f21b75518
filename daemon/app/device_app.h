// A device: its parts in start order, and the only place that names all of them.
#pragma once

#include "daemon/app/desktop_notice.h"
#include "daemon/app/enrolment.h"
#include "daemon/app/event_log.h"
#include "daemon/app/source_factory.h"
#include "daemon/config/settings.h"
#include "daemon/control/server.h"
#include "daemon/engine/engine.h"
#include "daemon/transport/hub/hub_transport.h"
#include "daemon/watch/watcher.h"
#include "shared/async/task_group.h"
#include "shared/platform/service.h"
#include "shared/platform/system_clock.h"
#include "shared/protocol/control/daemon.h"
#include "shared/protocol/control/status.h"

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include <boost/asio/thread_pool.hpp>

namespace satchel::app {

/// In the store: 0 while the device shall not talk to its hub.
inline constexpr std::string_view kConnectedFact = "connected";

class DeviceApp;
struct JoinOutcome;

/// What there is once the device belongs to a workspace, in start order.
struct Membership {
    Membership(DeviceApp& app, Enrolment enrolment, bool is_enabled);

    HubAddress hub;
    engine::Identity identity;
    engine::Replica replica;  ///< touched on the worker only
    transport::HubTransport transport;
    engine::Invitations invitations;
    engine::Engine engine;
    std::atomic<bool> is_ending = false;  ///< a cycle under way comes to its end

    /// Takes over what the settings say of the pace; whether cycles run stays as it is.
    void set_pace(const config::Settings& settings);
};

/// What a device is started with.
struct DeviceOptions {
    platform::Dirs dirs;
    config::Settings settings;
    std::string version;
    bool is_foreground = false;
};

/// A device's daemon. Lives on one loop; the store and all sources live on its worker.
class DeviceApp final : public engine::EngineListener {
  public:
    DeviceApp(asio::io_context& loop, DeviceOptions options);
    ~DeviceApp() override;

    /// Opens the store, listens on the control socket, starts cycling if enrolled.
    Status start();
    /// Runs until stop() was called and everything has ended.
    asio::awaitable<void> run();
    /// Ends the daemon; may be called from a handler.
    void stop();

    /// Reads the configuration again in the background.
    void reload();
    /// Reads the configuration again and acts on what can change at run time; a bad file, or one
    /// that is gone, is an error, and the old settings stay. Unless `is_asked`, nothing is told
    /// when nothing changed.
    asio::awaitable<Result<control::DaemonReloadResponse>> read_settings(bool is_asked);

    /// Why the configuration as it is now is not the one in force.
    [[nodiscard]] const std::optional<control::AlarmSummary>& config_alarm() const {
        return config_alarm_;
    }

    /// Null while the device belongs to no workspace.
    [[nodiscard]] Membership* membership() { return membership_.get(); }

    /// The membership, or the error that says how to get one.
    Result<Membership*> need_membership();
    /// Waits in the background until a member lets this device in, and starts working then. A
    /// second one takes the place of the first.
    void wait_for_consent(JoinOutcome joining);
    /// Starts working for a workspace just joined or loaded.
    asio::awaitable<Status> begin_membership(Enrolment enrolment);
    /// Ends all work for the workspace; nothing is forgotten. `last` runs on the worker when no
    /// cycle runs any more and sources still are there.
    asio::awaitable<void> end_membership(std::function<void(engine::Replica&)> last = {});
    /// Begins again with what is saved of the enrolment, if there is one.
    asio::awaitable<Status> resume_membership();

    /// Declares a source, opens it and starts watching; on failure nothing is left of it.
    asio::awaitable<Result<std::string>> add_source(store::Declaration declaration);
    /// Gives a source other options and makes it anew by them. On the worker.
    Status change_source(store::Declaration declaration);
    asio::awaitable<Status> remove_source(std::string name);
    /// Watches the sources that are not watched yet.
    asio::awaitable<void> watch_sources();

    void cycle_ended(const engine::CycleReport& report) override;
    void cycle_failed(const Error& error, std::uint64_t failures_in_row) override;

    /// Runs a task until the daemon ends.
    void spawn(std::string name, asio::awaitable<void> task) {
        tasks_.spawn(std::move(name), std::move(task));
    }

    /// Why the source's changes are found by cycles only; empty when it is watched, or nobody
    /// tries.
    [[nodiscard]] std::string watch_error(const std::string& source) const;
    /// Tells whoever subscribed to events, and keeps the event.
    void tell(std::string kind, std::string message, std::string source = {});
    /// The same of an event with details; its time is now.
    void tell(control::Event event);

    /// What happened. On any thread.
    [[nodiscard]] const EventLog& event_log() const { return event_log_; }

    [[nodiscard]] const DeviceOptions& options() const { return options_; }

    [[nodiscard]] const Places& places() const { return places_; }

    [[nodiscard]] const Clock& clock() const { return clock_; }

    [[nodiscard]] crypto::RandomSource& random() { return random_; }

    [[nodiscard]] async::Worker& worker() { return worker_; }

    /// For long work on files that nothing else touches.
    [[nodiscard]] async::Worker& archive_worker() { return archive_worker_; }

    /// Touched on the worker only.
    [[nodiscard]] backup::Backups& backups() { return *backups_; }

    [[nodiscard]] store::Database& database() { return *database_; }

    [[nodiscard]] control::Server& server() { return *server_; }

    [[nodiscard]] UnixMs started_ms() const { return started_ms_; }

    [[nodiscard]] asio::any_io_executor executor() { return loop_.get_executor(); }

    [[nodiscard]] bool is_stopping() const { return is_stopping_; }

    /// Tells the sources what changed on disk until now.
    asio::awaitable<void> take_hints();

    /// On the worker: a device may be given another name.
    [[nodiscard]] SourceSurroundings surroundings();
    /// Whether cycles run by themselves; kept in the store.
    asio::awaitable<Status> set_enabled(bool is_enabled);
    /// Whether this device talks to its hub; kept in the store.
    asio::awaitable<Status> set_connected(bool is_connected);

    [[nodiscard]] bool is_connected() const { return is_connected_; }

    /// A device that left talks again when it joins.
    void forget_disconnection() { is_connected_ = true; }

  private:
    asio::awaitable<void> await_consent(JoinOutcome joining);
    Status open_store();
    Status check_store();
    /// A damaged store in words that say how to go on; other errors as they are.
    [[nodiscard]] Error halt_if_damaged(Error error) const;
    Status load_sources();
    /// Watches again, after each cycle, what is not watched.
    asio::awaitable<void> keep_watching();
    /// Tells which alarms began and ended since the last time.
    asio::awaitable<void> tell_alarms();
    /// Tells the desktop, where that is wished, which sources halted since the last time.
    asio::awaitable<void> show_halts();
    /// Keeps over restarts when a cycle last did all it wanted.
    asio::awaitable<void> keep_noting();
    /// When an earlier run last had success; 0 when nobody knows.
    Result<UnixMs> find_last_success();
    /// Passes on what the watcher tells, and asks for a cycle.
    asio::awaitable<void> keep_hinting();
    /// Gives the sources what changed since the last time; true when it concerned one of them.
    asio::awaitable<bool> pass_hints();
    /// Something below a watched directory changed; nothing means "look at everything".
    void notice(const std::optional<std::filesystem::path>& path);

    Result<config::Settings> read_config();
    void note_config_problem(const Error& error);
    /// Acts on what differs from `before`.
    asio::awaitable<void> apply_settings(const config::Settings& before);
    asio::awaitable<void> remake_sources();
    /// Ends folding, or watching the hub, and begins it anew when the settings say so.
    asio::awaitable<void> switch_folding();
    asio::awaitable<void> switch_hub_watch();
    void watch_config();
    /// Reads the configuration again whenever its file changes.
    asio::awaitable<void> keep_config();
    /// Packs log files that were put aside, from time to time.
    asio::awaitable<void> keep_logs();
    void begin_file_watch();
    asio::awaitable<void> end_file_watch();

    /// Changes on disk that no source was told of yet.
    struct Hints {
        std::set<std::filesystem::path> paths;
        bool is_lost = false;  ///< anything may have changed
    };

    asio::io_context& loop_;
    DeviceOptions options_;
    Places places_;
    EventLog event_log_;
    platform::SystemClock clock_;
    crypto::KernelRandom random_;
    UnixMs started_ms_ = 0;
    std::optional<platform::FileLock> instance_lock_;
    asio::thread_pool worker_pool_{1};
    async::Worker worker_;
    asio::thread_pool archive_pool_{1};
    async::Worker archive_worker_;
    std::unique_ptr<store::Database> database_;
    std::unique_ptr<backup::Backups> backups_;
    std::unique_ptr<Membership> membership_;
    std::vector<std::unique_ptr<Membership>> retired_;
    std::unique_ptr<watch::Watcher> watcher_;
    std::unique_ptr<watch::Watcher> config_watcher_;
    std::optional<control::AlarmSummary> config_alarm_;
    bool has_config_ = false;
    std::unique_ptr<control::Server> server_;
    platform::ServiceNotifier notifier_;
    async::TaskGroup tasks_;
    async::TaskGroup membership_tasks_;
    async::TaskGroup file_watch_;
    async::TaskGroup hub_watch_;
    async::TaskGroup folding_;
    async::Trigger stop_;
    async::Trigger cycle_ended_;
    async::Trigger succeeded_;
    async::Trigger hinted_;
    async::Trigger config_changed_;
    Hints hints_;
    std::map<std::string, std::string> watch_errors_;  // by source; empty when it is watched
    std::set<std::string> alarms_;
    DesktopNotice desktop_{platform::process_environment(), clock_};
    std::set<std::string> halted_;  ///< sources the desktop was told of
    bool is_enabled_ = true;
    bool is_connected_ = true;
    std::optional<Error> start_error_;
    std::string words_;  // of the newest join that waits for consent
    std::atomic<bool> is_stopping_ = false;
};

}  // namespace satchel::app
