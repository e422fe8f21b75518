// Methods about conflicts, and item.why.
#pragma once

#include "shared/json/fields.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace satchel::control {

/// One of the concurrent values of a cell.
struct ConflictVersion {
    std::int64_t number = 0;  ///< 1, 2, … in the order of list and show
    std::string device{};     ///< name of the author
    json::Time time{};        ///< by the author's clock
    std::string value{};      ///< as text; long ones are cut in lists
    std::int64_t bytes = 0;   ///< of the whole value
    bool shown = false;       ///< the value that is in the source now
    std::string type{};       ///< conflict.show, whole: "text", "integer", …
    static constexpr auto kFields = std::tuple{
        json::Field<&ConflictVersion::number>{"number"},
        json::Field<&ConflictVersion::device>{"device"},
        json::Field<&ConflictVersion::time>{"time"},
        json::Field<&ConflictVersion::value>{"value"},
        json::Field<&ConflictVersion::bytes>{"bytes"},
        json::Field<&ConflictVersion::shown>{"shown"},
        json::Field<&ConflictVersion::type>{"type"},
    };
};

/// Something that waits for a decision: a cell with more than one distinct value, or a row.
struct ConflictSummary {
    std::string id{};
    std::string source{};
    std::string item{};    ///< table and key, or path
    std::string column{};  ///< empty for a whole file or row
    std::string kind{};    ///< "edit/edit", "edit/delete", "unique" or "orphan"
    std::vector<ConflictVersion> versions{};
    static constexpr auto kFields = std::tuple{
        json::Field<&ConflictSummary::id>{"id", json::Need::required},
        json::Field<&ConflictSummary::source>{"source"},
        json::Field<&ConflictSummary::item>{"item"},
        json::Field<&ConflictSummary::column>{"column"},
        json::Field<&ConflictSummary::kind>{"kind"},
        json::Field<&ConflictSummary::versions>{"versions"},
    };
};

/// Answer of conflict.list.
struct ConflictListResponse {
    std::vector<ConflictSummary> conflicts{};  ///< the first 1,000
    std::int64_t total = 0;                    ///< how many there are
    static constexpr auto kFields = std::tuple{
        json::Field<&ConflictListResponse::conflicts>{"conflicts"},
        json::Field<&ConflictListResponse::total>{"total"},
    };
};

/// Lists conflicts waiting for a decision.
struct ConflictListRequest {
    static constexpr std::string_view kMethod = "conflict.list";
    using Response = ConflictListResponse;
    std::string source{};  ///< empty: all
    static constexpr auto kFields = std::tuple{
        json::Field<&ConflictListRequest::source>{"source"},
    };
};

/// Answer of conflict.show.
struct ConflictShowResponse {
    ConflictSummary conflict{};
    static constexpr auto kFields = std::tuple{
        json::Field<&ConflictShowResponse::conflict>{"conflict"},
    };
};

/// Shows one conflict, by the start of its id; fails with not_found.
struct ConflictShowRequest {
    static constexpr std::string_view kMethod = "conflict.show";
    using Response = ConflictShowResponse;
    std::string id{};
    bool whole = false;  ///< texts uncut; too_large when they do not fit into an answer
    static constexpr auto kFields = std::tuple{
        json::Field<&ConflictShowRequest::id>{"id", json::Need::required},
        json::Field<&ConflictShowRequest::whole>{"whole"},
    };
};

/// Answer of conflict.resolve.
struct ConflictResolveResponse {
    std::string id{};
    ConflictVersion taken{};     ///< number 0 when no version was taken as it is
    std::int64_t remaining = 0;  ///< conflicts left
    bool dry_run = false;
    static constexpr auto kFields = std::tuple{
        json::Field<&ConflictResolveResponse::id>{"id", json::Need::required},
        json::Field<&ConflictResolveResponse::taken>{"taken"},
        json::Field<&ConflictResolveResponse::remaining>{"remaining"},
        json::Field<&ConflictResolveResponse::dry_run>{"dry_run"},
    };
};

