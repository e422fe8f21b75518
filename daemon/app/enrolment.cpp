#include "daemon/app/enrolment.h"

#include "daemon/engine/facts.h"
#include "daemon/engine/workspace_ids.h"
#include "daemon/store/declarations.h"
#include "daemon/store/forget.h"
#include "daemon/store/meta.h"
#include "shared/platform/files.h"
#include "shared/protocol/wire/member.h"

#include <filesystem>

namespace satchel::app {

namespace {

constexpr std::string_view kHubFact = "hub";
/// The workspace this device belonged to last.
constexpr std::string_view kLeftFact = "workspace_left";
constexpr std::size_t kKeyFileBytesMax = 1024;

Bytes encode_hub(const HubAddress& hub) {
    Bytes bytes;
    ByteWriter out(bytes);
    out.sized(hub.url);
    out.sized(hub.hub_id);
    out.sized(hub.tls_pin ? ByteView(*hub.tls_pin) : ByteView());
    return bytes;
}

Result<HubAddress> decode_hub(ByteView bytes) {
    ByteReader in(bytes);
    HubAddress hub;
    hub.url = as_text(in.sized());
    hub.hub_id = as_text(in.sized());
    const ByteView pin = in.sized();
    if (pin.size() == sizeof(Hash256)) {
        hub.tls_pin.emplace();
        std::copy(pin.begin(), pin.end(), hub.tls_pin->begin());
    }
    if (!in.finished()) return Error{ErrorCode::corrupt, "read the hub's address: malformed"};
    return hub;
}

Result<crypto::ApiKey> load_api_key(const std::filesystem::path& file) {
    constexpr std::string_view kNextStep =
        "restore the file from a backup, or set the device up again";
    auto text = platform::read_private_file(file, kKeyFileBytesMax);
    if (!text) {
        // The key is read at the start only.
        const std::string& cure = text.error().hint;
        return Error{
            ErrorCode::refused,
            "read the device key: " + text.error().message,
            cure.empty() ? std::string(kNextStep) : cure + ", then: satchelctl daemon restart"};
    }
    auto key = crypto::ApiKey::parse(as_text(*text));
    crypto::wipe(*text);
    if (!key)
        return Error{
            key.error().code, file.string() + ": " + key.error().message, std::string(kNextStep)};
    return key;
}

/// Forgets everything but the workspace's id, the sources and whose rows are whose.
Status forget(store::Transaction& transaction) {
    SATCHEL_TRY(workspace, store::find_fact(transaction.database(), kLeftFact));
    SATCHEL_TRY(entries, store::load_members(transaction.database()));
    if (!entries.empty()) {
        SATCHEL_TRY(genesis, wire::parse_member(entries.front()));
        workspace = to_bytes(genesis.workspace.view());
    }
    if (auto forgotten = store::forget_membership(transaction); !forgotten) return forgotten;
    return workspace ? store::set_fact(transaction, kLeftFact, *workspace) : ok();
}

/// Makes a store ready for this identity that may have been another's.
Status begin_anew(store::Transaction& transaction, const engine::Identity& identity) {
    if (auto forgotten = forget(transaction); !forgotten) return forgotten;
    SATCHEL_TRY(left, store::find_fact(transaction.database(), kLeftFact));
    const bool is_same = left && WorkspaceId::from(*left) == identity.keyring.workspace();
    if (left && !is_same)
        if (auto forgotten = store::forget_rows(transaction); !forgotten) return forgotten;
    const engine::WorkspaceIds ids{crypto::Prf(identity.keyring.id_key())};
    SATCHEL_TRY(declarations, store::load_declarations(transaction.database()));
    for (const store::Declaration& declaration : declarations) {
        auto set = store::set_lane(transaction, declaration.id, ids.lane(declaration.name));
        if (!set) return set;
    }
    return ok();
}

}  // namespace

Result<std::optional<Enrolment>> load_enrolment(store::Database& database, const Places& places) {
    SATCHEL_TRY(sealed, store::find_fact(database, engine::kKeyringFact));
    if (!sealed) return std::optional<Enrolment>{};
    SATCHEL_TRY(api_key, load_api_key(places.device_key));
    crypto::DeviceKeys keys(api_key);
    SATCHEL_TRY(keyring, crypto::open_keyring(keys, *sealed));
    SATCHEL_TRY(entries, store::load_members(database));
    SATCHEL_TRY(members, crypto::Members::verify(entries, std::nullopt));
    SATCHEL_TRY(name, store::find_fact(database, engine::kDeviceNameFact));
    SATCHEL_TRY(hub_bytes, store::find_fact(database, kHubFact));
    SATCHEL_TRY(hub, decode_hub(hub_bytes.value_or(Bytes{})));
    const DeviceId device = keys.device();
    if (members.find(device) == nullptr)
        return Error{ErrorCode::refused,
                     "read the enrolment: the device key belongs to no member of the workspace",
                     "restore the key file that goes with this store"};
    engine::Identity identity{std::string(as_text(name.value_or(Bytes{}))),
                              device,
                              std::move(keys),
                              std::move(keyring),
                              std::move(members)};
    return std::optional<Enrolment>(Enrolment{std::move(identity), std::move(hub)});
}

Status save_enrolment(store::Database& database,
                      const Places& places,
                      const NewEnrolment& enrolment,
                      crypto::RandomSource& random) {
    const engine::Identity& identity = enrolment.identity;
    SATCHEL_TRY(sealed, crypto::seal_keyring(identity.keyring, identity.keys, random));
    const crypto::Secret key_text = enrolment.api_key.text();
    // The key of a device that was revoked, and will be gone when the new one is kept.
    const auto old_key = platform::read_file(places.device_key, kKeyFileBytesMax);
    auto written = platform::replace_file(places.device_key, key_text.view(), 0600);
    if (!written) return std::move(written).error().at("keep the device key");

    const auto keep = [&]() -> Status {
        SATCHEL_TRY(transaction, store::Transaction::begin(database));
        if (auto begun = begin_anew(transaction, identity); !begun) return begun;
        std::uint64_t number = 0;
        for (const Bytes& entry : enrolment.member_entries)
            if (auto kept = store::add_member(transaction, number++, entry); !kept) return kept;
        if (auto kept = save_hub(transaction, enrolment.hub); !kept) return kept;
        if (auto kept = store::set_fact(
                transaction, engine::kDeviceNameFact, as_bytes(identity.device_name));
            !kept)
            return kept;
        if (auto kept = store::set_fact(transaction, engine::kKeyringFact, sealed); !kept)
            return kept;
        return transaction.commit();
    };
    const Status kept = keep();
    if (kept) return kept;
    std::error_code ignored;
    if (old_key)
        (void)platform::replace_file(places.device_key, *old_key, 0600);
    else
        std::filesystem::remove(places.device_key, ignored);
    return kept.error();
}

Status forget_enrolment(store::Database& database, const Places& places) {
    SATCHEL_TRY(transaction, store::Transaction::begin(database));
    if (auto forgotten = forget(transaction); !forgotten) return forgotten;
    if (auto committed = transaction.commit(); !committed) return committed;
    std::error_code failed;
    std::filesystem::remove(places.device_key, failed);
    if (!failed) return ok();
    return Error{ErrorCode::io,
                 "remove the device key: " + failed.message(),
                 "remove the file yourself: " + places.device_key.string()};
}

Status save_hub(store::Transaction& transaction, const HubAddress& hub) {
    return store::set_fact(transaction, kHubFact, encode_hub(hub));
}

}  // namespace satchel::app
