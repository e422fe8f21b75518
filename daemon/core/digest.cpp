#include "daemon/core/digest.h"

namespace satchel::core {

void Digest::add(const Digest& other) {
    std::uint64_t carry = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::uint64_t sum = words[i] + other.words[i];
        const std::uint64_t with_carry = sum + carry;
        carry = static_cast<std::uint64_t>(sum < words[i]) +
                static_cast<std::uint64_t>(with_carry < sum);
        words[i] = with_carry;
    }
}

void Digest::subtract(const Digest& other) {
    std::uint64_t borrow = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::uint64_t difference = words[i] - other.words[i];
        const std::uint64_t with_borrow = difference - borrow;
        borrow = static_cast<std::uint64_t>(difference > words[i]) +
                 static_cast<std::uint64_t>(with_borrow > difference);
        words[i] = with_borrow;
    }
}

Hash256 Digest::bytes() const {
    Bytes encoded;
    ByteWriter out(encoded);
    for (const std::uint64_t word : words) out.u64(word);
    Hash256 bytes{};
    std::copy(encoded.begin(), encoded.end(), bytes.begin());
    return bytes;
}

Digest Digest::from(const Hash256& bytes) {
    Digest digest;
    ByteReader in(bytes);
    for (std::uint64_t& word : digest.words) word = in.u64();
    return digest;
}

Digest row_digest(const KeyedHash& hash, CollectionId collection, const Sid& sid, const Row& row) {
    if (!row.exists()) return {};
    Bytes encoded;
    encoded.reserve(64 + row.siblings.size() * 13);
    ByteWriter out(encoded);
    out.u64(static_cast<std::uint64_t>(collection));
    out.raw(sid.view());
    // Most rows were written by few ops: an op is named where it differs from the one before.
    const Sibling* before = nullptr;
    for (const Sibling& sibling : row.siblings) {
        const bool is_same_op = before != nullptr && before->dot == sibling.dot;
        out.u8(is_same_op ? 0 : 1);
        if (!is_same_op) {
            out.raw(sibling.dot.device.view());
            out.u64(sibling.dot.seq);
            out.u64(sibling.stamp.packed);
        }
        out.u32(static_cast<std::uint32_t>(sibling.column));
        out.u64(sibling.value_hash);
        before = &sibling;
    }
    return Digest::from(hash(encoded));
}

}  // namespace satchel::core
