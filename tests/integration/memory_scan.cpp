// satchel-memory-scan PID KEYFILE: looks through a process for a device's keys, as root may. Prints
// where they were found, a line each:
//   text N         the key as it stands in its file
//   locked N       keys in pages that are locked and left out of dumps
//   elsewhere N    keys anywhere else
#include "daemon/crypto/api_key.h"
#include "daemon/crypto/device_keys.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace {

using namespace satchel;

/// A readable mapping.
struct Region {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    bool is_locked = false;
};

std::vector<Region> regions_of(const std::string& process) {
    std::ifstream maps("/proc/" + process + "/smaps");
    std::vector<Region> regions;
    for (std::string line; std::getline(maps, line);) {
        Region region;
        char mode[8] = {};
        unsigned long long begin = 0;
        unsigned long long end = 0;
        if (std::sscanf(line.c_str(), "%llx-%llx %7s", &begin, &end, mode) == 3) {
            region.begin = begin;
            region.end = mode[0] == 'r' && mode[1] == 'w' ? end : begin;
            regions.push_back(region);
        } else if (line.starts_with("VmFlags:") && !regions.empty()) {
            regions.back().is_locked =
                line.find(" lo") != std::string::npos && line.find(" dd") != std::string::npos;
        }
    }
    return regions;
}

std::size_t count_of(const Bytes& in, ByteView sought) {
    std::size_t count = 0;
    for (auto at = in.begin();; ++at, ++count) {
        at = std::search(at, in.end(), sought.begin(), sought.end());
        if (at == in.end()) return count;
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 4;
    std::ifstream file(argv[2]);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    const auto key = crypto::ApiKey::parse(text);
    if (!key) return 4;
    const crypto::DeviceKeys keys(*key);
    const std::vector<ByteView> secrets = {
        key->view(), keys.x_scalar(), keys.local_key(), keys.hedge_key()};
    const crypto::Secret key_text = key->text();
    const int memory =
        ::open(("/proc/" + std::string(argv[1]) + "/mem").c_str(), O_RDONLY | O_CLOEXEC);
    if (memory < 0) return 7;
    std::size_t texts = 0;
    std::size_t locked = 0;
    std::size_t elsewhere = 0;
    for (const Region& region : regions_of(argv[1])) {
        Bytes bytes(region.end - region.begin);
        const ssize_t count =
            ::pread(memory, bytes.data(), bytes.size(), static_cast<off_t>(region.begin));
        bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
        texts += count_of(bytes, key_text.view());
        for (const ByteView secret : secrets)
            (region.is_locked ? locked : elsewhere) += count_of(bytes, secret);
    }
    std::printf("text %zu\nlocked %zu\nelsewhere %zu\n", texts, locked, elsewhere);
    return 0;
}
