// Feeds any bytes to the reader of archives of backups. What it lets through has entries with our
// names only, gives no more bytes than they claim, and reads the same twice.
// links: satchel::backup satchel::platform
#include "daemon/backup/archive.h"
#include "shared/base/bytes.h"

#include <cstdio>
#include <cstdlib>

#include <unistd.h>

namespace {

using namespace satchel;

void require(bool holds) {
    if (!holds) std::abort();
}

platform::UniqueFd file_of(std::span<const std::uint8_t> input) {
    std::FILE* const file = std::tmpfile();
    require(file != nullptr);
    platform::UniqueFd own(::dup(::fileno(file)));
    std::fclose(file);
    require(own.is_open());
    require(::pwrite(own.get(), input.data(), input.size(), 0) ==
            static_cast<ssize_t>(input.size()));
    return own;
}

int fuzz_backup_archive(std::span<const std::uint8_t> input) {
    if (input.size() > 1u << 16) return 0;
    const auto archive = backup::Archive::open(file_of(input));
    if (!archive) return 0;
    for (const bool is_database : {false, true}) {
        const auto entries = archive->entries(is_database);
        if (!entries) continue;
        for (const backup::BackupEntry& entry : *entries) {
            const std::string name = entry.copy.string();
            require(!name.empty() &&
                    name.find_first_not_of("0123456789abcdef.db") == std::string::npos);
            std::uint64_t size = 0;
            const auto read = archive->read(name, [&](ByteView bytes) {
                size += bytes.size();
                return ok();
            });
            require(size <= entry.size_bytes);
            require(!read || (read->size == entry.size_bytes && size == entry.size_bytes));
            const auto again = archive->read(name);
            require(again.has_value() == read.has_value());
            require(!read || *again == *read);
        }
    }
    return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return fuzz_backup_archive({data, size});
}
