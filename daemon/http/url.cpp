#include "daemon/http/url.h"

#include "daemon/http/gate.h"
#include "shared/base/utf8.h"

#include <algorithm>

#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace satchel::http {

namespace {

constexpr std::string_view kBadPort = "the port is not a number from 1 to 65535";

/// The address for a message: a name and password in it are nobody's to read.
std::string shown(std::string_view text) {
    constexpr std::size_t kShownMax = 200;
    const std::size_t authority =
        text.find("://") == std::string_view::npos ? 0 : text.find("://") + 3;
    const std::size_t end = std::min(text.find_first_of("/?#", authority), text.size());
    const std::size_t at = text.substr(0, end).rfind('@');
    std::string told(text.substr(0, kShownMax));
    if (at != std::string_view::npos && at >= authority)
        told =
            std::string(text.substr(0, authority)) + "…" + std::string(text.substr(at, kShownMax));
    return escape_for_terminal(told);
}

Error bad_url(std::string_view text, std::string_view reason) {
    return {ErrorCode::bad_config,
            "read hub address '" + shown(text) + "': " + std::string(reason),
            "write it like https://hub.example.org or https://hub.example.org:8443"};
}

/// What people write that is no address at all, in words that name it; empty for the rest.
std::string_view find_slip(std::string_view text) {
    if (text.empty()) return "it is empty";
    if (text.find_first_of(" \t\r\n") != std::string_view::npos) return "there is a space in it";
    const auto is_ascii = [](char letter) { return static_cast<unsigned char>(letter) < 0x80; };
    if (!std::ranges::all_of(text, is_ascii))
        return "a name with other letters than a to z is written in its ASCII form, xn--…";
    const std::size_t scheme = text.find("://");
    if (text.starts_with("file:") || text.starts_with("/") || text.starts_with("."))
        return "a folder is no hub";
    if (scheme == std::string_view::npos) return "https:// is missing in front of it";
    const std::string_view rest = text.substr(scheme + 3);
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
    if (authority.find('@') != std::string_view::npos) return {};
    if (authority.find('%') != std::string_view::npos)
        return "it has no host that can be looked up";
    const bool has_brackets = authority.find('[') != std::string_view::npos;
    if (!has_brackets && std::ranges::count(authority, ':') > 1)
        return "an IPv6 address stands in brackets, like https://[2001:db8::1]:9100";
    const std::size_t colon = authority.rfind(':');
    if (!has_brackets && colon != std::string_view::npos &&
        authority.find_first_not_of("0123456789", colon + 1) != std::string_view::npos)
        return kBadPort;
    return {};
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
    if (const std::string_view slip = find_slip(text); !slip.empty()) return bad_url(text, slip);
    const auto parsed = boost::urls::parse_uri(text);
    if (!parsed) return bad_url(text, "not a web address");
    const boost::urls::url_view& parts = *parsed;
    const bool is_tls = parts.scheme_id() == boost::urls::scheme::https;
    if (!is_tls && parts.scheme_id() != boost::urls::scheme::http)
        return bad_url(text, "only https and http are known");
    if (parts.has_userinfo()) return bad_url(text, "it must not carry a name or password");
    const bool has_path = !parts.encoded_path().empty() && parts.encoded_path() != "/";
    if (has_path || parts.has_query() || parts.has_fragment())
        return bad_url(text, "nothing may follow the host");
    const std::string host = parts.host_address();
    constexpr std::string_view kHostChars =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:_";
    if (host.empty() || host.find_first_not_of(kHostChars) != std::string::npos)
        return bad_url(text, "it has no host that can be looked up");
    if (host.ends_with('.')) return bad_url(text, "the host must not end with a dot");
    // The library's own number wraps around at 65,536.
    const auto written = parse_decimal(std::string(parts.port()));
    if (parts.has_port() && (!written || *written == 0 || *written > 65'535))
        return bad_url(text, kBadPort);
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
