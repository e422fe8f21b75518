// Reading of vector files: blocks of "name = value" lines, values in hexadecimal, '#' for comments.
#pragma once

#include "shared/base/bytes.h"

#include <map>
#include <string>
#include <vector>

namespace satchel::test {

/// One block of a vector file.
class Vector {
  public:
    /// The bytes of a field; fails the test when the block has no such field.
    [[nodiscard]] Bytes bytes(const std::string& field) const;

    /// The bytes of a field of exactly N bytes.
    template <std::size_t N>
    [[nodiscard]] std::array<Byte, N> array(const std::string& field) const {
        const Bytes found = bytes(field);
        std::array<Byte, N> out{};
        if (found.size() == N) std::copy(found.begin(), found.end(), out.begin());
        return out;
    }

    /// The text of a field, not decoded.
    [[nodiscard]] std::string text(const std::string& field) const;

    std::map<std::string, std::string> fields;
};

/// All blocks of tests/vectors/crypto/<file>; fails the test when there is none.
std::vector<Vector> load_vectors(const std::string& file);

}  // namespace satchel::test
