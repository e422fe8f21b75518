// Object names: one spelling each, and everything else is no name.
#include "shared/protocol/wire/object_name.h"

#include "tests/support/result_text.h"

#include <doctest/doctest.h>

namespace satchel::wire {

namespace {

const WorkspaceId kWorkspace{{1, 2, 3}};
const DeviceId kDevice{{4, 5, 6}};

}  // namespace

TEST_SUITE_BEGIN("wire/object_name");

TEST_CASE("names survive their text form and stay short") {
    constexpr auto kLast = ~std::uint64_t{0};
    const ObjectName names[] = {
        head_name(kWorkspace, kDevice),
        segment_name(kWorkspace, kDevice, LaneId{0}, 0, 0),
        segment_name(kWorkspace, kDevice, LaneId{65535}, kLast, kLast),
        member_name(kWorkspace, 0, kDevice),
        member_name(kWorkspace, kLast, kDevice),
    };
    for (const ObjectName& name : names) {
        const std::string text = to_text(name);
        CAPTURE(text);
        CHECK(text.size() < 120);
        CHECK(parse_object_name(text) == name);
    }
}

TEST_CASE("names read as documented") {
    CHECK(to_text(segment_name(kWorkspace, kDevice, LaneId{3}, 10, 12)) ==
          "v1/" + kWorkspace.text() + "/d/" + kDevice.text() + "/3/10-12.s");
    CHECK(to_text(head_name(kWorkspace, kDevice)) ==
          "v1/" + kWorkspace.text() + "/d/" + kDevice.text() + "/head");
    CHECK(to_text(member_name(kWorkspace, 7, kDevice)) ==
          "v1/" + kWorkspace.text() + "/m/7-" + kDevice.text());
}

TEST_CASE("a second spelling is no name") {
    const std::string workspace = kWorkspace.text();
    const std::string own = "v1/" + workspace + "/d/" + kDevice.text();
    std::string upper = own + "/head";
    upper[3] = static_cast<char>(std::toupper(upper[3]));
    const std::string wrong[] = {
        "",
        "v1/",
        "v2/" + workspace + "/d/" + kDevice.text() + "/head",
        upper,
        own,
        own + "/",
        own + "/head/",
        own + "/head (conflicted copy)",
        own + "/../head",
        own + "//10-12.s",
        own + "/03/10-12.s",
        own + "/3/010-12.s",
        own + "/3/+10-12.s",
        own + "/3/10-12.S",
        own + "/3/10-12.s.tmp",
        own + "/3/12-10.s",
        own + "/3/-12.s",
        own + "/65536/1-2.s",
        own + "/3/1-18446744073709551616.s",
        "v1/" + workspace + "/m/" + kDevice.text(),
        "v1/" + workspace + "/m/01-" + kDevice.text(),
        "v1/" + workspace + "/m/1-" + kDevice.text() + "x",
        "v1/" + workspace + "/x/1-" + kDevice.text(),
        "v1/" + workspace.substr(1) + "/d/" + kDevice.text() + "/head",
        "/v1/" + workspace + "/d/" + kDevice.text() + "/head",
    };
    for (const std::string& text : wrong) {
        CAPTURE(text);
        CHECK_FALSE(parse_object_name(text));
    }
}

TEST_SUITE_END();

}  // namespace satchel::wire