/// A value to write instead of every version.
struct ConflictValue {
    std::string type{};  ///< "text", "integer", "real" or "null"
    std::string text{};
    static constexpr auto kFields = std::tuple{
        json::Field<&ConflictValue::type>{"type", json::Need::required},
        json::Field<&ConflictValue::text>{"text"},
    };
};

/// Decides: by exactly one of take, value and both. The decision travels to the other devices.
struct ConflictResolveRequest {
    static constexpr std::string_view kMethod = "conflict.resolve";
    using Response = ConflictResolveResponse;
    std::string id{};
    std::string take{};  ///< a version's number or its device name
    std::optional<ConflictValue> value{};
    bool both = false;  ///< texts: all versions, one below the other
    bool dry_run = false;
    static constexpr auto kFields = std::tuple{
        json::Field<&ConflictResolveRequest::id>{"id", json::Need::required},
        json::Field<&ConflictResolveRequest::take>{"take"},
        json::Field<&ConflictResolveRequest::value>{"value"},
        json::Field<&ConflictResolveRequest::both>{"both"},
        json::Field<&ConflictResolveRequest::dry_run>{"dry_run"},
    };
};

/// A value that was in a cell before.
struct WhyReplaced {
    std::string value{};   ///< as text, cut
    std::string device{};  ///< who had written it
    json::Time time{};     ///< when, by that device's clock
    std::string by{};      ///< whose change took it away
    json::Time at{};       ///< when that was applied here
    std::int64_t cycle = 0;
    static constexpr auto kFields = std::tuple{
        json::Field<&WhyReplaced::value>{"value"},
        json::Field<&WhyReplaced::device>{"device"},
        json::Field<&WhyReplaced::time>{"time"},
        json::Field<&WhyReplaced::by>{"by"},
        json::Field<&WhyReplaced::at>{"at"},
        json::Field<&WhyReplaced::cycle>{"cycle"},
    };
};

/// The change that made one value.
struct WhyColumn {
    std::string column{};  ///< empty for a whole file
    std::string device{};
    json::Time time{};
    std::int64_t sequence = 0;  ///< in the device's log
    std::string value{};        ///< as text, cut
    bool shown = false;
    std::string reason{};  ///< why it is shown or not, in words
    std::vector<WhyReplaced>
        replaced{};  ///< of the shown value: what was there before, newest first
    static constexpr auto kFields = std::tuple{
        json::Field<&WhyColumn::column>{"column"},
        json::Field<&WhyColumn::device>{"device"},
        json::Field<&WhyColumn::time>{"time"},
        json::Field<&WhyColumn::sequence>{"sequence"},
        json::Field<&WhyColumn::value>{"value"},
        json::Field<&WhyColumn::shown>{"shown"},
        json::Field<&WhyColumn::reason>{"reason"},
        json::Field<&WhyColumn::replaced>{"replaced"},
    };
};

/// Answer of item.why.
struct ItemWhyResponse {
    std::string item{};
    std::string source{};
    std::string sync_id{};
    std::string held{};  ///< why the item is held back; empty: it is not
    std::vector<WhyColumn> columns{};
    static constexpr auto kFields = std::tuple{
        json::Field<&ItemWhyResponse::item>{"item"},
        json::Field<&ItemWhyResponse::source>{"source"},
        json::Field<&ItemWhyResponse::sync_id>{"sync_id"},
        json::Field<&ItemWhyResponse::held>{"held"},
        json::Field<&ItemWhyResponse::columns>{"columns"},
    };
};

/// Explains an item: a path, "table:key", or a sync id. Fails with not_found.
struct ItemWhyRequest {
    static constexpr std::string_view kMethod = "item.why";
    using Response = ItemWhyResponse;
    std::string item{};
    std::string source{};  ///< empty: any
    static constexpr auto kFields = std::tuple{
        json::Field<&ItemWhyRequest::item>{"item", json::Need::required},
        json::Field<&ItemWhyRequest::source>{"source"},
    };
};

}  // namespace satchel::control
