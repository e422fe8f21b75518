// Words about methods.
#include "shared/protocol/control/methods.h"

#include "shared/base/edit_distance.h"
#include "shared/base/utf8.h"

#include <vector>

namespace satchel::control {

std::string_view access_name(Access access) {
    return access == Access::read ? "read" : "write";
}

Error unknown_method(std::string_view name) {
    std::vector<std::string_view> known;
    for (const auto& row : kMethods) known.push_back(row.name);
    Error error{ErrorCode::invalid_argument,
                "method '" + escape_for_terminal(name.substr(0, 64)) + "' is not known"};
    const auto near = nearest_word(name.substr(0, 64), known);
    error.hint = near.empty() ? "rpc.describe lists the methods"
                              : "did you mean '" + std::string(near) + "'?";
    return error;
}

}  // namespace satchel::control
