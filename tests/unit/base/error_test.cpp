// The error table and what is built on it.
#include "shared/base/error.h"

#include "shared/base/result.h"
#include "tests/support/result_text.h"

#include <cerrno>
#include <set>

#include <doctest/doctest.h>

namespace satchel {

namespace {

Result<int> half(int number) {
    if (number % 2 != 0)
        return Error{ErrorCode::invalid_argument, "halve " + std::to_string(number)};
    return number / 2;
}

Result<int> quarter(int number) {
    SATCHEL_TRY(once, half(number));
    SATCHEL_TRY(twice, half(once));
    return twice;
}

}  // namespace

TEST_SUITE_BEGIN("base/error");

TEST_CASE("every code has a row of its own with a name of its own") {
    std::set<std::string_view> names;
    for (const ErrorRow& row : kErrorRows) {
        CHECK(error_row(row.code).name == row.name);
        CHECK(error_code_named(row.name) == row.code);
        names.insert(row.name);
    }
    CHECK(names.size() == kErrorRows.size());
    CHECK(kErrorRows.back().code == ErrorCode::internal);
}

TEST_CASE("no error ends satchelctl with success") {
    const std::set<int> documented = {1, 2, 3, 4, 5, 6, 7, 8, 130};
    for (const ErrorRow& row : kErrorRows) {
        CAPTURE(row.name);
        CHECK(documented.contains(row.exit_status));
    }
    CHECK(error_row(ErrorCode::conflict).exit_status == 2);
    CHECK(error_row(ErrorCode::assistant_running).exit_status == 3);
    CHECK(error_row(ErrorCode::offline).exit_status == 6);
    CHECK(error_row(ErrorCode::interrupted).exit_status == 130);
}

TEST_CASE("what time can mend is tried again and the rest is not") {
    CHECK(error_row(ErrorCode::offline).retry == Retry::later);
    CHECK(error_row(ErrorCode::busy).retry == Retry::later);
    CHECK(error_row(ErrorCode::disk_full).retry == Retry::later);
    CHECK(error_row(ErrorCode::refused).retry == Retry::never);
    CHECK(error_row(ErrorCode::corrupt).retry == Retry::never);
    CHECK(error_row(ErrorCode::halted).retry == Retry::never);
}

TEST_CASE("an unknown name is a plain failure") {
    CHECK(error_code_named("of_a_newer_version") == ErrorCode::failed);
    CHECK(error_code_named("") == ErrorCode::failed);
}

TEST_CASE("an error gathers where it came from and keeps its first hint") {
    const Error error = Error{ErrorCode::offline, "connection refused"}
                            .at("hub")
                            .at("pull")
                            .with_hint("check the network")
                            .with_hint("give up");
    CHECK(error.message == "pull: hub: connection refused");
    CHECK(error.hint == "check the network");
    CHECK(error.code == ErrorCode::offline);
}

TEST_CASE("numbers of the operating system become codes") {
    struct Row {
        int number;
        ErrorCode code;
    };

    for (const Row& row : {Row{ENOENT, ErrorCode::not_found},
                           Row{EEXIST, ErrorCode::already_exists},
                           Row{ENOSPC, ErrorCode::disk_full},
                           Row{EACCES, ErrorCode::refused},
                           Row{ELOOP, ErrorCode::refused},
                           Row{EBUSY, ErrorCode::busy},
                           Row{ECONNREFUSED, ErrorCode::offline},
                           Row{EINTR, ErrorCode::interrupted},
                           Row{EIO, ErrorCode::io},
                           Row{0x7fffffff, ErrorCode::io}}) {
        CAPTURE(row.number);
        CHECK(error_code_of_errno(row.number) == row.code);
    }
    const Error error = errno_error("open '/x'", ENOENT);
    CHECK(error.message == "open '/x': no such file or directory");
    CHECK(error.code == ErrorCode::not_found);
}

TEST_CASE("a try passes values on and stops at the first error") {
    CHECK(*quarter(8) == 2);
    CHECK(quarter(7).error().message == "halve 7");
    CHECK(quarter(6).error().message == "halve 3");
}

TEST_CASE("asking a failed result for its value is a defect of ours") {
    const Result<int> failed = half(1);
    CHECK_THROWS_AS(static_cast<void>(failed.value()), std::logic_error);
    CHECK(ok());
}

TEST_SUITE_END();

}  // namespace satchel
