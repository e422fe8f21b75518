// What a failed CHECK of a Result prints: its error. Without this doctest finds the operator<< of
// Boost's result, which wants to print any value.
#pragma once

#include "shared/base/result.h"

#include <doctest/doctest.h>

template <class T>
struct doctest::StringMaker<satchel::Result<T>> {
    static String convert(const satchel::Result<T>& result) {
        if (result) return "a value";
        const auto& error = result.error();
        return (std::string(satchel::error_row(error.code).name) + ": " + error.message).c_str();
    }
};
