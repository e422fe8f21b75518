#include "daemon/hub/store.h"

#include "daemon/hub/backup_files.h"
#include "daemon/hub/migrations.h"
#include "daemon/hub/restore.h"
#include "daemon/hub/store_read.h"
#include "daemon/hub/store_write.h"
#include "shared/async/worker.h"
#include "shared/platform/file_lock.h"

#include <atomic>
#include <filesystem>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <boost/asio/thread_pool.hpp>

namespace satchel::hub {

class HubStore::Impl {
  public:
    Impl(platform::FileLock lock,
         std::filesystem::path database,
         std::unique_ptr<SQLite::Database> writing,
         std::unique_ptr<SQLite::Database> reading,
         const Clock& clock,
         OnFailure on_failure)
        : lock_(std::move(lock)),
          database_(std::move(database)),
          clock_(clock),
          hub_id_(reading->execAndGet("SELECT value FROM hub WHERE key = 'id'").getString()),
          reading_(std::move(reading)),
          writer_(std::move(writing), std::move(on_failure)) {}

    ~Impl() {
        is_stopping_ = true;
        copying_.join();
        pool_.join();
        reading_.reset();
        writer_.write_now([](SQLite::Database& database) {
            mark_clean(database, true);
            return Verdict();
        });
    }

    /// Runs `query(database)` on the reader's thread; what SQLite throws becomes an Error.
    template <class Query>
    auto read(Query query)
        -> asio::awaitable<Result<std::invoke_result_t<Query&, SQLite::Database&>>> {
        using Value = std::invoke_result_t<Query&, SQLite::Database&>;
        auto job = [this, query = std::move(query)]() mutable -> Result<Value> {
            try {
                return query(*reading_);
            } catch (const SQLite::Exception& error) {
                return Error{ErrorCode::io,
                             std::string("read the hub's database: ") + error.what()};
            }
        };
        co_return co_await reader_.run(std::move(job));
    }

    [[nodiscard]] const std::string& hub_id() const { return hub_id_; }

    [[nodiscard]] GroupWriter& writer() { return writer_; }

    [[nodiscard]] const GroupWriter& writer() const { return writer_; }

    [[nodiscard]] UnixMs now_ms() const { return clock_.now_ms(); }

    [[nodiscard]] const std::filesystem::path& database() const { return database_; }

    asio::awaitable<Result<BackupDone>> back_up(BackupOrder order) {
        order.database = database_;
        order.now_ms = clock_.now_ms();
        order.stop = [this] { return is_stopping_.load(); };
        auto job = [order = std::move(order)] { return make_backup(order); };
        co_return co_await copier_.run(std::move(job));
    }

    void begin_stop() { is_stopping_ = true; }

