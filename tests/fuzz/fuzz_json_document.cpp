// Any bytes as a settings document in JSON.
// links: satchel::documents
#include "tests/fuzz/changed_document.h"

int fuzz_json_document(std::span<const std::uint8_t> data) {
    satchel::fuzz::change_document(satchel::documents::Syntax::json, data);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return fuzz_json_document({data, size});
}
