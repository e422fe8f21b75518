// Everything that needs words has them.
#pragma once

namespace satchel::core {

class Later;
using Names = int;
inline constexpr int kLimit = 5;
inline constexpr int kTable[] = {1, 2, 3};

/// What will be done.
struct Plan {
    int size = 0;
    int values[3]{};
    bool operator==(const Plan&) const = default;
    [[nodiscard]] bool is_empty() const { return size == 0; }
    /// Makes it larger, and
    void grow(int by);
    void shrink(int by);
};

/// Kinds.
enum class Kind { one, two };

enum class Other {
    one,  // the first
};

/// Decides.
template <class T>
[[nodiscard]] int decide(const Plan& plan, T other = {});

/// Runs plans.
class Engine : public Runner {
  public:
    explicit Engine(int plan);
    ~Engine() override;
    Engine(const Engine&) = delete;
    void run() override;

  private:
    int hidden();
};

struct Engine::Hidden {
    void run(int a);
};

namespace detail {
int helper();
}

}  // namespace satchel::core

template <>
struct std::hash<satchel::core::Plan> {
    int operator()(int) const;
};
// as: daemon/core/good.h
// reports: nothing
