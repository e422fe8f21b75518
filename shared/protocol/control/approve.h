// Methods about changes of other devices that can run code and wait for a person.
#pragma once

#include "shared/json/fields.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace satchel::control {

/// A change that waits for approval.
struct WaitingChange {
    std::string id{};
    std::string source{};
    std::string item{};    ///< "settings.json: hooks.Stop", or a path
    std::string device{};  ///< who wrote it; empty for a deletion
    json::Time time{};     ///< by that device's clock; of a deletion, when it came
    bool removed = false;  ///< the item would go
    std::string before{};  ///< approve.show: what is here, as text
    std::string after{};   ///< approve.show: what would be
    static constexpr auto kFields = std::tuple{
        json::Field<&WaitingChange::id>{"id", json::Need::required},
        json::Field<&WaitingChange::source>{"source"},
        json::Field<&WaitingChange::item>{"item"},
        json::Field<&WaitingChange::device>{"device"},
        json::Field<&WaitingChange::time>{"time"},
        json::Field<&WaitingChange::removed>{"removed"},
        json::Field<&WaitingChange::before>{"before"},
        json::Field<&WaitingChange::after>{"after"},
    };
};

/// Answer of approve.list.
struct ApproveListResponse {
    std::vector<WaitingChange> changes{};  ///< oldest first, the first 1,000, without texts
    std::int64_t total = 0;                ///< how many there are
    static constexpr auto kFields = std::tuple{
        json::Field<&ApproveListResponse::changes>{"changes"},
        json::Field<&ApproveListResponse::total>{"total"},
    };
};

/// Lists changes of other devices that can run code and wait for approval.
struct ApproveListRequest {
    static constexpr std::string_view kMethod = "approve.list";
    using Response = ApproveListResponse;
    static constexpr auto kFields = std::tuple{};
};

/// Answer of approve.show.
struct ApproveShowResponse {
    WaitingChange change{};
    static constexpr auto kFields = std::tuple{
        json::Field<&ApproveShowResponse::change>{"change"},
    };
};

/// Shows one change whole, by the start of its id; fails with not_found.
struct ApproveShowRequest {
    static constexpr std::string_view kMethod = "approve.show";
    using Response = ApproveShowResponse;
    std::string id{};
    static constexpr auto kFields = std::tuple{
        json::Field<&ApproveShowRequest::id>{"id", json::Need::required},
    };
};

/// Answer of approve.apply.
struct ApproveApplyResponse {
    WaitingChange change{};
    std::int64_t remaining = 0;  ///< changes that still wait
    bool dry_run = false;
    static constexpr auto kFields = std::tuple{
        json::Field<&ApproveApplyResponse::change>{"change"},
        json::Field<&ApproveApplyResponse::remaining>{"remaining"},
        json::Field<&ApproveApplyResponse::dry_run>{"dry_run"},
    };
};

/// Approves exactly this change, by the start of its id, and writes it. Other content, or the same
/// from another device, needs another approval. Fails with not_found, or busy when it changed.
struct ApproveApplyRequest {
    static constexpr std::string_view kMethod = "approve.apply";
    using Response = ApproveApplyResponse;
    std::string id{};
    bool dry_run = false;
    static constexpr auto kFields = std::tuple{
        json::Field<&ApproveApplyRequest::id>{"id", json::Need::required},
        json::Field<&ApproveApplyRequest::dry_run>{"dry_run"},
    };
};

}  // namespace satchel::control
