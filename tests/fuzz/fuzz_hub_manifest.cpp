// Feeds any text to the reader of hub backups' manifests, which decide over a hub's data. What it
// takes names one file only, and is read the same once more.
// links: satchel::hub
#include "daemon/hub/backup_manifest.h"
#include "shared/base/bytes.h"
#include "shared/json/value.h"

#include <cstdlib>

namespace {

using namespace satchel;

void require(bool holds) {
    if (!holds) std::abort();
}

int fuzz_hub_manifest(std::span<const std::uint8_t> input) {
    const auto manifest = hub::parse_manifest(as_text(input));
    if (!manifest) return 0;
    require(manifest->file == hub::kBackupDatabase);
    require(manifest->bytes > 0 && manifest->schema > 0 && manifest->sha256.size() == 64);
    const auto again = hub::parse_manifest(json::to_text(json::to_json(*manifest)));
    require(again && again->sha256 == manifest->sha256 && again->hub == manifest->hub);
    return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return fuzz_hub_manifest({data, size});
}
