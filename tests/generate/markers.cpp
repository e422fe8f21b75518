// See markers.h.
#include "tests/generate/markers.h"

#include <cerrno>
#include <fstream>

namespace satchel::generate {

std::string Markers::make(Random& random) {
    made_.push_back("marker_" + hex(random, 20));
    return made_.back();
}

Status Markers::save(const std::string& path) const {
    std::ofstream out(path, std::ios::trunc);
    for (const std::string& marker : made_) out << marker << '\n';
    if (!out.flush()) return errno_error("write '" + path + "'", errno);
    return ok();
}

}  // namespace satchel::generate
