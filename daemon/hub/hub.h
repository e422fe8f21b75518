// The hub role: keeps sealed segments and signed heads for workspaces it cannot read.
#pragma once

#include "daemon/hub/metrics.h"
#include "daemon/hub/settings.h"
#include "daemon/hub/store.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace satchel::hub {

/// What the hub keeps and does, for its status.
struct HubFigures {
    StoredTotals stored;
    StoredFile file;
    std::uint64_t requests = 0;  ///< since start()
};

/// A device, and what this process saw of it.
struct SeenDevice {
    KnownDevice known;
    std::optional<UnixMs> seen_ms{};  ///< its last request since the start
    std::uint64_t requests = 0;       ///< since the start
};

/// The TLS certificate in use.
struct CertificateState {
    std::optional<UnixMs> expires{};
    std::string problem{};  ///< why a changed file was not taken
};

/// What a backup is to be.
struct BackupWish {
    std::filesystem::path folder{};  ///< empty: "backups" in the hub's data directory
    std::size_t keep = 0;            ///< older ones beyond so many go; 0: none
};

/// A look at the audit log.
struct HubAudit {
    std::vector<AuditRow> rows;
    std::optional<AuditCheck> check{};
};

/// A hub from start() to stop(), on one loop.
class Hub {
  public:
    /// `clock` outlives the hub; `on_failure` is called from any thread.
    Hub(asio::any_io_executor executor,
        HubSettings settings,
        const Clock& clock,
        OnFailure on_failure);
    /// After stop(), or when the loop has stopped for good.
    ~Hub();

    /// Told of each request, from the next start() on.
    void on_served(OnServed on_served);
    /// Opens the database and listens. Errors: those of HubStore::open and http::Server::start.
    Status start();
    /// Ends every connection and makes the database clean to close.
    asio::awaitable<void> stop();

    /// A one-time code. Of a founding code the first device makes a workspace; with a joining code
    /// a device waits in `workspace`, or in the only workspace there is. Blocks for one commit.
    Result<std::string> new_admission(AdmissionKind kind,
                                      std::chrono::seconds ttl,
                                      std::optional<WorkspaceId> workspace = std::nullopt);
    /// How many workspaces it keeps: none yet means the next code has to be for founding. Blocks.
    [[nodiscard]] Result<std::uint64_t> workspace_count();
    /// Cheap, however much is stored.
    asio::awaitable<Result<HubFigures>> figures();
    /// The newest rows of the audit log, refusals counted so far included; on `verify` all of it is
    /// read and compared.
    asio::awaitable<Result<HubAudit>> audit(std::uint64_t limit, bool verify);
    /// Copies the database while the hub serves; see make_backup().
    asio::awaitable<Result<BackupDone>> back_up(BackupWish wish);
    /// All devices of all workspaces.
    asio::awaitable<Result<std::vector<SeenDevice>>> devices();
    /// Where backups go when no folder is named.
    [[nodiscard]] std::filesystem::path backup_folder() const;
    [[nodiscard]] std::filesystem::path database_file() const;
    /// Lets long work end soon; before stop().
    void begin_stop();
    [[nodiscard]] std::string url() const;
    [[nodiscard]] std::uint16_t port() const;
    /// Where /metrics is; 0: nowhere.
    [[nodiscard]] std::uint16_t metrics_port() const;
    /// Reads the certificate again. On an error the one in use stays, and certificate().problem
    /// says why.
    Status reload_tls();
    [[nodiscard]] CertificateState certificate() const;
    [[nodiscard]] const std::string& hub_id() const;
    /// SHA-256 of the TLS certificate's key, for join strings; nothing without TLS.
    [[nodiscard]] Result<std::optional<Hash256>> tls_pin() const;
    [[nodiscard]] GroupWriter::Counters write_counters() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace satchel::hub
