// Somebody else's database with one table of ten columns, as large as a benchmark wants it.
#pragma once

#include "shared/base/result.h"
#include "tests/generate/random.h"

#include <cstdint>
#include <string>

namespace satchel::generate {

/// What to make.
struct TableOptions {
    std::string path;  ///< database file; must not exist
    std::uint64_t rows = 1'000;
    bool text_key = false;  ///< primary key is a text instead of an INTEGER PRIMARY KEY
};

/// Makes table `entry`: key `id`, then text, numbers, a real, times and NULLs; about 200 bytes a
/// row.
Status make_table(const TableOptions& options, Random& random);

}  // namespace satchel::generate
