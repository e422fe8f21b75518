// Declarations without a word.
#pragma once

namespace satchel::core {

class Later;

struct Plan {
    int size;
    void grow(int by, int times);
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
    [[nodiscard]] int size() const;

    virtual void stop(int how,
                      int when) = 0;

  private:
    int hidden();
};

template <class T>
T twice(T value) {
    T sum = value;
    sum += value;
    check(sum);
    return sum;
}

}  // namespace satchel::core
// as: daemon/core/bad.h
// reports: docs 7
