// The sink that writes log files: one at a time, put aside at midnight and when it is full.
#pragma once

#include "shared/log/setup.h"

#include <memory>

namespace spdlog::sinks {
class sink;
}

namespace satchel::log {

/// Opens the file of the options. Throws what the library throws when it cannot.
std::shared_ptr<spdlog::sinks::sink> make_file_sink(const FileOptions& options);

}  // namespace satchel::log
