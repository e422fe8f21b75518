// libqrencode makes the squares, two of which stand above each other in one character.
#include "ctl/render/qr.h"

#include <memory>

#include <qrencode.h>

namespace satchel::ctl {
namespace {

constexpr int kBorder = 2;
constexpr int kColumns = 80;

struct FreeCode {
    void operator()(QRcode* code) const { QRcode_free(code); }
};

bool is_dark(const QRcode& code, int row, int column) {
    const bool is_inside = row >= 0 && column >= 0 && row < code.width && column < code.width;
    return is_inside && (code.data[row * code.width + column] & 1) != 0;
}

/// The character whose upper and lower half are light or not.
std::string_view block(bool is_upper_light, bool is_lower_light) {
    if (is_upper_light) return is_lower_light ? "█" : "▀";
    return is_lower_light ? "▄" : " ";
}

}  // namespace

std::string qr_lines(std::string_view text, bool color) {
    const std::unique_ptr<QRcode, FreeCode> code(
        QRcode_encodeString(std::string(text).c_str(), 0, QR_ECLEVEL_L, QR_MODE_8, 1));
    if (!code || code->width + 2 * kBorder > kColumns) return "";
    std::string lines;
    for (int row = -kBorder; row < code->width + kBorder; row += 2) {
        if (color) lines += "\033[40;97m";
        for (int column = -kBorder; column < code->width + kBorder; ++column)
            lines += block(!is_dark(*code, row, column), !is_dark(*code, row + 1, column));
        lines += color ? "\033[0m\n" : "\n";
    }
    return lines;
}

}  // namespace satchel::ctl
