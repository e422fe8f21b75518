// Declarations without a word.
#pragma once

namespace satchel::core {

class Later;

struct Plan {
    int size;
    void grow(int by);
};

enum class Kind { one, two };

int decide(const Plan& plan);

/// Documented, but not its members.
class Engine {
  public:
    Engine();
    int run(int a,
            int b);

    Engine& operator=(Engine&& other) noexcept {
        return *this;
    }
    Engine(int a) : a_{a}, b_(a) {}
    void stop(int how);
    [[nodiscard]] int size() const;

  private:
    int hidden();
};

template <class T>
T twice(T value) {
    return value + value;
}

}  // namespace satchel::core
// as: daemon/core/bad.h
// reports: docs 7
