// The algebra of rows, case by case.
#include "daemon/core/row.h"

#include "daemon/core/conflict.h"
#include "daemon/core/digest.h"
#include "shared/base/hash.h"
#include "tests/unit/core/samples.h"

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::core;
using namespace satchel::core::test;
using Texts = std::vector<std::string>;

TEST_SUITE("core/row") {
    TEST_CASE("what concurrent ops leave standing does not depend on their order") {
        struct Case {
            const char* name;
            Op left;   // by a, after the row was made by m
            Op right;  // by b, after the row was made by m
            Texts first, second;
        };

        const Dot made{device('m'), 1};
        const Case cases[] = {
            {"two edits of one cell both stand",
             set(9, {cell(1, "l")}),
             set(8, {cell(1, "r")}),
             {"l", "r"},
             {"old"}},
            {"edits of two cells do not meet",
             set(9, {cell(1, "l")}),
             set(8, {cell(2, "r")}),
             {"l"},
             {"r"}},
            {"an edit survives a delete", set(9, {cell(1, "l")}), remove(), {"l"}, {}},
            {"two deletes leave nothing", remove(), remove(), {}, {}},
            {"a delete that had not seen the row takes nothing",
             remove({made}),
             set(8, {cell(2, "r")}),
             {"old"},
             {"r"}},
            {"an edit that had not seen the value adds to it",
             set(9, {cell(1, "l")}, {made}),
             set(8, {cell(2, "r")}),
             {"l", "old"},
             {"r"}},
        };
        for (const Case& row : cases) {
            CAPTURE(row.name);
            const VersionVector none;
            const VersionVector saw = vector({{'m', 1}});
            Row base;
            apply_op(base, set(1, {cell(0, ""), cell(1, "old"), cell(2, "old")}), {made, none});
            Row forth = base, back = base;
            apply_op(forth, row.left, {{device('a'), 1}, saw});
            apply_op(forth, row.right, {{device('b'), 1}, saw});
            apply_op(back, row.right, {{device('b'), 1}, saw});
            apply_op(back, row.left, {{device('a'), 1}, saw});
            CHECK(forth == back);
            CHECK(standing(forth, 1) == row.first);
            CHECK(standing(forth, 2) == row.second);
        }
    }

    TEST_CASE("an op that saw both concurrent values replaces both") {
        Row row;
        const VersionVector none;
        apply_op(row, set(1, {cell(2, "a")}), {{device('a'), 1}, none});
        apply_op(row, set(2, {cell(2, "b")}), {{device('b'), 1}, none});
        CHECK(find_conflicts(row).size() == 1);
        CHECK(has_conflict(row));
        const VersionVector both = vector({{'a', 1}, {'b', 1}});
        apply_op(row, set(3, {cell(2, "c")}), {{device('c'), 1}, both});
        CHECK(standing(row, 2) == Texts{"c"});
        CHECK(find_conflicts(row).empty());
        CHECK_FALSE(has_conflict(row));
    }

    TEST_CASE("equal values written twice and row markers are no conflict") {
        Row row;
        const VersionVector none;
        apply_op(row, set(1, {cell(0, "x"), cell(2, "same")}), {{device('a'), 1}, none});
        apply_op(row, set(2, {cell(0, "y"), cell(2, "same")}), {{device('b'), 1}, none});
        CHECK(row.siblings.size() == 4);
        CHECK(find_conflicts(row).empty());
    }

    TEST_CASE("what each machine has its own value of is no conflict") {
        Row row;
        const VersionVector none;
        const ColumnId seed = as_seed(ColumnId{7});
        const auto place = [&](const char* path) {
            Op op = set(1, {cell(1, "same")});
            op.columns.push_back({seed, Value::text(path)});
            return op;
        };
        apply_op(row, place("/left"), {{device('a'), 1}, none});
        apply_op(row, place("/right"), {{device('b'), 1}, none});
        CHECK(row.siblings.size() == 4);
        CHECK_FALSE(has_conflict(row));
        CHECK(find_conflicts(row).empty());
    }

    TEST_CASE("the greatest stamp is shown and the device decides between equal ones") {
        Row row;
        const VersionVector none;
        apply_op(row, set(5, {cell(2, "a")}), {{device('a'), 1}, none});
        apply_op(row, set(5, {cell(2, "b")}), {{device('b'), 1}, none});
        apply_op(row, set(4, {cell(2, "z")}), {{device('z'), 1}, none});
        REQUIRE(shown_siblings(row).size() == 1);
        CHECK(shown_siblings(row)[0]->value->as_text() == "b");
        const auto conflicts = find_conflicts(row);
        REQUIRE(conflicts.size() == 1);
        CHECK(conflicts[0].versions.size() == 3);
        CHECK(conflicts[0].versions[2]->value->as_text() == "z");
    }

    TEST_CASE("a note of a deletion is a conflict until it is NULL and never one of cells") {
        Row row;
        const VersionVector none;
        apply_op(row, set(1, {cell(0, "x"), cell(1, "by a")}), {{device('a'), 1}, none});
        apply_op(row, set(2, {cell(1, "by b")}), {{device('b'), 1}, none});
        CHECK(find_conflicts(row).empty());
        CHECK(has_conflict(row));
        REQUIRE(find_deletion_note(row) != nullptr);
        CHECK(find_deletion_note(row)->value->as_text() == "by b");
        const VersionVector both = vector({{'a', 1}, {'b', 1}});
        apply_op(row, set(3, {{kRowNote, Value()}}), {{device('c'), 1}, both});
        CHECK_FALSE(has_conflict(row));
        CHECK(find_deletion_note(row) == nullptr);
    }

    TEST_CASE("what an op replaces is handed out") {
        Row row;
        const VersionVector none;
        const VersionVector first = vector({{'a', 1}});
        std::vector<Sibling> replaced;
        apply_op(row, set(1, {cell(2, "a"), cell(3, "b")}), {{device('a'), 1}, none}, &replaced);
        CHECK(replaced.empty());
        apply_op(row, set(2, {cell(2, "c")}), {{device('b'), 1}, first}, &replaced);
        REQUIRE(replaced.size() == 1);
        CHECK(replaced[0].value->as_text() == "a");
        CHECK(replaced[0].dot == Dot{device('a'), 1});
        apply_op(row, remove(), {{device('c'), 1}, vector({{'a', 1}, {'b', 1}})}, &replaced);
        CHECK(replaced.size() == 3);
        CHECK_FALSE(row.exists());
    }

    TEST_CASE("a row without its marker is not whole") {
        Row row;
        const VersionVector none;
        CHECK_FALSE(row.is_whole());
        apply_op(row, set(1, {cell(1, "a")}), {{device('a'), 1}, none});
        CHECK_FALSE(row.is_whole());
        apply_op(row, set(1, {cell(0, "")}), {{device('b'), 1}, none});
        CHECK(row.is_whole());
    }

    TEST_CASE("what was never shown is unseen until the row is projected") {
        Row row;
        const VersionVector none;
        apply_op(row, set(1, {cell(0, ""), cell(1, "a")}), {{device('a'), 1}, none});
        mark_projected(row, holds_all);
        CHECK(unseen_dots(row, {}).empty());
        apply_op(row, set(2, {cell(1, "b")}), {{device('b'), 1}, none});
        CHECK(row.is_pending());
        CHECK(unseen_dots(row, {}) == std::vector<Dot>{{device('b'), 1}});
        mark_projected(row, holds_all);
        CHECK_FALSE(row.is_pending());
        CHECK(unseen_dots(row, {}).empty());
        // The shown value is the source's to hold; the hidden one was given up with its bytes.
        CHECK_FALSE(shown_siblings(row)[1]->value.has_value());
    }

    TEST_CASE("digests add up in any order and come off again") {
        const KeyedHash hash = [](ByteView bytes) {
            Hash256 out{};
            for (std::size_t i = 0; i < out.size(); ++i)
                out[i] = static_cast<Byte>(combine64(hash64(bytes), i));
            return out;
        };
        Row row;
        const VersionVector none;
        apply_op(row, set(1, {cell(1, "a")}), {{device('a'), 1}, none});
        Row other;
        apply_op(other, set(1, {cell(1, "b")}), {{device('b'), 1}, none});
        const Digest left = row_digest(hash, CollectionId{1}, Sid{}, row);
        const Digest right = row_digest(hash, CollectionId{1}, Sid{}, other);
        CHECK(left != right);
        CHECK(row_digest(hash, CollectionId{1}, Sid{}, Row{}) == Digest{});
        Digest forth = left, back = right;
        forth.add(right);
        back.add(left);
        CHECK(forth == back);
        forth.subtract(left);
        CHECK(forth == right);
        Digest none_left;
        none_left.subtract(left);
        none_left.add(left);
        CHECK(none_left == Digest{});
        CHECK(Digest::from(left.bytes()) == left);
        // What is shown locally does not count.
        mark_projected(row, holds_all);
        CHECK(row_digest(hash, CollectionId{1}, Sid{}, row) == left);
    }
}
