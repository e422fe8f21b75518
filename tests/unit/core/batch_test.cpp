// Batches and rows as bytes: round trips, and damage of every kind.
#include "daemon/core/batch.h"

#include "daemon/core/row_codec.h"
#include "shared/base/limits.h"
#include "tests/unit/core/samples.h"

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::core;
using namespace satchel::core::test;

namespace {

Batch sample_batch() {
    Batch batch;
    batch.first_seq = 7;
    batch.deps = vector({{'a', 3}, {'b', 900}});
    batch.ops = {set(1u << 20, {cell(0, ""), cell(5, "text")}, {{device('b'), 3}}), remove()};
    Op schema;
    schema.kind = OpKind::schema;
    schema.columns = {cell(5, "")};
    schema.names = {"source", "table", "column"};
    batch.ops.push_back(schema);
    return batch;
}

Row sample_row() {
    Row row;
    const VersionVector none;
    apply_op(row, set(1, {cell(0, ""), cell(1, "a")}), {{device('a'), 1}, none});
    mark_projected(row, holds_all);
    apply_op(row, set(2, {cell(1, "b"), cell(2, "c")}), {{device('b'), 1}, none});
    return row;
}

/// Decodes every truncation and every flipped bit; only says that none of them harms.
template <class Decode>
void damage(const Bytes& whole, Decode decode) {
    for (std::size_t size = 0; size < whole.size(); ++size) decode(ByteView(whole).first(size));
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        Bytes flipped = whole;
        flipped[bit / 8] ^= static_cast<Byte>(1u << (bit % 8));
        decode(flipped);
    }
}

}  // namespace

TEST_SUITE("core/batch") {
    TEST_CASE("batches come back one after another") {
        Bytes body;
        encode_batch(sample_batch(), body);
        encode_batch(sample_batch(), body);
        BatchReader reader(body);
        for (int i = 0; i < 2; ++i) {
            const auto batch = reader.next();
            REQUIRE(batch.has_value());
            CHECK((*batch == sample_batch()));
        }
        CHECK(reader.at_end());
    }

    TEST_CASE("a cut batch is corrupt and a damaged one harmless") {
        Bytes body;
        encode_batch(sample_batch(), body);
        for (std::size_t size = 0; size < body.size(); ++size)
            CHECK_FALSE(BatchReader(ByteView(body).first(size)).next().has_value());
        damage(body, [](ByteView bytes) { (void)BatchReader(bytes).next(); });
        body[0] = 9;
        CHECK(BatchReader(body).next().error().code == ErrorCode::version_mismatch);
    }

    TEST_CASE("an op of a kind to come asks for an update and a value too large is named") {
        Batch batch = sample_batch();
        Bytes body;
        encode_batch(batch, body);
        // The first op's kind stands before its collection and sid.
        Bytes start;
        batch.ops.clear();
        encode_batch(batch, start);
        body[start.size()] = 200;
        CHECK(BatchReader(body).next().error().code == ErrorCode::version_mismatch);

        batch.ops = {set(1, {cell(1, std::string(limits::kValueBytesMax, 'x'))})};
        CHECK(encoded_bytes_max(batch.ops[0]) >= limits::kValueBytesMax);
        body.clear();
        encode_batch(batch, body);
        CHECK(BatchReader(body).next().has_value());
        batch.ops = {set(1, {cell(1, std::string(limits::kValueBytesMax + 1, 'x'))})};
        body.clear();
        encode_batch(batch, body);
        CHECK(BatchReader(body).next().error().code == ErrorCode::too_large);
    }

    TEST_CASE("rows come back and damaged ones are harmless") {
        const Bytes encoded = encode_row(sample_row());
        const auto row = decode_row(encoded);
        REQUIRE(row.has_value());
        CHECK((*row == sample_row()));
        CHECK((decode_row(encode_row(Row{})).value() == Row{}));
        damage(encoded, [](ByteView bytes) { (void)decode_row(bytes); });
        CHECK_FALSE(decode_row({}).has_value());
    }
}
