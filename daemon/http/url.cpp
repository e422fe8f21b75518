#include "daemon/http/url.h"

#include "daemon/http/gate.h"

#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace satchel::http {

namespace {

Error bad_url(std::string_view text, std::string_view reason) {
    return {ErrorCode::bad_config,
            "read hub address '" + std::string(text.substr(0, 200)) + "': " + std::string(reason),
            "write it like https://hub.example.org or https://hub.example.org:8443"};
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
    const auto parsed = boost::urls::parse_uri(text);
    if (!parsed) return bad_url(text, "not a web address");
    const boost::urls::url_view& parts = *parsed;
    const bool is_tls = parts.scheme() == "https";
    if (!is_tls && parts.scheme() != "http") return bad_url(text, "only https and http are known");
    if (parts.has_userinfo()) return bad_url(text, "it must not carry a name or password");
    const bool has_path = !parts.encoded_path().empty() && parts.encoded_path() != "/";
    if (has_path || parts.has_query() || parts.has_fragment())
        return bad_url(text, "nothing may follow the host");
    const std::string host = parts.host_address();
    constexpr std::string_view kHostChars =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:_";
    if (host.empty() || host.find_first_not_of(kHostChars) != std::string::npos)
        return bad_url(text, "it has no host that can be looked up");
    // The library's own number wraps around at 65,536.
    const auto written = parse_decimal(std::string(parts.port()));
    if (parts.has_port() && (!written || *written == 0 || *written > 65'535))
        return bad_url(text, "the port is not a number from 1 to 65535");
    const auto port = static_cast<std::uint16_t>(written.value_or(is_tls ? 443 : 80));
    return Url{is_tls, host, port, std::string(parts.encoded_host_and_port())};
}

bool is_loopback_host(const std::string& host) {
    if (host == "localhost") return true;
    boost::system::error_code not_an_address;
    const auto address = boost::asio::ip::make_address(host, not_an_address);
    return !not_an_address && address.is_loopback();
}

}  // namespace satchel::http
