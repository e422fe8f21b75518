// What a file shows that grows by a few extents at a time is what all of them together show.
#include "daemon/sources/file_tree/line_growth.h"

#include "shared/base/limits.h"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

namespace satchel::sources::test {

namespace {

struct Cut {
    std::vector<ViewExtent> extents;
    std::vector<Bytes> bytes;
};

Sid sid_of(std::size_t i) {
    Sid sid;
    sid.bytes[0] = static_cast<Byte>(i + 1);
    return sid;
}

/// The extents that one author makes of a file.
Cut cut(const std::string& text) {
    Cut cut;
    Chain chain;
    bool continues = false;
    for (ByteView rest = as_bytes(text); !rest.empty();) {
        const std::size_t i = cut.extents.size();
        const ByteView bytes = rest.first(extent_size(rest));
        cut.extents.push_back(
            {sid_of(i), {core::Stamp{}, {DeviceId{}, i + 1}}, {chain, continues}});
        cut.bytes.push_back(to_bytes(bytes));
        chain = chain_after(chain, bytes);
        continues = bytes.back() != '\n';
        rest = rest.subspan(bytes.size());
    }
    return cut;
}

/// A file that takes in the extents of a Cut.
struct File {
    explicit File(const Cut& of) : cut(of) {}

    std::optional<LineView> grow(const std::vector<std::size_t>& fresh) {
        std::vector<ViewExtent> extents;
        for (const std::size_t i : held_at) extents.push_back(cut.extents[i]);
        std::vector<ByteView> bytes;
        for (const std::size_t i : fresh) {
            extents.push_back(cut.extents[i]);
            bytes.push_back(cut.bytes[i]);
        }
        const Growth growth{held, extents, bytes, known};
        auto view = grow_line_view(growth, [this](std::size_t i) -> Result<Bytes> {
            ++reads;
            return cut.bytes[held_at[i]];
        });
        REQUIRE(view.has_value());
        return *view;
    }

    void take(const std::vector<std::size_t>& fresh, const LineView& view) {
        held_at.insert(held_at.end(), fresh.begin(), fresh.end());
        held.clear();
        for (const PlacedExtent& placed : view.placed) {
            const std::size_t i = held_at[placed.index];
            IndexEntry entry{cut.extents[i].sid, cut.extents[i].anchor, 0, 0, placed.chain};
            entry.size = static_cast<std::uint32_t>(cut.bytes[i].size());
            entry.shown = static_cast<std::uint32_t>(placed.shown);
            held.push_back(entry);
        }
        known = {view.size, view.chain};
    }

    const Cut& cut;
    std::vector<IndexEntry> held;
    std::vector<std::size_t> held_at;
    KnownContent known;
    std::size_t reads = 0;
};

std::string make_text() {
    return "one\ntwo\n" + std::string(300'000, 'a') + "\nthree\n" + std::string(5'300'000, 'b') +
           "\nfour\n" + std::string(2'200'000, 'c') + "\nfive\n" +
           std::string(limits::kExtentBytesMax - 1, 'd') + "\nsix\nno newline";
}

LineView view_of(const Cut& cut, std::size_t count) {
    const std::vector<ViewExtent> extents(cut.extents.begin(),
                                          cut.extents.begin() + static_cast<std::ptrdiff_t>(count));
    auto view =
        make_line_view(extents, {}, [&](std::size_t i) -> Result<Bytes> { return cut.bytes[i]; });
    REQUIRE(view.has_value());
    return *view;
}

}  // namespace

TEST_SUITE("file_tree/line_growth") {
    TEST_CASE("extents that come a few at a time show what all of them together show") {
        const Cut cut = sources::test::cut(make_text());
        REQUIRE(cut.extents.size() > 10);
        for (std::size_t step = 1; step <= 4; ++step) {
            File file(cut);
            for (std::size_t at = 0; at < cut.extents.size(); at += step) {
                std::vector<std::size_t> fresh;
                for (std::size_t i = at; i < std::min(at + step, cut.extents.size()); ++i)
                    fresh.push_back(i);
                const auto view = file.grow(fresh);
                REQUIRE(view.has_value());
                const LineView all = view_of(cut, at + fresh.size());
                CHECK(view->size == all.size);
                CHECK(view->chain == all.chain);
                for (const PlacedExtent& placed : all.placed) {
                    CHECK(view->placed[placed.index].shown == placed.shown);
                    CHECK(view->placed[placed.index].chain == placed.chain);
                }
                file.take(fresh, *view);
            }
            CHECK(file.known.size == make_text().size());
            // Of the two long lines each part twice, and nothing of what shows.
            CHECK(file.reads <= 2 * 8);
        }
    }

    TEST_CASE("parts that do not belong together are left to the view") {
        const Cut cut = sources::test::cut(make_text());
        File file(cut);
        const auto begin = file.grow({0, 1, 2});
        REQUIRE(begin.has_value());
        file.take({0, 1, 2}, *begin);
        CHECK_FALSE(file.grow({4}).has_value());     // a part is missing
        CHECK_FALSE(file.grow({3, 5}).has_value());  // another one
        CHECK_FALSE(file.grow({4, 3}).has_value());  // not in order
        CHECK(file.grow({3, 4}).has_value());
        // The missing part came to the file by another way, and stands behind the next one.
        file.take({4, 3}, *file.grow({3, 4}));
        CHECK_FALSE(file.grow({5}).has_value());
    }
}

}  // namespace satchel::sources::test
