// Numbers and times as people say them.
#include "ctl/render/words.h"

#include "ctl/render/output.h"
#include "ctl/render/table.h"

#include <sstream>

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::ctl;

TEST_SUITE("ctl/words") {
    TEST_CASE("sizes") {
        CHECK(size_words(0) == "0 B");
        CHECK(size_words(999) == "999 B");
        CHECK(size_words(1'000) == "1.0 kB");
        CHECK(size_words(999'949) == "999.9 kB");
        CHECK(size_words(999'950) == "1.0 MB");
        CHECK(size_words(3'400'000'000) == "3.4 GB");
    }

    TEST_CASE("durations and times") {
        CHECK(duration_words(999) == "999 ms");
        CHECK(duration_words(119'999) == "119 s");
        CHECK(duration_words(120'000) == "2 min");
        CHECK(duration_words(7'200'000) == "2 h");
        CHECK(duration_words(172'800'000) == "2 d");
        CHECK(relative_words(5'000, 5'500) == "now");
        CHECK(relative_words(0, 60'000) == "60 s ago");
        CHECK(relative_words(180'000, 0) == "in 3 min");
    }

    TEST_CASE("long and hostile text is cut and escaped") {
        CHECK(shown("abc", 3) == "abc");
        CHECK(shown("abcd", 3) == "abc…");
        CHECK(shown("äöüß", 3) == "äöü…");
        CHECK(shown("a\033b").find('\033') == std::string::npos);
    }

    TEST_CASE("columns line up by characters") {
        Table table({"a", "b"});
        table.add({"äöü", "x"});
        table.add({"z", ""});
        CHECK(table.text() == "a    b\näöü  x\nz\n");
    }

    TEST_CASE("quiet and json silence what they should") {
        std::ostringstream data;
        std::ostringstream talk;
        OutputOptions options;
        options.json = true;
        Output out(data, talk, options);
        out.text("text");
        out.talk("remark");
        out.error({ErrorCode::offline, "gone", "come back"});
        CHECK(data.str() ==
              "{\"error\":{\"code\":\"offline\",\"message\":\"gone\",\"hint\":\"come back\"}}\n");
        CHECK(talk.str().empty());
    }
}
