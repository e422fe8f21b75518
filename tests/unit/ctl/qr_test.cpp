// QR codes as text: shape and size; that they are read is libqrencode's.
#include "ctl/render/qr.h"

#include <sstream>
#include <vector>

#include <doctest/doctest.h>

namespace satchel::ctl {
namespace {

/// The squares of plain lines, true for light: two rows of each line.
std::vector<std::vector<bool>> squares_of(const std::string& lines) {
    std::vector<std::vector<bool>> squares;
    std::istringstream in(lines);
    for (std::string line; std::getline(in, line);) {
        std::vector<bool> upper;
        std::vector<bool> lower;
        for (std::size_t at = 0; at < line.size();) {
            const bool is_blank = line[at] == ' ';
            const std::string block = line.substr(at, is_blank ? 1 : 3);
            at += block.size();
            upper.push_back(block == "█" || block == "▀");
            lower.push_back(block == "█" || block == "▄");
        }
        squares.push_back(upper);
        squares.push_back(lower);
    }
    return squares;
}

/// A corner's mark: a dark ring of seven around a light one around three by three.
bool has_mark(const std::vector<std::vector<bool>>& squares, std::size_t top, std::size_t left) {
    for (std::size_t y = 0; y < 7; ++y)
        for (std::size_t x = 0; x < 7; ++x) {
            const bool is_edge = y == 0 || y == 6 || x == 0 || x == 6;
            const bool is_core = y >= 2 && y <= 4 && x >= 2 && x <= 4;
            if (squares[top + y][left + x] == (is_edge || is_core)) return false;
        }
    return true;
}

}  // namespace

TEST_SUITE("ctl/qr") {
    TEST_CASE("a code is a square with a border and three marks") {
        const auto squares = squares_of(qr_lines(std::string(200, 'x'), false));
        const std::size_t width = squares.at(0).size();
        REQUIRE(width >= 40);
        CHECK(width <= 80);
        for (const auto& row : squares) CHECK(row.size() == width);
        CHECK((squares.size() == width || squares.size() == width + 1));
        for (std::size_t x = 0; x < width; ++x) CHECK((squares[0][x] && squares[1][x]));
        CHECK(has_mark(squares, 2, 2));
        CHECK(has_mark(squares, 2, width - 9));
        CHECK(has_mark(squares, width - 9, 2));
        CHECK_FALSE(has_mark(squares, width - 9, width - 9));
    }

    TEST_CASE("other texts are other codes and colours change only the colours") {
        CHECK(qr_lines("one", false) != qr_lines("two", false));
        std::string coloured = qr_lines("one", true);
        CHECK(coloured.find("\033[40;97m") == 0);
        for (const std::string code : {"\033[40;97m", "\033[0m"})
            for (auto at = coloured.find(code); at != coloured.npos; at = coloured.find(code))
                coloured.erase(at, code.size());
        CHECK(coloured == qr_lines("one", false));
    }

    TEST_CASE("what does not fit on a terminal is not shown") {
        CHECK(qr_lines(std::string(1'500, 'x'), false).empty());
        CHECK(qr_lines(std::string(9'000, 'x'), false).empty());
    }
}

}  // namespace satchel::ctl
