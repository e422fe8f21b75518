// What applications wrote, independent of everything the engine believes. Every tracked value is
// written once in the life of a world, so a value names its write: whoever overwrites a cell has
// seen the write whose value stood there.
#pragma once

#include "daemon/core/value.h"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace satchel::simulation {

/// All tracked writes of a world.
class Writes {
  public:
    struct Write {
        std::uint64_t number = 0;
        std::uint32_t device = 0;
        bool is_replaced = false;  ///< an application that saw it overwrote or deleted it
        bool may_double = false;   ///< touched between a crash and the next capture
    };

    /// A value nobody has written yet.
    core::Value fresh(std::uint32_t device);
    /// An application that saw the value with this hash overwrote or deleted it.
    void replaced(std::uint64_t value_hash);
    void may_double(std::uint64_t value_hash);
    [[nodiscard]] const Write* find(std::uint64_t value_hash) const;

    [[nodiscard]] const std::unordered_map<std::uint64_t, Write>& all() const { return writes_; }

  private:
    std::unordered_map<std::uint64_t, Write> writes_;
    std::uint64_t next_ = 0;
};

}  // namespace satchel::simulation
