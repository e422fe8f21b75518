#include "shared/base/error.h"

#include "shared/base/assert.h"

#include <cerrno>
#include <system_error>

namespace satchel {

Error Error::at(std::string_view where) && {
    message.insert(0, std::string(where) + ": ");
    return std::move(*this);
}

Error Error::with_hint(std::string_view next_step) && {
    if (hint.empty()) hint = next_step;
    return std::move(*this);
}

const ErrorRow& error_row(ErrorCode code) {
    const auto index = static_cast<std::size_t>(code);
    SATCHEL_ASSERT(index < kErrorRows.size());
    return kErrorRows[index];
}

ErrorCode error_code_named(std::string_view name) {
    for (const ErrorRow& row : kErrorRows)
        if (row.name == name) return row.code;
    return ErrorCode::failed;
}

ErrorCode error_code_of_errno(int error_number) {
    switch (error_number) {
        case ENOENT:
        case ENOTDIR:
            return ErrorCode::not_found;
        case EEXIST:
            return ErrorCode::already_exists;
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            return ErrorCode::disk_full;
        case EACCES:
        case EPERM:
        case ELOOP:
            return ErrorCode::refused;
        case EAGAIN:
        case EBUSY:
        case ETXTBSY:
            return ErrorCode::busy;
        case ECONNREFUSED:
        case EHOSTUNREACH:
        case ENETUNREACH:
        case ETIMEDOUT:
            return ErrorCode::offline;
        case EINTR:
            return ErrorCode::interrupted;
        default:
            return ErrorCode::io;
    }
}

Error errno_error(std::string_view attempted, int error_number) {
    std::string reason = std::generic_category().message(error_number);
    if (!reason.empty() && reason.front() >= 'A' && reason.front() <= 'Z')
        reason.front() = static_cast<char>(reason.front() - 'A' + 'a');
    return {error_code_of_errno(error_number), std::string(attempted) + ": " + reason};
}

}  // namespace satchel
