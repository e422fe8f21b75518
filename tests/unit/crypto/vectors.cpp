// Line by line; an empty line ends a block.
#include "tests/unit/crypto/vectors.h"

#include <fstream>

#include <doctest/doctest.h>

namespace satchel::test {

std::string Vector::text(const std::string& field) const {
    const auto found = fields.find(field);
    REQUIRE_MESSAGE(found != fields.end(), "no field " << field);
    return found->second;
}

Bytes Vector::bytes(const std::string& field) const {
    const auto decoded = from_hex(text(field));
    REQUIRE_MESSAGE(decoded.has_value(), "not hexadecimal: " << field);
    return *decoded;
}

std::vector<Vector> load_vectors(const std::string& file) {
    std::ifstream in(std::string(SATCHEL_VECTORS) + "/" + file);
    std::vector<Vector> vectors;
    bool in_block = false;
    for (std::string line; std::getline(in, line);) {
        const std::size_t equals = line.find(" =");
        if (line.empty() || line.front() == '#' || equals == std::string::npos) {
            in_block = false;
            continue;
        }
        if (!in_block) vectors.emplace_back();
        in_block = true;
        const std::size_t value = line.find_first_not_of(' ', equals + 2);
        vectors.back().fields[line.substr(0, equals)] =
            value == std::string::npos ? "" : line.substr(value);
    }
    REQUIRE_MESSAGE(!vectors.empty(), "no vectors in " << file);
    return vectors;
}

}  // namespace satchel::test
