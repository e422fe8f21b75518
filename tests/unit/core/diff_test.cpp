// From what a source holds to the op that says so.
#include "daemon/core/diff.h"

#include "tests/unit/core/samples.h"

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::core;
using namespace satchel::core::test;

namespace {

Row shown_row() {
    Row row;
    const VersionVector none;
    apply_op(row, set(100, {cell(0, ""), cell(1, "a"), cell(2, "b")}), {{device('m'), 1}, none});
    mark_projected(row, holds_all);
    return row;
}

LocalState local(const std::vector<ColumnValue>& columns) {
    return {!columns.empty(), columns, 5, Value(), {}, {}};
}

}  // namespace

TEST_SUITE("core/diff") {
    TEST_CASE("an unchanged row is no op") {
        const std::vector<ColumnValue> cells = {cell(1, "a"), cell(2, "b")};
        CHECK_FALSE(diff_row(shown_row(), local(cells)).has_value());
        CHECK_FALSE(diff_row(Row{}, local({})).has_value());
    }

    TEST_CASE("a new row has a marker and every column") {
        const std::vector<ColumnValue> cells = {cell(1, "a"), {ColumnId{2}, Value()}};
        const auto op = diff_row(Row{}, local(cells));
        REQUIRE(op.has_value());
        CHECK(op->columns.size() == 3);
        CHECK(op->columns[0].column == kRowMarker);
    }

    TEST_CASE("only the changed column is set and its stamp is above what it replaces") {
        const std::vector<ColumnValue> cells = {cell(1, "a"), cell(2, "new")};
        const auto op = diff_row(shown_row(), local(cells));
        REQUIRE(op.has_value());
        CHECK(op->columns == std::vector<ColumnValue>{cell(2, "new")});
        CHECK(op->stamp > Stamp{100});
        LocalState later = local(cells);
        later.follows = Stamp{std::uint64_t{9} << 40};
        CHECK(diff_row(shown_row(), later)->stamp > later.follows);
    }

    TEST_CASE("a new column with NULL is a new schema and with a value an edit") {
        const std::vector<ColumnValue> with_null = {
            cell(1, "a"), cell(2, "b"), {ColumnId{3}, Value()}};
        CHECK_FALSE(diff_row(shown_row(), local(with_null)).has_value());
        const std::vector<ColumnValue> with_value = {cell(1, "a"), cell(2, "b"), cell(3, "c")};
        CHECK(diff_row(shown_row(), local(with_value)).has_value());
        const std::vector<ColumnValue> fewer = {cell(1, "a")};
        CHECK_FALSE(diff_row(shown_row(), local(fewer)).has_value());
    }

    TEST_CASE("an edit beside an unseen change keeps the unseen one") {
        Row row = shown_row();
        const VersionVector saw = vector({{'m', 1}});
        apply_op(row, set(200, {cell(1, "remote")}), {{device('r'), 1}, saw});
        const std::vector<ColumnValue> cells = {cell(1, "mine"), cell(2, "b")};
        const auto op = diff_row(row, local(cells));
        REQUIRE(op.has_value());
        CHECK(op->unseen == std::vector<Dot>{{device('r'), 1}});
        const VersionVector all = vector({{'m', 1}, {'r', 1}});
        apply_own_op(row, *op, {{device('s'), 1}, all}, local(cells), holds_all);
        CHECK(standing(row, 1).size() == 2);
        // An edit of the other column has nothing to do with it.
        Row other = shown_row();
        apply_op(other, set(200, {cell(1, "remote")}), {{device('r'), 1}, saw});
        const std::vector<ColumnValue> second = {cell(1, "a"), cell(2, "mine")};
        CHECK(diff_row(other, local(second))->unseen.empty());
    }

    TEST_CASE("an edit does not outrank a later change it has not seen") {
        Row row = shown_row();
        const VersionVector saw = vector({{'m', 1}});
        const std::uint64_t late = std::uint64_t{9} << 40;
        apply_op(row, set(late, {cell(1, "later")}), {{device('r'), 1}, saw});
        const std::vector<ColumnValue> cells = {cell(1, "mine"), cell(2, "b")};
        const auto op = diff_row(row, local(cells));
        REQUIRE(op.has_value());
        CHECK(op->stamp > Stamp{100});
        CHECK(op->stamp < Stamp{late});
    }

    TEST_CASE("a row deleted elsewhere and unchanged here is no op") {
        // Smallest case of a resurrection: the source had the row open when its delete arrived.
        Row row = shown_row();
        const VersionVector saw = vector({{'m', 1}});
        apply_op(row, remove(), {{device('r'), 1}, saw});
        const std::vector<ColumnValue> cells = {cell(1, "a"), cell(2, "b")};
        CHECK_FALSE(diff_row(row, local(cells)).has_value());
        const std::vector<ColumnValue> edited = {cell(1, "mine"), cell(2, "b")};
        const auto op = diff_row(row, local(edited));
        REQUIRE(op.has_value());
        CHECK(op->columns == std::vector<ColumnValue>{cell(1, "mine")});
    }

    TEST_CASE("a projection that was written but not recorded is no edit") {
        Row row = shown_row();
        const VersionVector saw = vector({{'m', 1}});
        const VersionVector none;
        apply_op(row, set(200, {cell(1, "r1")}), {{device('r'), 1}, none});
        // While the only copy of what it hides is the source's, nothing was projected over it.
        const std::vector<ColumnValue> typed = {cell(1, "r1"), cell(2, "b")};
        REQUIRE(diff_row(row, local(typed)).has_value());
        CHECK_FALSE(is_shown_by(row, local(typed), holds_all));
        row.siblings[1].value = Value::text("a");
        const std::vector<ColumnValue> written = {cell(1, "r1"), cell(2, "edited since")};
        const auto op = diff_row(row, local(written));
        REQUIRE(op.has_value());
        CHECK(op->columns == std::vector<ColumnValue>{cell(2, "edited since")});
        const std::vector<ColumnValue> unedited = {cell(1, "r1"), cell(2, "b")};
        CHECK(is_shown_by(row, local(unedited), holds_all));
    }

    TEST_CASE("a column that appears hides nothing that others wrote in it") {
        const auto holds_two = [](ColumnId column) { return column < ColumnId{3}; };
        const VersionVector saw = vector({{'m', 1}});
        const VersionVector all = vector({{'m', 1}, {'r', 1}});
        Row known = shown_row();
        apply_op(known, set(200, {cell(3, "theirs")}), {{device('r'), 1}, saw});
        mark_projected(known, holds_two);
        REQUIRE_FALSE(known.is_pending());
        for (const Value& filled : {Value(), Value::text("dflt")}) {
            Row row = known;
            follow_schema(row, holds_all);
            CHECK(row.is_pending());
            const std::vector<ColumnValue> fills = {cell(3, "dflt")};
            const std::vector<ColumnValue> cells = {
                cell(1, "a"), cell(2, "b"), {ColumnId{3}, filled}};
            LocalState state = local(cells);
            state.fills = fills;
            CHECK_FALSE(diff_row(row, state).has_value());
            CHECK(standing(row, 3) == std::vector<std::string>{"theirs"});
        }
        Row row = known;
        follow_schema(row, holds_all);
        const std::vector<ColumnValue> cells = {cell(1, "a"), cell(2, "b"), cell(3, "mine")};
        const auto op = diff_row(row, local(cells));
        REQUIRE(op.has_value());
        CHECK(op->unseen == std::vector<Dot>{{device('r'), 1}});
        apply_own_op(row, *op, {{device('s'), 1}, all}, local(cells), holds_all);
        CHECK(standing(row, 3).size() == 2);
    }

    TEST_CASE("an edit of a known column and one of a column that appeared are two ops") {
        const auto holds_one = [](ColumnId column) { return column < ColumnId{2}; };
        const VersionVector all = vector({{'m', 1}});
        Row row;
        apply_op(row, set(100, {cell(0, ""), cell(1, "a"), cell(2, "b")}), {{device('m'), 1}, {}});
        mark_projected(row, holds_one);
        follow_schema(row, holds_all);
        const std::vector<ColumnValue> cells = {cell(1, "mine"), cell(2, "too")};
        const LocalState state = local(cells);
        const auto first = diff_row(row, state);
        REQUIRE(first.has_value());
        CHECK(first->columns == std::vector<ColumnValue>{cell(1, "mine")});
        CHECK(first->unseen.empty());
        apply_own_op(row, *first, {{device('s'), 1}, all}, state, holds_all);
        const auto second = diff_row(row, state);
        REQUIRE(second.has_value());
        CHECK(second->columns == std::vector<ColumnValue>{cell(2, "too")});
        CHECK(second->unseen == std::vector<Dot>{{device('m'), 1}});
        apply_own_op(row, *second, {{device('s'), 2}, all}, state, holds_all);
        CHECK_FALSE(diff_row(row, state).has_value());
        CHECK(standing(row, 1).size() == 1);
        CHECK(standing(row, 2).size() == 2);
    }

    TEST_CASE("a column that goes takes the only copy along and is not held when it returns") {
        const auto holds_one = [](ColumnId column) { return column == ColumnId{1}; };
        Row row = shown_row();
        follow_schema(row, holds_one);
        CHECK_FALSE(row.is_pending());
        CHECK(held_shadow(row).hashes.size() == 1);
        const std::vector<ColumnValue> cells = {cell(1, "a"), {ColumnId{2}, Value()}};
        follow_schema(row, holds_all);
        CHECK_FALSE(diff_row(row, local(cells)).has_value());
        mark_projected(row, holds_all);
        CHECK(held_shadow(row).hashes.size() == 1);
    }

    TEST_CASE("what is left of a deleted row is shown by nothing") {
        Row row;
        const VersionVector none;
        apply_op(row, set(1, {cell(1, "a")}), {{device('a'), 1}, none});
        const std::vector<ColumnValue> cells = {cell(1, "a")};
        CHECK_FALSE(is_shown_by(row, local(cells), holds_all));
    }

    TEST_CASE("stamps follow the clock unless the clock is behind") {
        CHECK(Stamp::after(1, {}).packed == 1u << 16);
        CHECK(Stamp::after(1, Stamp{1u << 20}).packed == (1u << 20) + 1);
        CHECK(Stamp::after(-5, {}).packed == 1);
        CHECK(Stamp::after(1, Stamp{~std::uint64_t{0}}).packed == ~std::uint64_t{0});
        CHECK(Stamp::after(1'700'000'000'000, {}).time_ms() == 1'700'000'000'000);
    }
}
