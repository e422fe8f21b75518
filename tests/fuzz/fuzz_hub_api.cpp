// Feeds any bytes to every decoder of hub messages.
// links: satchel::protocol_wire
#include "shared/protocol/wire/hub_api.h"

#include <cstdlib>

namespace {

using namespace satchel;

/// What decodes has one encoding.
void require_same(const Bytes& again, ByteView input) {
    if (again.size() != input.size() || !std::equal(again.begin(), again.end(), input.begin()))
        std::abort();
}

int fuzz_hub_api(std::span<const std::uint8_t> input) {
    if (const auto v = wire::decode_hub_info(input)) require_same(wire::encode_hub_info(*v), input);
    if (const auto v = wire::decode_session_request(input))
        require_same(wire::encode_session_request(*v), input);
    if (const auto v = wire::decode_session_reply(input))
        require_same(wire::encode_session_reply(*v), input);
    if (const auto v = wire::decode_enroll_request(input))
        require_same(wire::encode_enroll_request(*v), input);
    if (const auto v = wire::decode_enroll_reply(input))
        require_same(wire::encode_enroll_reply(*v), input);
    if (const auto v = wire::decode_invite_request(input))
        require_same(wire::encode_invite_request(*v), input);
    if (const auto v = wire::decode_waiting_devices(input))
        require_same(wire::encode_waiting_devices(*v), input);
    if (const auto v = wire::decode_entries(input)) require_same(wire::encode_entries(*v), input);
    if (const auto v = wire::decode_heads(input)) require_same(wire::encode_heads(*v), input);
    if (const auto v = wire::decode_push(input)) require_same(wire::encode_push(*v), input);
    if (const auto v = wire::decode_pull(input)) require_same(wire::encode_pull(*v), input);
    if (const auto v = wire::decode_pull_reply(input))
        require_same(wire::encode_pull_reply(*v), input);
    if (const auto v = wire::decode_usage(input)) require_same(wire::encode_usage(*v), input);
    static_cast<void>(wire::decode_refusal(input));
    return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return fuzz_hub_api({data, size});
}
