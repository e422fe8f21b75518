// Segments and heads differ in their clear header only; both go through `seal_body` and
// `open_body`.
#include "daemon/crypto/seal.h"

#include "daemon/crypto/compress.h"
#include "daemon/crypto/labels.h"
#include "daemon/crypto/xaes.h"
#include "shared/base/assert.h"
#include "shared/base/limits.h"

#include <algorithm>

namespace satchel::crypto {

namespace {

/// What makes an object of one kind an object of that kind.
struct Kind {
    std::string_view what;  // in errors
    std::string_view key_label;
    std::string_view sign_label;
};

constexpr Kind kSegmentKind{"segment", labels::kSegment, labels::kSignSegment};
constexpr Kind kHeadKind{"head", labels::kHead, labels::kSignHead};

struct SealedBody {
    Commitment commitment{};
    Nonce nonce{};
    Bytes sealed;
};

Error open_error(ErrorCode code, const Kind& kind, const DeviceId& device, std::string_view why) {
    return {code,
            "open a " + std::string(kind.what) + " of device " + device.text() + ": " +
                std::string(why)};
}

// Associated data: kind and workspace, which no header says, then the fields of the header that do
// not depend on the body. The commitment is added once it is known.
Bytes binding_of(const Kind& kind, const WorkspaceId& workspace, ByteView clear_fields) {
    Bytes binding;
    ByteWriter out(binding);
    out.raw(as_bytes(kind.key_label));
    out.u8(0);
    out.raw(workspace.view());
    out.raw(clear_fields);
    return binding;
}

// The header as it is before commitment, nonce and length are known.
Bytes clear_fields_of(const wire::SegmentHeader& header) {
    wire::SegmentHeader clear = header;
    clear.commitment = {};
    clear.nonce = {};
    clear.body_bytes = 0;
    return wire::encode_segment_header(clear);
}

// What the signature covers: workspace, header, SHA-256 of the sealed body.
Bytes signed_part(const WorkspaceId& workspace, ByteView header_bytes, ByteView sealed) {
    Bytes bytes = to_bytes(workspace.view());
    ByteWriter out(bytes);
    out.raw(header_bytes);
    out.raw(sha256(sealed));
    return bytes;
}

Bytes with_commitment(Bytes binding, const Commitment& commitment) {
    ByteWriter(binding).raw(commitment);
    return binding;
}

Result<SealedBody> seal_body(const Kind& kind,
                             const Keyring& keyring,
                             KeyView hedge_key,
                             std::pair<ByteView, ByteView> fields_and_plain,
                             RandomSource& random) {
    const auto& [clear_fields, plain] = fields_and_plain;
    SATCHEL_TRY(packed, pack(plain));
    const Bytes binding = binding_of(kind, keyring.workspace(), clear_fields);
    SealedBody body;
    SATCHEL_TRY(nonce, hedged_nonce(hedge_key, random, packed, binding));
    body.nonce = nonce;
    Wiped<32> key;
    SATCHEL_ASSERT(keyring.object_key(keyring.epoch(), kind.key_label, key.span()));
    const XaesMessage message(key.view(), nonce);
    body.commitment = message.commitment();
    body.sealed = message.seal(with_commitment(binding, body.commitment), packed);
    return body;
}

// What a push can carry, which is less than what a device accepts.
constexpr std::size_t kSealedBytesMax =
    std::min(limits::kObjectBytesMax, limits::kHttpBodyBytesMax - limits::kHttpFramingBytes);

// Header, body and signature, when the whole is not larger than a push can carry.
Result<Bytes> assemble(const Kind& kind,
                       const WorkspaceId& workspace,
                       const DeviceKeys& keys,
                       Bytes header_bytes,
                       ByteView sealed) {
    if (header_bytes.size() + sealed.size() + sizeof(Signature) > kSealedBytesMax)
        return Error{ErrorCode::too_large,
                     "seal a " + std::string(kind.what) + ": larger than an object may be"};
    const Signature signature =
        keys.sign(kind.sign_label, signed_part(workspace, header_bytes, sealed));
    Bytes object = std::move(header_bytes);
    object.reserve(object.size() + sealed.size() + signature.size());
    ByteWriter out(object);
    out.raw(sealed);
    out.raw(signature);
    return object;
}

/// The parts of an object that opening its body needs.
struct BodyView {
    const DeviceId& device;
    std::uint32_t epoch;
    const Commitment& commitment;
    const Nonce& nonce;
    ByteView sealed;
};

Result<Bytes> open_body(const Kind& kind,
                        const Keyring& keyring,
                        ByteView clear_fields,
                        const BodyView& body) {
    Wiped<32> key;
    if (!keyring.object_key(body.epoch, kind.key_label, key.span()))
        return open_error(ErrorCode::refused,
                          kind,
                          body.device,
                          "this device has no key of epoch " + std::to_string(body.epoch));
    const XaesMessage message(key.view(), body.nonce);
    if (!equal_constant_time(message.commitment(), body.commitment))
        return open_error(ErrorCode::corrupt, kind, body.device, "it is sealed with another key");
    Bytes binding = binding_of(kind, keyring.workspace(), clear_fields);
    const auto packed =
        message.open(with_commitment(std::move(binding), body.commitment), body.sealed);
    if (!packed) return open_error(ErrorCode::corrupt, kind, body.device, "it is not authentic");
    return unpack(*packed);
}

// The public key of a member, when the log is the keyring's.
Result<PublicKey> key_of(const Kind& kind,
                         const Keyring& keyring,
                         const Members& members,
                         const DeviceId& device) {
    const Member* member =
        members.workspace() == keyring.workspace() ? members.find(device) : nullptr;
    if (member == nullptr)
        return open_error(ErrorCode::refused, kind, device, "the device is not a member");
    return member->ed_public;
}

}  // namespace

bool verify_segment_signature(const PublicKey& ed_public,
                              const WorkspaceId& workspace,
                              const wire::SegmentView& segment) {
    return verify_signed(ed_public,
                         labels::kSignSegment,
                         signed_part(workspace, segment.header_bytes, segment.sealed),
                         segment.signature);
}

bool verify_head_signature(const PublicKey& ed_public,
                           const WorkspaceId& workspace,
                           const wire::HeadView& head) {
    return verify_signed(ed_public,
                         labels::kSignHead,
                         signed_part(workspace, head.header_bytes, head.sealed),
                         head.signature);
}

Result<Bytes> seal_segment(const Keyring& keyring,
                           const DeviceKeys& keys,
                           const SegmentPosition& position,
                           ByteView plain,
                           RandomSource& random) {
    SATCHEL_ASSERT(position.from <= position.to);
    wire::SegmentHeader header;
    header.device = keys.device();
    header.lane = position.lane;
    header.from = position.from;
    header.to = position.to;
    header.epoch = keyring.epoch();
    header.link = position.link;
    const Bytes fields = clear_fields_of(header);
    SATCHEL_TRY(body, seal_body(kSegmentKind, keyring, keys.hedge_key(), {fields, plain}, random));
    header.commitment = body.commitment;
    header.nonce = body.nonce;
    header.body_bytes = static_cast<std::uint32_t>(body.sealed.size());
    return assemble(
        kSegmentKind, keyring.workspace(), keys, wire::encode_segment_header(header), body.sealed);
}

Result<OpenedSegment> open_segment(const Keyring& keyring,
                                   const Members& members,
                                   ByteView object) {
    SATCHEL_TRY(view, wire::parse_segment(object));
    const wire::SegmentHeader& header = view.header;
    SATCHEL_TRY(ed_public, key_of(kSegmentKind, keyring, members, header.device));
    if (!verify_segment_signature(ed_public, keyring.workspace(), view))
        return open_error(
            ErrorCode::refused, kSegmentKind, header.device, "its signature is wrong");
    if (!members.find(header.device)->may_have_written(header.lane, header.to))
        return open_error(
            ErrorCode::refused, kSegmentKind, header.device, "the device might not write it");
    const BodyView body{header.device, header.epoch, header.commitment, header.nonce, view.sealed};
    SATCHEL_TRY(plain, open_body(kSegmentKind, keyring, clear_fields_of(header), body));
    return OpenedSegment{header, std::move(plain)};
}

Result<Bytes> seal_head(const Keyring& keyring,
                        const DeviceKeys& keys,
                        wire::HeadClear clear,
                        ByteView payload,
                        RandomSource& random) {
    clear.device = keys.device();
    clear.epoch = keyring.epoch();
    const Bytes fields = wire::encode_head_clear(clear);
    SATCHEL_TRY(body, seal_body(kHeadKind, keyring, keys.hedge_key(), {fields, payload}, random));
    Bytes header_bytes = wire::encode_head_header(
        clear, body.commitment, body.nonce, static_cast<std::uint32_t>(body.sealed.size()));
    return assemble(kHeadKind, keyring.workspace(), keys, std::move(header_bytes), body.sealed);
}

Result<OpenedHead> open_head(const Keyring& keyring, const Members& members, ByteView object) {
    SATCHEL_TRY(view, wire::parse_head(object));
    SATCHEL_TRY(ed_public, key_of(kHeadKind, keyring, members, view.clear.device));
    if (!verify_head_signature(ed_public, keyring.workspace(), view))
        return open_error(
            ErrorCode::refused, kHeadKind, view.clear.device, "its signature is wrong");
    const BodyView body{
        view.clear.device, view.clear.epoch, view.commitment, view.nonce, view.sealed};
    SATCHEL_TRY(payload, open_body(kHeadKind, keyring, wire::encode_head_clear(view.clear), body));
    return OpenedHead{std::move(view.clear), std::move(payload)};
}

}  // namespace satchel::crypto
