// A text as a QR code that a camera reads off a terminal.
#pragma once

#include <string>
#include <string_view>

namespace satchel::ctl {

/// Lines of half blocks, light on dark with `color`, whatever the terminal's own colours are; with
/// the empty border that readers need. Empty when the text is too long for a terminal of 80
/// columns.
std::string qr_lines(std::string_view text, bool color);

}  // namespace satchel::ctl
