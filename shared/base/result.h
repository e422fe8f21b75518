// A value or an Error. Expected failures travel as values; exceptions are for cancellation, lack of
// memory and libraries, and stop at the edge of the folder that owns the library.
#pragma once

#include "shared/base/error.h"

#include <stdexcept>
#include <utility>

#include <boost/system/result.hpp>

namespace satchel {

/// Called when `value()` is asked of a failed Result: a defect, so it throws std::logic_error.
[[noreturn]] inline void throw_exception_from_error(const Error& error,
                                                    const boost::source_location&) {
    throw std::logic_error("value() of a failed Result: " + error.message);
}

/// A `T`, or the Error that explains why there is none.
template <class T>
struct [[nodiscard]] Result : boost::system::result<T, Error> {
    using boost::system::result<T, Error>::result;
};

/// Success without a value, or an Error.
using Status = Result<void>;

/// The success value of a Status.
inline Status ok() {
    return Status{};
}

}  // namespace satchel

/// `SATCHEL_TRY(name, expression)` declares `name` from the value of a Result, or returns its
/// error.
#define SATCHEL_TRY(name, ...)                                       \
    auto name##_or_error = (__VA_ARGS__);                            \
    if (!name##_or_error) return std::move(name##_or_error).error(); \
    auto name = std::move(*name##_or_error)

/// The same inside a coroutine.
#define SATCHEL_CO_TRY(name, ...)                                       \
    auto name##_or_error = (__VA_ARGS__);                               \
    if (!name##_or_error) co_return std::move(name##_or_error).error(); \
    auto name = std::move(*name##_or_error)
