// Writing and reading of join strings; the fields are in join_string.h.
#include "shared/protocol/wire/join_string.h"

#include "shared/protocol/wire/check_text.h"
#include "shared/protocol/wire/pasted.h"

namespace satchel::wire {

namespace {

constexpr Byte kVersion = 1;
constexpr Byte kHasPin = 1;
constexpr Byte kHasInvite = 2;
constexpr std::size_t kUrlCharsMax = 512;
constexpr std::size_t kHubIdCharsMax = 64;
constexpr std::size_t kCodeCharsMax = 128;
/// What the text of a device's API key begins with, whatever its version.
constexpr std::string_view kApiKeyPrefix = "satchel_dk";
constexpr std::string_view kCopyHint =
    "copy the whole line that `satchelctl sync register` printed, in one piece";

Error refused(std::string_view why) {
    return {ErrorCode::refused, std::string(why), std::string(kCopyHint)};
}

bool is_plain(std::string_view text, std::size_t chars_max) {
    return text.size() <= chars_max && std::all_of(text.begin(), text.end(), [](char letter) {
               return letter > ' ' && letter <= '~';
           });
}

bool has_plain_texts(const JoinTicket& ticket) {
    return !ticket.hub_url.empty() && is_plain(ticket.hub_url, kUrlCharsMax) &&
           is_plain(ticket.hub_id, kHubIdCharsMax) &&
           is_plain(ticket.admission_code, kCodeCharsMax);
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n\v\f";
    const std::size_t first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

Bytes encode_fields(const JoinTicket& ticket) {
    Bytes bytes;
    ByteWriter out(bytes);
    out.u8(kVersion);
    out.u8(static_cast<Byte>((ticket.tls_pin ? kHasPin : 0) | (ticket.invite ? kHasInvite : 0)));
    out.sized(ticket.hub_url);
    out.sized(ticket.hub_id);
    if (ticket.tls_pin) out.raw(*ticket.tls_pin);
    out.sized(ticket.admission_code);
    if (ticket.invite) {
        out.raw(ticket.invite->workspace.view());
        out.raw(ticket.invite->genesis_hash);
        out.raw(ticket.invite->secret);
        out.raw(ticket.invite->inviter.view());
    }
    out.u64(static_cast<std::uint64_t>(ticket.expires_ms));
    return bytes;
}

Result<JoinTicket> decode_fields(ByteView bytes) {
    ByteReader in(bytes);
    const unsigned version = in.u8();
    const unsigned parts = in.u8();
    if (in.failed()) return refused("read the join string: it is empty");
    if (version != kVersion || parts > (kHasPin | kHasInvite))
        return Error{ErrorCode::version_mismatch,
                     "read the join string: another version of Satchel made it",
                     "update Satchel on this device"};
    JoinTicket ticket;
    ticket.hub_url = as_text(in.sized());
    ticket.hub_id = as_text(in.sized());
    if ((parts & kHasPin) != 0) in.fill(ticket.tls_pin.emplace());
    ticket.admission_code = as_text(in.sized());
    if ((parts & kHasInvite) != 0) {
        Invite& invite = ticket.invite.emplace();
        in.fill(invite.workspace.bytes);
        in.fill(invite.genesis_hash);
        in.fill(invite.secret);
        in.fill(invite.inviter.bytes);
    }
    ticket.expires_ms = static_cast<UnixMs>(in.u64());
    if (!in.finished() || !has_plain_texts(ticket))
        return refused("read the join string: its fields do not parse");
    return ticket;
}

}  // namespace

Result<std::string> to_join_string(const JoinTicket& ticket) {
    if (!has_plain_texts(ticket))
        return Error{ErrorCode::invalid_argument,
                     "make a join string: the hub's address or code is too long or not ASCII"};
    std::string text(kJoinPrefix);
    text += to_base32(encode_fields(ticket));
    const auto check = check_text(text);
    return text.append(check.data(), check.size());
}

Result<JoinTicket> parse_join_string(std::string_view text) {
    text = trimmed(text);
    if (text.size() > kJoinCharsMax) return refused("read the join string: it is too long");
    if (const auto mistake = pasting_mistake(text); !mistake.empty())
        return refused("read the join string: " + std::string(mistake));
    if (text.starts_with(kApiKeyPrefix))
        return refused(
            "read the join string: it is a device's API key, which never leaves its device");
    if (!text.starts_with(kJoinPrefix))
        return refused("read the join string: it does not start with " + std::string(kJoinPrefix));
    const auto body = without_check(text);
    // A body shorter than the prefix: the characters of the checksum reach into the prefix.
    if (!body || body->size() < kJoinPrefix.size())
        return refused(
            "the join string's checksum does not match: a character is missing or mistyped");
    const auto bytes = from_base32(body->substr(kJoinPrefix.size()));
    if (!bytes) return refused("read the join string: its characters are not base32");
    return decode_fields(*bytes);
}

}  // namespace satchel::wire
