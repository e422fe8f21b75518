// HTTP messages as the rest of the house sees them: plain data, bodies in memory.
#pragma once

#include "shared/base/bytes.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace satchel::http {

/// One header field. Names are lower case once parsed.
struct Field {
    std::string name;
    std::string value;

    bool operator==(const Field&) const = default;
};

/// Header fields in the order they came.
class Fields {
  public:
    void add(std::string name, std::string value) {
        list_.push_back({std::move(name), std::move(value)});
    }

    /// The first value under this lower-case name; empty when there is none.
    [[nodiscard]] std::string_view get(std::string_view name) const {
        for (const Field& field : list_)
            if (field.name == name) return field.value;
        return {};
    }

    [[nodiscard]] std::size_t count(std::string_view name) const {
        std::size_t found = 0;
        for (const Field& field : list_) found += field.name == name ? 1 : 0;
        return found;
    }

    [[nodiscard]] const std::vector<Field>& list() const { return list_; }

    bool operator==(const Fields&) const = default;

  private:
    std::vector<Field> list_;
};

/// What a client asks. Host and Content-Length are the connection's business, not in `fields` of a
/// request that is to be sent.
struct Request {
    std::string method;
    std::string target;  ///< path and query, starts with '/'
    Fields fields;
    Bytes body;
};

/// What a server answers; the same rule for Content-Length.
struct Response {
    unsigned status = 200;
    Fields fields;
    Bytes body;
};

/// Who is at the other end of a connection.
struct PeerInfo {
    std::string address;  ///< IP address without port
    bool is_loopback = false;
};

}  // namespace satchel::http
