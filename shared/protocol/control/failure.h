// What a daemon that could not start left behind, so that whoever finds none running can tell why.
#pragma once

#include "shared/json/fields.h"

#include <string>
#include <string_view>
#include <tuple>

namespace satchel::control {

/// In the state directory, from a start that failed until one that did not.
inline constexpr std::string_view kStartFailureFile = "failure.json";

/// Content of that file.
struct StartFailure {
    json::Time time{};
    std::string code{};  ///< wire name of the error
    std::string message{};
    std::string hint{};
    static constexpr auto kFields = std::tuple{
        json::Field<&StartFailure::time>{"time", json::Need::required},
        json::Field<&StartFailure::code>{"code", json::Need::required},
        json::Field<&StartFailure::message>{"message"},
        json::Field<&StartFailure::hint>{"hint"},
    };
};

}  // namespace satchel::control
