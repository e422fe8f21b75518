#include "daemon/http/tls.h"

#include "daemon/http/tls_context.h"

#include <cstdio>
#include <ctime>

#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>

namespace satchel::http {

namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

Error file_error(const std::filesystem::path& file, const error_code& reason) {
    return {ErrorCode::bad_config,
            "use TLS file '" + file.string() + "': " + reason.message(),
            "give a PEM file that the hub's user can read"};
}

}  // namespace

Result<std::shared_ptr<TlsContext>> make_server_tls(const TlsFiles& files) {
    auto tls = std::make_shared<TlsContext>(TlsContext{ssl::context(ssl::context::tls_server)});
    SSL_CTX_set_min_proto_version(tls->context.native_handle(), TLS1_2_VERSION);
    SSL_CTX_set_options(
        tls->context.native_handle(),
        SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    error_code failed;
    tls->context.use_certificate_chain_file(files.certificate_chain.string(), failed);
    if (failed) return file_error(files.certificate_chain, failed);
    tls->context.use_private_key_file(files.private_key.string(), ssl::context::pem, failed);
    if (failed) return file_error(files.private_key, failed);
    if (SSL_CTX_check_private_key(tls->context.native_handle()) != 1)
        return Error{ErrorCode::bad_config,
                     "use TLS file '" + files.private_key.string() +
                         "': it is not the key of the certificate"};
    return tls;
}

Result<CertificateFacts> certificate_facts(const TlsContext& tls) {
    const X509* certificate =
        SSL_CTX_get0_certificate(const_cast<ssl::context&>(tls.context).native_handle());
    const auto pin = pin_of(certificate);
    std::tm expires{};
    if (!pin || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &expires) != 1)
        return Error{ErrorCode::bad_config, "read the TLS certificate in use"};
    return CertificateFacts{*pin, static_cast<std::int64_t>(::timegm(&expires)) * 1000};
}

Result<std::shared_ptr<TlsContext>> make_client_tls(const std::string& host,
                                                    const std::optional<Hash256>& pin) {
    auto tls =
        std::make_shared<TlsContext>(TlsContext{ssl::context(ssl::context::tls_client), host, pin});
    SSL_CTX_set_min_proto_version(tls->context.native_handle(), TLS1_2_VERSION);
    SSL_CTX_set_options(tls->context.native_handle(),
                        SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    // With a pin the certificate's own claims are not looked at: the key is compared once the
    // handshake has shown that the peer holds it, before anything is sent.
    if (pin) return tls;
    error_code failed;
    tls->context.set_default_verify_paths(failed);
    if (failed)
        return Error{ErrorCode::bad_config, "load the system's TLS roots: " + failed.message()};
    return tls;
}

Result<std::shared_ptr<TlsContext>> make_looking_tls(const std::string& host) {
    // With any pin no roots are read; the key is noted instead of compared.
    SATCHEL_TRY(tls, make_client_tls(host, Hash256{}));
    tls->only_looks = true;
    return tls;
}

std::optional<Hash256> key_seen(const TlsContext& tls) {
    return tls.seen;
}

std::optional<Hash256> pin_of(const X509* certificate) {
    if (certificate == nullptr) return std::nullopt;
    unsigned char* der = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    if (size <= 0) return std::nullopt;
    Hash256 pin{};
    SHA256(der, static_cast<std::size_t>(size), pin.data());
    OPENSSL_free(der);
    return pin;
}

Result<Hash256> pin_of_certificate(const std::filesystem::path& certificate_chain) {
    std::FILE* file = std::fopen(certificate_chain.c_str(), "rb");
    if (file == nullptr)
        return errno_error("read certificate '" + certificate_chain.string() + "'", errno);
    X509* certificate = PEM_read_X509(file, nullptr, nullptr, nullptr);
    std::fclose(file);
    const auto pin = pin_of(certificate);
    X509_free(certificate);
    if (!pin)
        return Error{
            ErrorCode::bad_config,
            "read certificate '" + certificate_chain.string() + "': not a PEM certificate"};
    return *pin;
}

}  // namespace satchel::http