  private:
    platform::FileLock lock_;
    std::filesystem::path database_;
    const Clock& clock_;
    std::string hub_id_;
    std::unique_ptr<SQLite::Database> reading_;  // used on pool_'s one thread
    asio::thread_pool pool_{1};
    async::Worker reader_{pool_.get_executor()};
    std::atomic<bool> is_stopping_ = false;
    asio::thread_pool copying_{1};
    async::Worker copier_{copying_.get_executor()};
    GroupWriter writer_;
};

HubStore::HubStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HubStore::~HubStore() = default;

Result<std::unique_ptr<HubStore>> HubStore::open(const std::filesystem::path& data_dir,
                                                 const Clock& clock,
                                                 OnFailure on_failure) {
    std::error_code failed;
    std::filesystem::create_directories(data_dir, failed);
    if (!failed) std::filesystem::permissions(data_dir, std::filesystem::perms::owner_all, failed);
    if (failed)
        return Error{ErrorCode::io,
                     "make directory '" + data_dir.string() + "': " + failed.message()};
    auto lock = platform::FileLock::acquire(data_dir / "hub.lock");
    if (!lock) return std::move(lock).error();
    if (auto finished = finish_restore(data_dir); !finished) return finished.error();
    const std::string path = (data_dir / "hub.db").string();
    SATCHEL_TRY(writing, open_hub_database(path));
    SATCHEL_TRY(reading, open_hub_reader(path));
    auto impl = std::make_unique<Impl>(std::move(*lock),
                                       path,
                                       std::move(writing),
                                       std::move(reading),
                                       clock,
                                       std::move(on_failure));
    return std::unique_ptr<HubStore>(new HubStore(std::move(impl)));
}

const std::string& HubStore::hub_id() const {
    return impl_->hub_id();
}

GroupWriter::Counters HubStore::write_counters() const {
    return std::as_const(*impl_).writer().counters();
}

asio::awaitable<Result<std::optional<StoredWorkspace>>> HubStore::load(WorkspaceId workspace) {
    return impl_->read(
        [workspace](SQLite::Database& database) { return read_workspace(database, workspace); });
}

asio::awaitable<Result<std::optional<WorkspaceId>>> HubStore::find_log_signed_by(DeviceId author) {
    return impl_->read(
        [author](SQLite::Database& database) { return hub::find_log_signed_by(database, author); });
}

asio::awaitable<Result<PulledSegments>> HubStore::pull(WorkspaceId workspace,
                                                       wire::PullBody request) {
    return impl_->read([workspace, request = std::move(request)](SQLite::Database& database) {
        return read_segments(database, workspace, request);
    });
}

asio::awaitable<Result<std::optional<Bytes>>> HubStore::find_segment(WorkspaceId workspace,
                                                                     wire::PullCursor position,
                                                                     std::uint64_t to) {
    return impl_->read([workspace, position, to](SQLite::Database& database) {
        return read_segment(database, workspace, position, to);
    });
}

asio::awaitable<Result<wire::UsageReply>> HubStore::usage(WorkspaceId workspace) {
    return impl_->read(
        [workspace](SQLite::Database& database) { return read_usage(database, workspace); });
}

asio::awaitable<Result<StoredTotals>> HubStore::totals() {
    return impl_->read([](SQLite::Database& database) { return read_totals(database); });
}

asio::awaitable<Result<bool>> HubStore::has_admission(Hash256 code_hash) {
    const UnixMs now_ms = impl_->now_ms();
    return impl_->read([code_hash, now_ms](SQLite::Database& database) {
        return read_admission(database, code_hash, now_ms);
    });
}

asio::awaitable<Verdict> HubStore::push(const NewObjects& objects, std::uint64_t quota_bytes) {
    const UnixMs now_ms = impl_->now_ms();
    return impl_->writer().write([&objects, quota_bytes, now_ms](SQLite::Database& database) {
        return write_push(database, objects, quota_bytes, now_ms);
    });
}

asio::awaitable<Verdict> HubStore::enroll(Enrolment& enrolment) {
    const UnixMs now_ms = impl_->now_ms();
    return impl_->writer().write([&enrolment, now_ms](SQLite::Database& database) {
        return write_enrolment(database, enrolment, now_ms);
    });
}

asio::awaitable<Verdict> HubStore::append_member(
    WorkspaceId workspace, std::uint64_t number, DeviceId device, ByteView entry, AuditNote note) {
    const UnixMs now_ms = impl_->now_ms();
    return impl_->writer().write([=, note = std::move(note)](SQLite::Database& database) {
        const NewMember member{workspace, number, device, entry};
        return write_member(database, member, &note, now_ms);
    });
}

asio::awaitable<Verdict> HubStore::note(std::vector<AuditNote> notes) {
    const UnixMs now_ms = impl_->now_ms();
    return impl_->writer().write([notes = std::move(notes), now_ms](SQLite::Database& database) {
        for (const AuditNote& note : notes) write_audit(database, note, now_ms);
        return Verdict();
    });
}

asio::awaitable<Result<std::vector<AuditRow>>> HubStore::audit(std::uint64_t limit) {
    return impl_->read([limit](SQLite::Database& database) { return read_audit(database, limit); });
}

asio::awaitable<Result<AuditCheck>> HubStore::check_audit() {
    return impl_->read([](SQLite::Database& database) { return hub::check_audit(database); });
}

asio::awaitable<Result<BackupDone>> HubStore::back_up(BackupOrder order) {
    auto done = co_await impl_->back_up(std::move(order));
    if (!done) co_return done;
    const UnixMs now_ms = impl_->now_ms();
    WriteJob note = [now_ms](SQLite::Database& database) {
        write_backup_time(database, now_ms);
        return Verdict();
    };
    const Verdict refused = co_await impl_->writer().write(std::move(note));
    // The backup is there; what could not be noted is in the log of failures.
    static_cast<void>(refused);
    co_return done;
}

asio::awaitable<Result<StoredFile>> HubStore::file() {
    const std::filesystem::path path = impl_->database();
    return impl_->read([path](SQLite::Database& database) {
        StoredFile file;
        file.backed_up = read_backup_time(database);
        for (const char* end : {"", "-wal"}) file.bytes += size_of(path.string() + end);
        return file;
    });
}

asio::awaitable<Result<std::vector<KnownDevice>>> HubStore::devices() {
    return impl_->read([](SQLite::Database& database) { return read_devices(database); });
}

asio::awaitable<bool> HubStore::is_healthy() {
    auto query = [](SQLite::Database& database) {
        return database.execAndGet("SELECT count(*) FROM hub WHERE key = 'id'").getInt() == 1;
    };
    const auto read = co_await impl_->read(std::move(query));
    if (!read || !*read) co_return false;
    if (!impl_->writer().counters().is_failing) co_return true;
    // Nobody may be pushing any more: only a write can tell that there is room again.
    const UnixMs now_ms = impl_->now_ms();
    WriteJob probe = [now_ms](SQLite::Database& database) {
        SQLite::Statement set(database,
                              "INSERT OR REPLACE INTO hub(key, value) VALUES('probe', ?)");
        set.bind(1, now_ms);
        set.exec();
        return Verdict();
    };
    const Verdict refused = co_await impl_->writer().write(std::move(probe));
    co_return !refused;
}

void HubStore::begin_stop() {
    impl_->begin_stop();
}

asio::awaitable<Verdict> HubStore::add_admission(Admission admission) {
    const UnixMs now_ms = impl_->now_ms();
    return impl_->writer().write([admission, now_ms](SQLite::Database& database) {
        return write_admission(database, admission, now_ms);
    });
}

Verdict HubStore::add_admission_now(const Admission& admission) {
    const UnixMs now_ms = impl_->now_ms();
    return impl_->writer().write_now([&admission, now_ms](SQLite::Database& database) {
        return write_admission(database, admission, now_ms);
    });
}

Result<std::uint64_t> HubStore::workspace_count_now() {
    std::uint64_t count = 0;
    const Verdict failed = impl_->writer().write_now([&count](SQLite::Database& database) {
        count = static_cast<std::uint64_t>(
            database.execAndGet("SELECT count(*) FROM workspace").getInt64());
        return Verdict();
    });
    if (failed) return Error{ErrorCode::io, "count the hub's workspaces"};
    return count;
}

}  // namespace satchel::hub
