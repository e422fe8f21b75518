// Feeds any text to the reader of backup manifests, which a full disk may have cut anywhere. A name
// it gives is joined to a folder, so it must stay inside.
// links: satchel::backup
#include "daemon/backup/manifest.h"
#include "shared/base/bytes.h"

#include <cstdlib>

namespace {

using namespace satchel;

void require(bool holds) {
    if (!holds) std::abort();
}

int fuzz_backup_manifest(std::span<const std::uint8_t> input) {
    const auto entry = backup::from_line(as_text(input));
    if (!entry) return 0;
    const std::string copy = entry->copy.string();
    require(!copy.empty() && copy.find('/') == std::string::npos);
    require(copy != "." && copy != "..");
    const std::string line = backup::to_line(*entry);
    require(line.find('\n') == std::string::npos);
    const auto again = backup::from_line(line);
    require(again && again->time_ms == entry->time_ms && again->size_bytes == entry->size_bytes &&
            again->copy == entry->copy && again->source == entry->source &&
            again->path == entry->path && again->digest == entry->digest);
    return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return fuzz_backup_manifest({data, size});
}
