// What the hub keeps: membership logs, waiting devices, admission codes, heads, segments. Writes go
// through one thread in groups, reads through a second connection on another; both are awaited.
#pragma once

#include "daemon/crypto/members.h"
#include "daemon/hub/audit.h"
#include "daemon/hub/backup.h"
#include "daemon/hub/group_writer.h"
#include "shared/async/asio.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/protocol/wire/hub_api.h"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace satchel::hub {

/// A code made for founding admits the first device of a new workspace, one for joining a further
/// device of an existing one.
enum class AdmissionKind : std::uint8_t { founding = 1, joining = 2 };

/// A code that was handed out; only its hash is kept.
struct Admission {
    Hash256 code_hash{};
    AdmissionKind kind = AdmissionKind::joining;
    std::optional<WorkspaceId> workspace{};  ///< nothing: the only one the hub has
    UnixMs expires_ms = 0;
    AuditNote note{};  ///< who made it
};

/// A device's current head.
struct StoredHead {
    std::uint64_t counter = 0;
    Bytes body;
};

/// All of a workspace but its segments; small enough to be kept in memory.
struct StoredWorkspace {
    std::vector<Bytes> entries;  ///< membership log, genesis first
    std::vector<wire::WaitingDevice> waiting;
    std::map<DeviceId, StoredHead> heads;
};

/// A segment whose signature was checked.
struct NewSegment {
    LaneId lane{};
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    Hash256 hash{};  ///< SHA-256 of `body`
    ByteView body;
};

/// One push; views must live until it is written.
struct NewObjects {
    WorkspaceId workspace;
    DeviceId device;
    std::vector<NewSegment> segments;
    std::optional<std::uint64_t> head_counter{};
    ByteView head{};
};

/// An enrolment whose signature was checked.
struct Enrolment {
    Hash256 code_hash{};
    wire::WaitingDevice device;
    WorkspaceId workspace;         ///< zero for "the one you know"; filled in by the store
    std::vector<Bytes> entries{};  ///< of the workspace that is founded, genesis first; else none
    std::size_t waiting_max = 0;
    std::string address{};  ///< it came from, for the audit log
};

/// Segments for a pull, with the owners of the bytes.
struct PulledSegments {
    std::vector<Bytes> segments;
    bool has_more = false;
};

/// What all workspaces together keep.
struct StoredTotals {
    std::uint64_t devices = 0;  ///< admitted to some workspace
    std::uint64_t segments = 0;
    std::uint64_t bytes = 0;  ///< of segments
};

/// A device as a hub knows it: no name, which is sealed.
struct KnownDevice {
    WorkspaceId workspace;
    DeviceId device;
    std::string_view standing;          ///< "member", "reader", "revoked" or "waiting"
    std::optional<UnixMs> pushed_ms{};  ///< when its head last changed
    std::uint64_t segments = 0;         ///< stored of it
    std::uint64_t bytes = 0;
};

/// The file and what was done with it.
struct StoredFile {
    std::uint64_t bytes = 0;            ///< the log of what is not yet in its place included
    std::optional<UnixMs> backed_up{};  ///< when that last went well
};

/// The hub's database. Made and used on one loop; the calls do their work on threads of the store.
class HubStore {
  public:
    /// Opens or makes the database in `data_dir`, which only one process may use. Errors: busy, and
    /// those of open_hub_database().
    static Result<std::unique_ptr<HubStore>> open(const std::filesystem::path& data_dir,
                                                  const Clock& clock,
                                                  OnFailure on_failure);
    /// Ends the threads once what was handed in is written.
    ~HubStore();

    [[nodiscard]] const std::string& hub_id() const;
    [[nodiscard]] GroupWriter::Counters write_counters() const;

    asio::awaitable<Result<std::optional<StoredWorkspace>>> load(WorkspaceId workspace);
    /// The workspace whose log has an entry that `author` signed.
    asio::awaitable<Result<std::optional<WorkspaceId>>> find_log_signed_by(DeviceId author);
    /// Segments after the cursors: about `bytes_max` of them, at least one when there is any.
    asio::awaitable<Result<PulledSegments>> pull(WorkspaceId workspace, wire::PullBody request);
    /// One segment by its exact position.
    asio::awaitable<Result<std::optional<Bytes>>> find_segment(WorkspaceId workspace,
                                                               wire::PullCursor position,
                                                               std::uint64_t to);
    asio::awaitable<Result<wire::UsageReply>> usage(WorkspaceId workspace);
    asio::awaitable<Result<StoredTotals>> totals();
    /// True when the code was handed out and has not expired; it may be spent.
    asio::awaitable<Result<bool>> has_admission(Hash256 code_hash);

    asio::awaitable<Verdict> push(const NewObjects& objects, std::uint64_t quota_bytes);
    /// Spends the code; makes the workspace or lets the device wait. Again by the same device:
    /// fine.
    asio::awaitable<Verdict> enroll(Enrolment& enrolment);
    asio::awaitable<Verdict> append_member(WorkspaceId workspace,
                                           std::uint64_t number,
                                           DeviceId device,
                                           ByteView entry,
                                           AuditNote note);
    asio::awaitable<Verdict> add_admission(Admission admission);
    /// The same, blocking.
    Verdict add_admission_now(const Admission& admission);
    /// Adds rows to the audit log.
    asio::awaitable<Verdict> note(std::vector<AuditNote> notes);
    asio::awaitable<Result<std::vector<AuditRow>>> audit(std::uint64_t limit);
    asio::awaitable<Result<AuditCheck>> check_audit();
    /// Copies the database on a thread of its own while everything else goes on, and notes it.
    asio::awaitable<Result<BackupDone>> back_up(BackupOrder order);
    asio::awaitable<Result<StoredFile>> file();
    /// All devices of all workspaces. Reads the sizes of all segments.
    asio::awaitable<Result<std::vector<KnownDevice>>> devices();
    /// True when the database can be read, and written unless the last write went well.
    asio::awaitable<bool> is_healthy();
    /// Lets a backup that runs end soon.
    void begin_stop();
    /// How many workspaces there are; blocking.
    Result<std::uint64_t> workspace_count_now();

  private:
    class Impl;
    explicit HubStore(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
};

}  // namespace satchel::hub
