// Broken promises in our own code. Bad input from outside is never an assertion.
#pragma once

namespace satchel::detail {

/// Writes the broken invariant to standard error and aborts. Any thread.
[[noreturn]] void assertion_failed(const char* text, const char* file, int line) noexcept;

}  // namespace satchel::detail

/// Aborts when `condition` is false, in every build: a daemon that holds a person's only copy must
/// not go on from a state that cannot be.
#define SATCHEL_ASSERT(condition)       \
    ((condition) ? static_cast<void>(0) \
                 : ::satchel::detail::assertion_failed(#condition, __FILE__, __LINE__))
