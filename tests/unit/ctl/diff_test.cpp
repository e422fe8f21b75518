// Two versions side by side.
#include "ctl/render/diff.h"

#include <doctest/doctest.h>

using namespace satchel::ctl;

TEST_SUITE("ctl/diff") {
    TEST_CASE("common lines stay and the others are marked") {
        CHECK(diff_lines("a\nb\nc\n", "a\nx\nc\nd\n") == "  a\n- b\n+ x\n  c\n+ d\n");
        CHECK(diff_lines("", "a") == "+ a\n");
        CHECK(diff_lines("a", "a") == "  a\n");
        CHECK(diff_lines("", "").empty());
        CHECK(diff_lines("a\nb", "b\na") == "- a\n  b\n+ a\n");
    }

    TEST_CASE("a control character does not reach the terminal") {
        CHECK(diff_lines("\033[2J", "b").find('\033') == std::string::npos);
    }

    TEST_CASE("texts too long to compare are shown whole") {
        std::string left, right;
        for (int i = 0; i < 6'000; ++i) {
            left += "l" + std::to_string(i) + "\n";
            right += "r" + std::to_string(i) + "\n";
        }
        const std::string both = diff_lines(left, right);
        CHECK(both.starts_with("- l0\n- l1\n"));
        CHECK(both.ends_with("+ r5999\n"));
    }
}
