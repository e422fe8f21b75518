// TLS set up the one way we use it: 1.2 or later, certificates from files on a hub, on a device the
// system's roots with host names checked, or a pinned key.
#pragma once

#include "shared/base/bytes.h"
#include "shared/base/result.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace satchel::http {

/// PEM files of a server.
struct TlsFiles {
    std::filesystem::path certificate_chain;
    std::filesystem::path private_key;
};

/// What a server's certificate says.
struct CertificateFacts {
    Hash256 key_hash{};           ///< SHA-256 of its SubjectPublicKeyInfo
    std::int64_t expires_ms = 0;  ///< end of its validity, Unix time
};

/// OpenSSL's context with what to check afterwards; defined in tls_context.h, for this folder only.
struct TlsContext;

/// Context of a server. Errors: bad_config with the file that cannot be used.
Result<std::shared_ptr<TlsContext>> make_server_tls(const TlsFiles& files);
/// The certificate a server's context was made with.
Result<CertificateFacts> certificate_facts(const TlsContext& tls);
/// Context of a client of `host`. With a pin, the server's key must be the pinned one and nothing
/// else about its certificate matters.
Result<std::shared_ptr<TlsContext>> make_client_tls(const std::string& host,
                                                    const std::optional<Hash256>& pin);
/// Context of a client that only wants to see which key a server has, and believes nothing of it.
Result<std::shared_ptr<TlsContext>> make_looking_tls(const std::string& host);
/// SHA-256 of the key that was seen by the last handshake with such a context.
std::optional<Hash256> key_seen(const TlsContext& tls);
/// SHA-256 of the SubjectPublicKeyInfo of the first certificate in a PEM file.
Result<Hash256> pin_of_certificate(const std::filesystem::path& certificate_chain);

}  // namespace satchel::http
