// What TlsContext is made of; included by tls.cpp and stream.cpp only.
#pragma once

#include "shared/base/bytes.h"

#include <optional>
#include <string>

#include <boost/asio/ssl/context.hpp>
#include <openssl/x509.h>

namespace satchel::http {

/// A context and what it holds the other side to.
struct TlsContext {
    boost::asio::ssl::context context;
    std::string host{};            // of a client
    std::optional<Hash256> pin{};  // of a client
    bool only_looks = false;       // a client that verifies nothing and sends nothing
    std::optional<Hash256> seen{};
};

/// SHA-256 of the key in `certificate` with its algorithm, in DER.
std::optional<Hash256> pin_of(const X509* certificate);

}  // namespace satchel::http
