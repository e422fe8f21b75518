// The table of refusals.
#include "shared/base/assert.h"
#include "shared/protocol/wire/hub_api.h"

#include <array>

namespace satchel::wire {

namespace {

// clang-format off
constexpr std::array kRows = {
    HubRefusalRow{HubRefusal::malformed,       "malformed",       400, ErrorCode::invalid_argument,
                  "the request does not parse"},
    HubRefusalRow{HubRefusal::unknown_session, "unknown-session", 401, ErrorCode::refused,
                  "open a session first"},
    HubRefusalRow{HubRefusal::replayed,        "replayed",        401, ErrorCode::refused,
                  "this request was seen before"},
    HubRefusalRow{HubRefusal::bad_signature,   "bad-signature",   401, ErrorCode::refused,
                  "the signature is not this device's"},
    HubRefusalRow{HubRefusal::unknown_device,  "unknown-device",  403, ErrorCode::refused,
                  "no such device in this workspace"},
    HubRefusalRow{HubRefusal::not_admitted,    "not-admitted",    403, ErrorCode::refused,
                  "this device waits for a member's consent"},
    HubRefusalRow{HubRefusal::bad_code,        "bad-code",        403, ErrorCode::refused,
                  "the admission code is unknown or expired"},
    HubRefusalRow{HubRefusal::not_found,       "not-found",       404, ErrorCode::not_found,
                  "there is nothing by this name"},
    HubRefusalRow{HubRefusal::taken,           "taken",           409, ErrorCode::conflict,
                  "another membership entry has this number"},
    HubRefusalRow{HubRefusal::different,       "different",       409, ErrorCode::conflict,
                  "the hub holds other bytes at this position"},
    HubRefusalRow{HubRefusal::gap,             "gap",             409, ErrorCode::halted,
                  "the hub lacks earlier segments of this device"},
    HubRefusalRow{HubRefusal::too_large,       "too-large",       413, ErrorCode::too_large,
                  "over the size limit"},
    HubRefusalRow{HubRefusal::rate_limited,    "rate-limited",    429, ErrorCode::rate_limited,
                  "too many requests, try again later"},
    HubRefusalRow{HubRefusal::quota_full,      "quota-full",      507, ErrorCode::disk_full,
                  "no room left for this workspace"},
    HubRefusalRow{HubRefusal::method_not_allowed, "method-not-allowed", 405,
                  ErrorCode::invalid_argument, "this method does nothing here"},
    HubRefusalRow{HubRefusal::defect,          "defect",          500, ErrorCode::io,
                  "the hub failed, its log says why"},
    HubRefusalRow{HubRefusal::stopping,        "stopping",        503, ErrorCode::busy,
                  "the hub is stopping or overloaded"},
    HubRefusalRow{HubRefusal::revoked,         "revoked",         403, ErrorCode::refused,
                  "this device was revoked"},
    HubRefusalRow{HubRefusal::read_only,       "read-only",       403, ErrorCode::refused,
                  "this device may only read"},
    HubRefusalRow{HubRefusal::old_epoch,       "old-epoch",       409, ErrorCode::conflict,
                  "a newer epoch has begun"},
    HubRefusalRow{HubRefusal::outdated,        "outdated",        409, ErrorCode::busy,
                  "the device's log goes further than the entry says"},
    HubRefusalRow{HubRefusal::has_workspace,   "has-workspace",   403, ErrorCode::refused,
                  "this hub has another workspace, and the code is for joining that"},
    HubRefusalRow{HubRefusal::used_code,       "used-code",       403, ErrorCode::refused,
                  "the admission code was used by another device already"},
};

// clang-format on

constexpr bool rows_follow_enum() {
    for (std::size_t i = 0; i < kRows.size(); ++i)
        if (static_cast<std::size_t>(kRows[i].refusal) != i) return false;
    return true;
}

static_assert(rows_follow_enum());

}  // namespace

const HubRefusalRow& hub_refusal_row(HubRefusal refusal) {
    const auto index = static_cast<std::size_t>(refusal);
    SATCHEL_ASSERT(index < kRows.size());
    return kRows[index];
}

std::string encode_refusal(HubRefusal refusal) {
    const HubRefusalRow& row = hub_refusal_row(refusal);
    return std::string(row.name) + "\n" + std::string(row.text) + "\n";
}

std::optional<HubRefusal> decode_refusal(ByteView body) {
    const std::string_view text = as_text(body);
    const std::string_view name = text.substr(0, text.find('\n'));
    for (const HubRefusalRow& row : kRows)
        if (row.name == name) return row.refusal;
    return std::nullopt;
}

}  // namespace satchel::wire
