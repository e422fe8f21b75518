// Damages what was sealed and opens it: nothing but the very bytes that were sealed may open. Of
// the input, byte 0 picks the object, bytes 1 and 2 a place in it, and the rest is written there,
// beyond the object's end too. The whole input is also opened as if it had been sent.
// links: satchel::crypto
#include "daemon/crypto/membership.h"
#include "daemon/crypto/seal.h"

#include <cstdlib>

namespace {

using namespace satchel;

/// The same bytes in every run, so that a found input stays one.
class CountingRandom final : public crypto::RandomSource {
  public:
    Status fill(std::span<Byte> out) override {
        for (Byte& byte : out) byte = next_++;
        return ok();
    }

  private:
    Byte next_ = 7;
};

/// A workspace of one device, and one object of every kind.
struct Sealed {
    CountingRandom random;
    crypto::Keyring keyring = *crypto::Keyring::create(random);
    crypto::DeviceKeys keys{*crypto::ApiKey::create(random)};
    Bytes genesis = *crypto::make_genesis(keyring, keys, "desk", random);
    crypto::Members members = *crypto::Members::verify({&genesis, 1}, std::nullopt);
    Bytes segment =
        *crypto::seal_segment(keyring, keys, {{}, 1, 2, {}}, as_bytes("two ops"), random);
    Bytes head = *crypto::seal_head(keyring, keys, {}, as_bytes("state"), random);
    Bytes local = *crypto::seal_keyring(keyring, keys, random);

    [[nodiscard]] const Bytes& object(unsigned kind) const {
        const Bytes* all[] = {&segment, &head, &genesis, &local};
        return *all[kind % std::size(all)];
    }

    [[nodiscard]] bool opens(unsigned kind, const Bytes& object) const {
        switch (kind % 4) {
            case 0:
                return crypto::open_segment(keyring, members, object).has_value();
            case 1:
                return crypto::open_head(keyring, members, object).has_value();
            case 2:
                return crypto::Members::verify({&object, 1}, members.genesis_hash()).has_value();
            default:
                return crypto::open_keyring(keys, object).has_value();
        }
    }
};

void require(bool holds) {
    if (!holds) std::abort();
}

int fuzz_sealed(std::span<const std::uint8_t> input) {
    static const Sealed sealed;
    for (unsigned kind = 0; kind < 4; ++kind)
        require(sealed.opens(kind, to_bytes(input)) == (to_bytes(input) == sealed.object(kind)));
    if (input.size() < 3) return 0;
    const unsigned kind = input[0];
    Bytes object = sealed.object(kind);
    const std::size_t at = (input[1] * 256u + input[2]) % (object.size() + 1);
    const auto damage = input.subspan(3);
    object.resize(std::max(object.size(), at + damage.size()));
    std::copy(damage.begin(), damage.end(), object.begin() + static_cast<std::ptrdiff_t>(at));
    require(sealed.opens(kind, object) == (object == sealed.object(kind)));
    return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return fuzz_sealed({data, size});
}
