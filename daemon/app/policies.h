// A source's policies as they lie in its declaration.
#pragma once

#include "daemon/engine/policy.h"
#include "daemon/store/declarations.h"
#include "shared/protocol/control/policy.h"

namespace satchel::app {

/// What the declaration says, for the engine; words it does not know count as the default.
engine::Policies policies_of(const store::Declaration& declaration);
/// What the declaration says, in words.
control::SourcePolicies policy_words_of(const store::Declaration& declaration);
/// Changes the declaration; invalid_argument for a word that is no policy. The default word of a
/// table takes it off the list when the source has that policy anyway.
Status set_policy(store::Declaration& declaration, const control::SourceSetRequest& request);

/// Changes which files stay on this device; invalid_argument for a pattern that cannot be one,
/// not_found for one to take back that was not excluded.
Status set_excludes(store::Declaration& declaration, const control::SourceSetRequest& request);

}  // namespace satchel::app
