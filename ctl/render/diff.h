// Two texts, line by line, as people compare them.
#pragma once

#include <string>
#include <string_view>

namespace satchel::ctl {

/// Lines of `left` that are not in `right` after "- ", those only in `right` after "+ ", common
/// ones after two blanks; control characters escaped. Above some thousand lines, or when nothing is
/// common, one text whole and then the other.
std::string diff_lines(std::string_view left, std::string_view right);

}  // namespace satchel::ctl
