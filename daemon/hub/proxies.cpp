#include "daemon/hub/proxies.h"

#include <charconv>
#include <optional>

#include <boost/asio/ip/address.hpp>

namespace satchel::hub {

namespace {

constexpr std::size_t kNetworksMax = 64;

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

/// The address in its own bytes; one of IPv4 in IPv6's clothes as IPv4.
std::optional<std::vector<std::uint8_t>> bytes_of(std::string_view text) {
    boost::system::error_code failed;
    const auto address = boost::asio::ip::make_address(std::string(text), failed);
    if (failed) return std::nullopt;
    if (address.is_v4()) {
        const auto bytes = address.to_v4().to_bytes();
        return std::vector<std::uint8_t>(bytes.begin(), bytes.end());
    }
    const auto v6 = address.to_v6();
    if (v6.is_v4_mapped()) {
        const auto bytes =
            boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, v6).to_bytes();
        return std::vector<std::uint8_t>(bytes.begin(), bytes.end());
    }
    const auto bytes = v6.to_bytes();
    return std::vector<std::uint8_t>(bytes.begin(), bytes.end());
}

bool is_within(const std::vector<std::uint8_t>& address,
               const std::vector<std::uint8_t>& network,
               unsigned bits) {
    if (address.size() != network.size()) return false;
    for (std::size_t i = 0; i < address.size() && bits > 0; ++i) {
        const unsigned here = std::min(bits, 8u);
        const auto mask = static_cast<std::uint8_t>(0xff << (8 - here));
        if (((address[i] ^ network[i]) & mask) != 0) return false;
        bits -= here;
    }
    return true;
}

}  // namespace

Result<TrustedProxies> TrustedProxies::parse(std::string_view list) {
    TrustedProxies proxies;
    while (!list.empty()) {
        const std::string_view item = trimmed(list.substr(0, list.find(',')));
        list.remove_prefix(
            std::min(list.size(),
                     list.find(',') == std::string_view::npos ? list.size() : list.find(',') + 1));
        const auto slash = item.find('/');
        auto bytes = bytes_of(item.substr(0, slash));
        unsigned bits = bytes ? static_cast<unsigned>(bytes->size()) * 8 : 0;
        bool is_good = bytes.has_value() && proxies.networks_.size() < kNetworksMax;
        if (is_good && slash != std::string_view::npos) {
            const std::string_view text = item.substr(slash + 1);
            unsigned wanted = 0;
            const auto parsed = std::from_chars(text.data(), text.data() + text.size(), wanted);
            is_good = parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size() &&
                      wanted >= 1 && wanted <= bits;
            bits = wanted;
        }
        if (!is_good)
            return Error{ErrorCode::invalid_argument,
                         "--trusted-proxy must be addresses or networks separated by commas",
                         "for example 127.0.0.1 or 10.1.0.0/16"};
        proxies.networks_.push_back({std::move(*bytes), bits});
    }
    return proxies;
}

bool TrustedProxies::contains(std::string_view address) const {
    if (networks_.empty()) return false;
    const auto bytes = bytes_of(address);
    if (!bytes) return false;
    for (const Network& network : networks_)
        if (is_within(*bytes, network.bytes, network.bits)) return true;
    return false;
}

std::string TrustedProxies::client_of(const std::string& peer, std::string_view forwarded) const {
    if (!contains(peer)) return peer;
    std::string client = peer;
    while (!forwarded.empty()) {
        const auto comma = forwarded.rfind(',');
        const std::size_t begin = comma == std::string_view::npos ? 0 : comma + 1;
        const std::string_view last = trimmed(forwarded.substr(begin));
        // What is no address was not written by a proxy of ours.
        if (!bytes_of(last)) return client;
        client = last;
        if (!contains(last)) return client;
        forwarded = forwarded.substr(0, comma == std::string_view::npos ? 0 : comma);
    }
    return client;
}

}  // namespace satchel::hub
