// The canned answers. Names hold what a hostile device might send: the screen must not obey it.
#include "tests/unit/ctl/canned_daemon.h"

#include "shared/protocol/control/requests.h"

namespace satchel::support {
namespace {

using namespace control;

constexpr UnixMs kMinute = 60'000;

std::vector<SourceSummary> sources() {
    std::vector<SourceSummary> two = {
        {"catalog", "tables", "/home/ann/.local/share/satchel/catalog.db", "ok", "", 42, 0, 0},
        {"claude", "files", "/home/ann/.claude", "deferred", "an assistant runs", 310, 3, 1}};
    two[1].deferred = 1;
    two[1].waiting = "Claude Code runs; it is written when it does not";
    two[1].secrets_masked = 12;
    two[1].secrets_held = 1;
    return two;
}

StatusResponse status() {
    StatusResponse answer;
    answer.device = "laptop";
    answer.device_id = "aaaaaaaaaaaaaaaaaaaaaaaaaa";
    answer.workspace = "bbbbbbbbbbbbbbbbbbbbbbbbbb";
    answer.hub_url = "https://hub.example:9100";
    answer.hub_state = "ok";
    answer.enabled = true;
    answer.state = "idle";
    answer.last_success = json::Time{kNow - 2 * kMinute};
    answer.next_run = json::Time{kNow + 3 * kMinute};
    answer.oldest_unsynced = json::Time{kNow - kMinute};
    answer.pending_out = 3;
    answer.pending_in = 1;
    answer.conflicts = 1;
    answer.devices = 2;
    answer.sources = sources();
    answer.wire = {4, 5'120, 812};
    return answer;
}

ConflictSummary conflict() {
    return {"k3f9",
            "catalog",
            "setting:editor",
            "value",
            "edit/edit",
            {{1, "laptop", {kNow - 5 * kMinute}, "vim", 3, true, "text"},
             {2, "desk\033[2Jtop", {kNow - 4 * kMinute}, "emacs", 5, false, "text"}}};
}

DisplacedValue displaced() {
    return {"catalog",
            "setting id=4",
            "value",
            "nano",
            true,
            "vim",
            "desk\033[2Jtop",
            {kNow - 9 * kMinute},
            "laptop",
            {kNow - 5 * kMinute},
            3,
            false};
}

WaitingChange waiting_change() {
    return {"4f1c09aa4f1c09aa4f1c09aa4f1c09aa",
            "claude",
            "settings.json: hooks.Stop",
            "desk\033[2Jtop",
            json::Time{kNow - kMinute},
            false,
            "[]",
            "[{\"command\":\"true\"}]"};
}

void install_reads(Server& server) {
    server.on<StatusRequest>(
        [](const StatusRequest&) -> Result<StatusResponse> { return status(); });
    server.on<SourceListRequest>([](const SourceListRequest&) -> Result<SourceListResponse> {
        return SourceListResponse{sources()};
    });
    server.on<SourceShowRequest>(
        [](const SourceShowRequest& request) -> Result<SourceShowResponse> {
            if (request.name != "claude")
                return Error{ErrorCode::not_found,
                             "source '" + request.name + "' does not exist",
                             "satchelctl source list names them"};
            SourceShowResponse answer;
            answer.source = sources().at(1);
            answer.profile = "claude-code";
            answer.tables = {{"t", "key", "scan", 4, {"a", "b"}, 0, 0, 0, "manual_abort"}};
            answer.rules = {{"projects/**.jsonl", "transcript"}};
            answer.held = {{"settings.json", "deferred: open in claude"}};
            answer.left_out = {"table log is skipped: it has no usable key"};
            answer.policy = "prefer_newer";
            return answer;
        });
    server.on<DeviceListRequest>([](const DeviceListRequest&) -> Result<DeviceListResponse> {
        return DeviceListResponse{
            {{"aaaa", "laptop", true, "healthy", "normal", "laptop", "0.1.0", std::nullopt, 0},
             {"cccc",
              "desk\033[2Jtop",
              false,
              "healthy",
              "read-only",
              "laptop",
              "0.1.0",
              json::Time{kNow - kMinute},
              1}},
            2};
    });
    server.on<control::DeviceWaitingRequest>(
        [](const control::DeviceWaitingRequest&) -> Result<control::DeviceWaitingResponse> {
            return control::DeviceWaitingResponse{{{"dddd", "one two three four five six"}}};
        });
    server.on<control::DeviceApproveRequest>(
        [](const control::DeviceApproveRequest& request) -> Result<control::DeviceChangeResponse> {
            return control::DeviceChangeResponse{request.name, "dddd", 2};
        });
    server.on<control::DeviceRevokeRequest>(
        [](const control::DeviceRevokeRequest&) -> Result<control::DeviceChangeResponse> {
            return control::DeviceChangeResponse{"desk\033[2Jtop", "cccc", 3};
        });
    server.on<control::DeviceRenameRequest>(
        [](const control::DeviceRenameRequest& request) -> Result<control::DeviceChangeResponse> {
            return control::DeviceChangeResponse{request.name, "cccc", 2};
        });
    server.on<control::DeviceRoleRequest>(
        [](const control::DeviceRoleRequest& request) -> Result<control::DeviceChangeResponse> {
            return control::DeviceChangeResponse{request.device, "cccc", 2};
        });
    server.on<control::DeviceRotateRequest>(
        [](const control::DeviceRotateRequest&) -> Result<control::DeviceChangeResponse> {
            return control::DeviceChangeResponse{"", "", 3};
        });
    server.on<ConflictListRequest>([](const ConflictListRequest&) -> Result<ConflictListResponse> {
        return ConflictListResponse{{conflict()}, 1};
    });
    server.on<ConflictShowRequest>([](const ConflictShowRequest&) -> Result<ConflictShowResponse> {
        return ConflictShowResponse{conflict()};
    });
    server.on<ApproveListRequest>([](const ApproveListRequest&) -> Result<ApproveListResponse> {
        control::WaitingChange change = waiting_change();
        change.before.clear();
        change.after.clear();
        return ApproveListResponse{{change}, 1};
    });
    server.on<ApproveShowRequest>([](const ApproveShowRequest&) -> Result<ApproveShowResponse> {
        return ApproveShowResponse{waiting_change()};
    });
    server.on<ApproveApplyRequest>(
        [](const ApproveApplyRequest& request) -> Result<ApproveApplyResponse> {
            if (!waiting_change().id.starts_with(request.id))
                return Error{ErrorCode::not_found,
                             "no change that waits for approval has the id '" + request.id + "'",
                             "satchelctl approve list shows them"};
            return ApproveApplyResponse{waiting_change(), 0, request.dry_run};
        });
    server.on<ItemWhyRequest>([](const ItemWhyRequest& request) -> Result<ItemWhyResponse> {
        return ItemWhyResponse{
            request.item,
            "catalog",
            "dddd",
            "",
            {{"value",
              "laptop",
              {kNow - 5 * kMinute},
              17,
              "vim",
              true,
              "latest by clock",
              {{"nano",
                "desk\033[2Jtop",
                {kNow - 9 * kMinute},
                "laptop",
                {kNow - 5 * kMinute},
                3}}},
             {"value", "desktop", {kNow - 6 * kMinute}, 4, "emacs", false, "concurrent", {}}}};
    });
    server.on<HistoryListRequest>([](const HistoryListRequest&) -> Result<HistoryListResponse> {
        return HistoryListResponse{{displaced()}};
    });
    server.on<DaemonInfoRequest>([](const DaemonInfoRequest&) -> Result<DaemonInfoResponse> {
        return DaemonInfoResponse{4711,
                                  "device",
                                  "1.2.3",
                                  {kNow - 60 * kMinute},
                                  3'600'000,
                                  "/run/user/1000/satchel/control.sock",
                                  "/home/ann/.config/satchel",
                                  "/home/ann/.local/share/satchel",
                                  "",
                                  81'920,
                                  "",
                                  std::nullopt,
                                  12};
    });
}

DatabasePlan plan() {
    PlannedTable book;
    book.name = "bo\033[2Jok";
    book.rows = 12;
    book.rows_without_key = 1;
    book.identity = "mapped";
    book.key = {"id"};
    book.columns = {"title", "author_id"};
    book.left_out = {"big: computed by the database"};
    book.references = {{{"author_id"}, "author", {"id"}, "CASCADE", true}};
    book.uniques = {{"title", "author_id"}};
    book.triggers = {"touch"};
    DatabasePlan plan;
    plan.size_bytes = 24'576;
    plan.fingerprint = "0123456789abcdef";
    plan.capture = "scan";
    plan.tables = {book};
    plan.left_out = {"table heap is skipped: it has no usable key"};
    plan.will = {"read the tables again whenever the file changes"};
    plan.will_not = {"vacuum, checkpoint or migrate it"};
    return plan;
}

void install_writes(Server& server) {
    server.on<CycleRunRequest>([](const CycleRunRequest& request) -> Result<CycleResponse> {
        CycleResponse cycle;
        cycle.reason = "asked";
        cycle.duration_ms = 120;
        cycle.dry_run = request.dry_run;
        cycle.requests = 3;
        cycle.wire_bytes = 2'048;
        if (request.push) cycle.pushed_items = 3;
        if (request.push) cycle.pushed_bytes = 1'234;
        if (request.pull) cycle.conflicts = 1;
        if (!request.since.empty()) cycle.newer_items = 2;
        if (request.verbose) cycle.lines = {"push claude: plans/a.md"};
        return cycle;
    });
    server.on<CycleStampRequest>(
        [](const CycleStampRequest& request) -> Result<CycleStampResponse> {
            return CycleStampResponse{1, {{"catalog", 1}}, request.dry_run};
        });
    server.on<SyncEnableRequest>([](const SyncEnableRequest&) -> Result<SyncEnabledResponse> {
        return SyncEnabledResponse{true, false};
    });
    server.on<SyncDisableRequest>([](const SyncDisableRequest&) -> Result<SyncEnabledResponse> {
        return SyncEnabledResponse{false, true};
    });
    server.on<WorkspaceInviteRequest>(
        [](const WorkspaceInviteRequest& request) -> Result<InviteResponse> {
            return InviteResponse{std::string(kJoinString),
                                  request.name,
                                  "https://hub.example:9100",
                                  json::Time{kNow + 60 * kMinute},
                                  true};
        });
    server.on<ConflictResolveRequest>(
        [](const ConflictResolveRequest& request) -> Result<ConflictResolveResponse> {
            const ConflictVersion taken =
                request.take.empty() ? ConflictVersion{} : conflict().versions.at(1);
            if (request.value && request.value->text == "refused")
                return Error{ErrorCode::refused, "what was given is refused"};
            if (request.value && request.value->text == "vim edited")
                return ConflictResolveResponse{request.id, {}, 7, request.dry_run};
            return ConflictResolveResponse{request.id, taken, 0, request.dry_run};
        });
    server.on<HistoryUndoRequest>(
        [](const HistoryUndoRequest& request) -> Result<HistoryUndoResponse> {
            if (request.item == "nothing")
                return Error{ErrorCode::not_found, "undo: nothing was displaced of 'nothing'"};
            return HistoryUndoResponse{
                {displaced()}, {{"catalog: note id=2", "it is gone"}}, 1, 1, request.dry_run};
        });
    server.on<SourceAddRequest>([](const SourceAddRequest& request) -> Result<SourceAddResponse> {
        SourceSummary added{request.name, request.kind, request.path, "ok", "", 5, 5, 0};
        SourceAddResponse response{
            added,
            {"rules " + std::to_string(request.rules.size()) + ", identities " +
             std::to_string(request.identities.size()) + ", tables " +
             std::to_string(request.tables.size()) +
             (request.policy == "prefer_newer" && request.policies.empty()
                  ? ""
                  : ", policy " + request.policy + " and " +
                        std::to_string(request.policies.size()) + " of tables")},
            request.dry_run};
        if (request.path.ends_with(".db")) response.plan = plan();
        return response;
    });
    server.on<SourceSetRequest>([](const SourceSetRequest& request) -> Result<SourcePolicies> {
        if (request.table.empty()) return SourcePolicies{"prefer_newer", {}};
        return SourcePolicies{"prefer_newer", {{request.table, request.policy}}};
    });
    server.on<CatalogResolveRequest>(
        [](const CatalogResolveRequest& request) -> Result<CatalogResolveResponse> {
            CatalogResolveResponse done;
            done.versions_remapped = 1;
            done.paths_kept = 2;
            done.paths_linked = 1;
            done.unresolved = {{"dev", "at\033[2Jlas", "no folder here is a clone of it"}};
            done.clonable = {{"dev", "atlas", "https://git.example/a.git", "/code/a"}};
            done.dry_run = request.dry_run;
            return done;
        });
    server.on<ProjectListRequest>(
        [](const ProjectListRequest& request) -> Result<ProjectListResponse> {
            if (!request.source.empty()) return ProjectListResponse{};
            return ProjectListResponse{
                {{"claude",
                  "github.com/acme/app",
                  "@git:github.com%2Facme%2Fapp",
                  "/code/app",
                  "projects/-code-app",
                  "",
                  ""},
                 {"claude", "~/x\033[2J", "@home:x", "", "", "/code/x", "it has no place here"}}};
        });
    server.on<CatalogLinkRequest>(
        [](const CatalogLinkRequest& request) -> Result<CatalogLinkResponse> {
            if (request.project != "atlas")
                return Error{ErrorCode::not_found,
                             "link a project: none is called '" + request.project + "'"};
            return CatalogLinkResponse{
                "atlas", request.path, "laptop", request.path != "/old", request.dry_run};
        });
    server.on<SourceRemoveRequest>(
        [](const SourceRemoveRequest& request) -> Result<SourceRemoveResponse> {
            return SourceRemoveResponse{request.name, 5, request.dry_run};
        });
}

}  // namespace

void install_device(Server& server) {
    install_reads(server);
    install_recovery(server);
    install_leaving(server);
    install_writes(server);
}

}  // namespace satchel::support
