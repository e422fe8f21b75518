// Methods about recovery words: a member of the workspace that exists on paper only.
#pragma once

#include "shared/json/fields.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace satchel::control {

/// Answer of recovery.create. The client shows the words and keeps them nowhere.
struct RecoveryCreateResponse {
    std::string words{};      ///< 24, a space between them; empty for a dry run
    std::string workspace{};  ///< id
    std::string hub_url{};    ///< what else is needed to use them
    std::string hub_key{};    ///< of a hub whose certificate nobody signed, in base32; else empty
    std::string device_id{};  ///< of the paper device; empty for a dry run
    bool replaced = false;    ///< words that were there are void now
    std::int64_t epoch = 0;   ///< the epoch in force
    static constexpr auto kFields = std::tuple{
        json::Field<&RecoveryCreateResponse::words>{"words"},
        json::Field<&RecoveryCreateResponse::workspace>{"workspace"},
        json::Field<&RecoveryCreateResponse::hub_url>{"hub_url"},
        json::Field<&RecoveryCreateResponse::hub_key>{"hub_key"},
        json::Field<&RecoveryCreateResponse::device_id>{"device_id"},
        json::Field<&RecoveryCreateResponse::replaced>{"replaced"},
        json::Field<&RecoveryCreateResponse::epoch>{"epoch"},
    };
};

/// Makes 24 words and the paper device that they are the keys of. Fails with already_exists when
/// there is one and it is not to be replaced.
struct RecoveryCreateRequest {
    static constexpr std::string_view kMethod = "recovery.create";
    using Response = RecoveryCreateResponse;
    bool replace = false;  ///< revoke the paper device that is there
    bool dry_run = false;
    static constexpr auto kFields = std::tuple{
        json::Field<&RecoveryCreateRequest::replace>{"replace"},
        json::Field<&RecoveryCreateRequest::dry_run>{"dry_run"},
    };
};

/// Answer of recovery.use. Nothing was saved unless it came.
struct RecoveryUseResponse {
    std::string workspace{};
    std::string hub_url{};
    std::string device{};                ///< what this device is called
    std::string device_id{};             ///< empty for a dry run
    std::int64_t epoch = 0;              ///< the epoch in force
    std::vector<std::string> devices{};  ///< the others that still are members; none are on paper
    static constexpr auto kFields = std::tuple{
        json::Field<&RecoveryUseResponse::workspace>{"workspace"},
        json::Field<&RecoveryUseResponse::hub_url>{"hub_url"},
        json::Field<&RecoveryUseResponse::device>{"device"},
        json::Field<&RecoveryUseResponse::device_id>{"device_id"},
        json::Field<&RecoveryUseResponse::epoch>{"epoch"},
        json::Field<&RecoveryUseResponse::devices>{"devices"},
    };
};

/// Makes this device a member by recovery words. Fails with invalid_argument for words that are
/// none, offline (cannot reach) and refused (no workspace of these words there, or revoked).
struct RecoveryUseRequest {
    static constexpr std::string_view kMethod = "recovery.use";
    using Response = RecoveryUseResponse;
    std::string hub_url{};
    std::string hub_key{};      ///< trust this key of the hub and no other, in base32; may be empty
    std::string words{};        ///< 24, white space between them
    std::string device_name{};  ///< empty: the host name
    bool dry_run = false;       ///< look at the workspace, change nothing
    static constexpr auto kFields = std::tuple{
        json::Field<&RecoveryUseRequest::hub_url>{"hub_url", json::Need::required},
        json::Field<&RecoveryUseRequest::hub_key>{"hub_key"},
        json::Field<&RecoveryUseRequest::words>{"words", json::Need::required},
        json::Field<&RecoveryUseRequest::device_name>{"device_name"},
        json::Field<&RecoveryUseRequest::dry_run>{"dry_run"},
    };
};

}  // namespace satchel::control
