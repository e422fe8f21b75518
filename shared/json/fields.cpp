// The one part of the field tables that is no template: the words for an unknown field.
#include "shared/json/fields.h"

namespace satchel::json::detail {

Error unknown_field(std::string_view path,
                    std::string_view name,
                    std::span<const std::string_view> known) {
    Error error{ErrorCode::invalid_argument,
                "field '" + join_path(path, name) + "' is not known here"};
    if (const auto near = nearest_word(name, known); !near.empty())
        error.hint = "did you mean '" + std::string(near) + "'?";
    return error;
}

}  // namespace satchel::json::detail
