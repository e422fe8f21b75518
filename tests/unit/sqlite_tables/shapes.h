// Schemas of applications, and what such an application does: the differential test draws from
// them.
#pragma once

#include <string>
#include <vector>

namespace satchel::test {

/// One schema with the statements that are run on it.
struct Shape {
    const char* schema;
    std::vector<std::string> tables;
    std::vector<std::string> statements;  ///< # is a small number, $ a short quoted text
};

/// Every kind of key, constraint, trigger and schema change.
const std::vector<Shape>& shapes();

}  // namespace satchel::test
