// What adding a database would mean, in the words of the control socket; and what is refused before
// anything is added.
#pragma once

#include "daemon/app/source_factory.h"
#include "daemon/engine/replica.h"
#include "shared/protocol/control/source.h"

namespace satchel::app {

/// A schema's fingerprint as 16 digits.
std::string fingerprint_text(std::uint64_t fingerprint);
/// Refuses a place that is a source already under another name or path, or that cannot be one.
/// `profiles` are a person's own.
Status check_place(const control::SourceAddRequest& request,
                   engine::Replica& replica,
                   const profiles::Shelf& profiles);
/// Looks at the database of a completed request; reads only. Errors: as opening it,
/// invalid_argument for options that make no sense, not_found for tables that neither it nor
/// another device has.
Result<control::DatabasePlan> plan_database(const control::SourceAddRequest& request,
                                            const SourceSurroundings& surroundings,
                                            engine::Replica& replica);

}  // namespace satchel::app
