// Lines that several extents have show once, wherever each of them begins.
#include "daemon/sources/file_tree/line_view.h"

#include <string>
#include <utility>

#include <doctest/doctest.h>

namespace satchel::sources::test {

namespace {

/// What the given parts of files show, in their order: each the file up to the part, and the part.
std::string show(const std::vector<std::pair<std::string, std::string>>& parts) {
    std::vector<ViewExtent> extents;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        Sid sid;
        sid.bytes[0] = static_cast<Byte>(i + 1);
        const Anchor anchor{chain_after({}, as_bytes(parts[i].first)), false};
        extents.push_back({sid, {core::Stamp{}, {DeviceId{}, i + 1}}, anchor});
    }
    auto view = make_line_view(extents, {}, [&](std::size_t i) -> Result<Bytes> {
        return to_bytes(as_bytes(parts[i].second));
    });
    REQUIRE(view.has_value());
    std::string text;
    for (const PlacedExtent& placed : view->placed) {
        for (const Run& run : placed.runs)
            text += parts[placed.index].second.substr(run.offset, run.size);
        if (placed.is_closed) text += '\n';
    }
    CHECK(view->size == text.size());
    return text;
}

}  // namespace

TEST_SUITE("file_tree/line_view") {
    TEST_CASE("a file that goes on in two ways shows what was before once") {
        CHECK(show({{"", "a\nb\n"}, {"a\nb\n", "c\n"}, {"a\nb\n", "d\n"}}) == "a\nb\nc\nd\n");
    }

    TEST_CASE("a part that begins within another one shows what is new in it") {
        CHECK(show({{"", "a\nb\nc\n"}, {"a\n", "b\nc\nd\n"}}) == "a\nb\nc\nd\n");
        CHECK(show({{"a\n", "b\nc\nd\n"}, {"", "a\nb\nc\n"}}) == "b\nc\nd\na\n");
    }

    TEST_CASE("a part that passes the beginnings of others shows none of their lines again") {
        CHECK(show({{"", "a\n"}, {"a\n", "b\n"}, {"a\nb\n", "c\n"}, {"", "a\nb\nc\nd\n"}}) ==
              "a\nb\nc\nd\n");
        CHECK(show({{"a\n", "b\n"}, {"", "a\nb\nb\n"}}) == "b\na\nb\n");
    }

    TEST_CASE("a copy of a merged file names its lines as the merged file does") {
        CHECK(show({{"", "a\n"}, {"a\n", "b\n"}, {"a\n", "c\n"}, {"a\nb\n", "c\nd\n"}}) ==
              "a\nb\nc\nd\n");
    }

    TEST_CASE("a tail and its whole line are one wherever they were cut") {
        CHECK(show({{"", "a\nt"}, {"a\n", "tail\n"}, {"", "a\ntail\n"}}) == "a\nt\ntail\n");
        CHECK(show({{"", "a\nt"}, {"a\n", "t\n"}}) == "a\nt\n");
        CHECK(show({{"a\n", "t\nu\n"}, {"", "a\nt"}}) == "t\nu\na\n");
    }
}

}  // namespace satchel::sources::test
