// The two things a device does at a hub before it belongs anywhere: look whether there is a hub,
// and enrol. Nothing is saved here.
#pragma once

#include "daemon/transport/hub/settings.h"
#include "shared/async/asio.h"
#include "shared/base/result.h"
#include "shared/protocol/wire/hub_api.h"

namespace satchel::transport {

/// Asks the hub at `settings.url` who it is. Errors: bad_config (address), offline (nothing
/// answers), corrupt (something answers that is no hub), refused (its TLS does not verify), halted
/// (another hub than `settings.hub_id`), version_mismatch.
asio::awaitable<Result<wire::HubInfo>> probe_health(asio::any_io_executor executor,
                                                    HubSettings settings);
/// Which TLS key answers at `settings.url`, for a person to compare; nothing is verified or sent.
/// Errors: bad_config, offline, refused (no TLS).
asio::awaitable<Result<Hash256>> look_at_key(asio::any_io_executor executor, HubSettings settings);
/// Enrols with an admission code, over one connection: probe, then the signed request. Errors:
/// those of probe_health; refused (code unknown, used or expired; without a code: not a device that
/// signed anything here), conflict (the workspace exists already).
asio::awaitable<Result<wire::EnrollReply>> enroll(asio::any_io_executor executor,
                                                  HubSettings settings,
                                                  wire::EnrollRequest request,
                                                  Signer signer);

}  // namespace satchel::transport
