// Which values of a settings document travel, how they merge and which of them can run code. Rules
// name values by their pointers ("/env/*", "/hooks/**"); `*` stays within one name, `**` crosses
// names.
#pragma once

#include "daemon/profiles/profile.h"
#include "daemon/sources/secret_names.h"

#include <string>
#include <string_view>
#include <vector>

namespace satchel::sources {

/// The rules of one kind of document; part of a FileRule.
struct KeyRules {
    std::vector<std::string> travel;    ///< when any are given, everything else is local
    std::vector<std::string> local;     ///< stay on each device
    std::vector<std::string> paths;     ///< stay when the value names an absolute path
    std::vector<std::string> secrets;   ///< secrets, whatever they look like
    std::vector<std::string> sets;      ///< arrays that are merged element by element
    std::vector<std::string> active;    ///< can run code, unless they are
    std::vector<std::string> passive;   ///< known to be harmless numbers, words and switches
    std::vector<std::string> wholes{};  ///< objects that stay entirely where a part is local

    bool operator==(const KeyRules&) const = default;
};

enum class KeyFate : std::uint8_t {
    travels,
    local,   ///< a matter of this machine
    secret,  ///< a secret by rule, name or look
};

/// The rules that a profile's lists mean.
KeyRules key_rules_of(const profiles::KeyLists& lists);
/// What becomes of the value (canonical JSON) at `pointer` (RFC 6901).
KeyFate fate_of(const KeyRules& rules,
                const SecretExceptions& exceptions,
                std::string_view pointer,
                std::string_view value);
/// True for an array that is merged element by element.
bool is_set(const KeyRules& rules, std::string_view pointer);
/// The pointer of the object around the value at `pointer` that stays entirely where a part of it
/// does; empty when there is none.
std::string_view whole_of(const KeyRules& rules, std::string_view pointer);
/// True when the value may run code, so that a person approves it first. Lists and objects are
/// never passive.
bool is_active(const KeyRules& rules, std::string_view pointer, std::string_view value);

}  // namespace satchel::sources
