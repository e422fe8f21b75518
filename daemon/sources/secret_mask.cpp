#include "daemon/sources/secret_mask.h"

#include "daemon/sources/secret_coats.h"
#include "daemon/sources/secret_forms.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace satchel::sources {

namespace {

using std::string_view;

constexpr char kMark = '*';
constexpr std::size_t kAnchorBytes = 3;
constexpr std::size_t kTokenMax = 8192;

/// Names of secrets, as parts of longer names too ("clientSecret").
constexpr std::array<string_view, 12> kNames = {
    "password",
    "passwd",
    "passphrase",
    "passwort",
    "secret",
    "token",
    "api_key",
    "api-key",
    "apikey",
    "access_key",
    "private_key",
    "credential",
};
constexpr string_view kScheme = "://";
constexpr string_view kBearer = "Bearer ";
constexpr string_view kPrivateKey = "-----BEGIN";

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

bool is_letter(char c) {
    return is_lower(c) || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// What a secret shows itself by.
struct Anchor {
    enum class Kind : std::uint8_t { token, name, scheme, bearer, private_key };
    Kind kind = Kind::token;
    CoatedPrefix prefix;              // of a token; else only the text
    const TokenForm* form = nullptr;  // of a token
    bool is_password = false;         // of a name: shorter values count
};

/// All anchors, by their first bytes.
class Anchors {
  public:
    Anchors() {
        for (const TokenForm& form : token_forms())
            for (CoatedPrefix& prefix : dress(form.prefix))
                add({Anchor::Kind::token, std::move(prefix), &form, false});
        for (const string_view name : kNames) add_name(name);
        add({Anchor::Kind::scheme, {Coat::plain, 0, std::string(kScheme)}, nullptr, false});
        add({Anchor::Kind::bearer, {Coat::plain, 0, std::string(kBearer)}, nullptr, false});
        add({Anchor::Kind::private_key,
             {Coat::plain, 0, std::string(kPrivateKey)},
             nullptr,
             false});
    }

    [[nodiscard]] bool may_begin_at(const char* at) const {
        return bits_.test(place_of(first_bytes(at)));
    }

    /// The anchors that begin with the bytes at `at`.
    [[nodiscard]] const std::vector<Anchor>* find(const char* at) const {
        const auto found = by_bytes_.find(first_bytes(at));
        return found == by_bytes_.end() ? nullptr : &found->second;
    }

  private:
    static constexpr std::size_t kPlaces = 1u << 15;

    static std::uint32_t first_bytes(const char* at) {
        const auto byte = [&](std::size_t i) {
            return std::uint32_t{static_cast<unsigned char>(at[i])};
        };
        return byte(0) | byte(1) << 8 | byte(2) << 16;
    }

    static std::size_t place_of(std::uint32_t bytes) { return (bytes * 2654435761u) >> 17; }

    void add(Anchor anchor) {
        const std::uint32_t bytes = first_bytes(anchor.prefix.text.data());
        bits_.set(place_of(bytes));
        by_bytes_[bytes].push_back(std::move(anchor));
    }

    void add_name(string_view name) {
        std::string upper(name), capital(name), camel;
        for (char& c : upper)
            if (is_lower(c)) c = static_cast<char>(c - ('a' - 'A'));
        capital[0] = upper[0];
        for (std::size_t i = 0; i < name.size(); ++i)
            if (name[i] != '_' && name[i] != '-')
                camel.push_back(i > 0 && (name[i - 1] == '_' || name[i - 1] == '-') ? upper[i]
                                                                                    : name[i]);
        std::vector<std::string> spellings = {std::string(name), upper, capital, camel};
        std::ranges::sort(spellings);
        spellings.erase(std::unique(spellings.begin(), spellings.end()), spellings.end());
        for (std::string& spelling : spellings)
            add({Anchor::Kind::name,
                 {Coat::plain, 0, std::move(spelling)},
                 nullptr,
                 name.starts_with("pass")});
    }

    std::bitset<kPlaces> bits_;
    std::unordered_map<std::uint32_t, std::vector<Anchor>> by_bytes_;
};

/// What ends a value that a name, a scheme or "Bearer" announced.
bool ends_value(char c) {
    return static_cast<unsigned char>(c) <= ' ' ||
           string_view("\"'`\\,;(){}[]<>&|").find(c) != string_view::npos;
}

bool is_uuid(string_view value) {
    if (value.size() != 36) return false;
    for (const std::size_t dash : {8u, 13u, 18u, 23u})
        if (value[dash] != '-') return false;
    return true;
}

/// True for what a person would not write as a word: letters and digits, of several kinds.
bool looks_random(string_view value, bool is_password) {
    const std::size_t shortest = is_password ? 6 : 12;
    const std::size_t kinds = is_password ? 5 : 8;
    if (value.size() < shortest || value.front() == kMark || is_uuid(value)) return false;
    if (string_view("$%/.@#").find(value.front()) != string_view::npos) return false;
    if (value.find(kScheme) != string_view::npos) return false;
    std::bitset<256> seen;
    std::size_t digits = 0, letters = 0, turns = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
        seen.set(static_cast<unsigned char>(value[i]));
        digits += is_digit(value[i]) ? 1 : 0;
        letters += is_letter(value[i]) ? 1 : 0;
        if (i > 0 && is_digit(value[i - 1]) != is_digit(value[i])) ++turns;
    }
    return digits > 0 && letters > 0 && seen.count() >= kinds && (is_password || turns >= 2);
}

class Masking {
  public:
    explicit Masking(std::span<Byte> text) : bytes_(text), text_(as_text(text)) {}

    std::size_t run() {
        static const Anchors anchors;
        if (text_.size() < kAnchorBytes) return 0;
        const std::size_t last = text_.size() - kAnchorBytes;
        for (std::size_t at = 0; at <= last;) {
            if (!anchors.may_begin_at(text_.data() + at)) {
                ++at;
                continue;
            }
            const std::size_t end = mask_at(at, anchors.find(text_.data() + at));
            at = std::max(end, at + 1);
        }
        return count_;
    }

  private:
    /// Masks a secret whose anchor stands at `at`; the end of what was looked at, or 0.
    std::size_t mask_at(std::size_t at, const std::vector<Anchor>* anchors) {
        if (anchors == nullptr) return 0;
        for (const Anchor& anchor : *anchors) {
            if (!text_.substr(at).starts_with(anchor.prefix.text)) continue;
            const std::size_t behind = at + anchor.prefix.text.size();
            std::size_t end = 0;
            switch (anchor.kind) {
                case Anchor::Kind::token:
                    end = mask_token(at, anchor);
                    break;
                case Anchor::Kind::name:
                    end = mask_named(behind, anchor.is_password);
                    break;
                case Anchor::Kind::scheme:
                    end = mask_in_address(behind);
                    break;
                case Anchor::Kind::bearer:
                    end = mask_value(behind, false);
                    break;
                case Anchor::Kind::private_key:
                    end = mask_private_key(behind);
                    break;
            }
            if (end > 0) return end;
        }
        return 0;
    }

    std::size_t cover(std::size_t begin, std::size_t end) {
        std::ranges::fill(bytes_.subspan(begin, end - begin), static_cast<Byte>(kMark));
        return end;
    }

    std::size_t mask(std::size_t begin, std::size_t end) {
        ++count_;
        return cover(begin, end);
    }

    /// True inside a word, where no token begins; the letter of an escape ("\n") is none.
    [[nodiscard]] bool is_inside_word(std::size_t at) const {
        if (at == 0) return false;
        const char before = text_[at - 1];
        if (!is_letter(before) && !is_digit(before)) return false;
        return at < 2 || text_[at - 2] != '\\';
    }

    /// True for what is letters and digits only and has one of base64's other characters at an end:
    /// in a picture's megabytes any beginning of a token occurs.
    [[nodiscard]] bool is_part_of_base64(std::size_t at, string_view token) const {
        const auto is_plain = [](char c) { return is_letter(c) || is_digit(c); };
        if (!std::ranges::all_of(token, is_plain)) return false;
        const auto is_other = [this](std::size_t i) {
            return i < text_.size() && (text_[i] == '+' || text_[i] == '/');
        };
        return (at > 0 && is_other(at - 1)) || is_other(at + token.size());
    }

    std::size_t mask_token(std::size_t at, const Anchor& anchor) {
        const bool is_plain = anchor.prefix.coat == Coat::plain;
        if (is_plain && is_inside_word(at)) return 0;
        constexpr std::size_t kEnough = 128;
        const Undressed head = undress(text_, at, anchor.prefix, kEnough);
        if (match_token(head.token, *anchor.form) == 0) return 0;
        const Undressed all = undress(text_, at, anchor.prefix, kTokenMax);
        if (is_plain && is_part_of_base64(at, all.token)) return 0;
        for (const Stretch& place : all.places) cover(place.offset, place.offset + place.size);
        ++count_;
        return all.places.back().offset + all.places.back().size;
    }

    /// The value of a name that ends at or behind `at`: `"apiKey": "..."`, `password=...`.
    std::size_t mask_named(std::size_t at, bool is_password) {
        constexpr std::size_t kNameRest = 64;
        constexpr std::size_t kBetween = 12;
        const std::size_t name_end = std::min(at + kNameRest, text_.size());
        while (at < name_end && is_token_character(text_[at])) ++at;
        at = skip(at, "\\\"' ", kBetween);
        if (at >= text_.size() || (text_[at] != ':' && text_[at] != '=')) return 0;
        at = skip(at + 1, "\\\"' =>", kBetween);
        if (text_.substr(at).starts_with(kBearer)) at += kBearer.size();
        return mask_value(at, is_password);
    }

    std::size_t mask_value(std::size_t at, bool is_password) {
        std::size_t end = at;
        while (end < text_.size() && end - at < kTokenMax && !ends_value(text_[end])) ++end;
        // A call or an index is code, not a value.
        if (end < text_.size() && (text_[end] == '(' || text_[end] == '[')) return 0;
        if (end == at || !looks_random(text_.substr(at, end - at), is_password)) return 0;
        return mask(at, end);
    }

    /// `scheme://user:password@host`, from behind the scheme.
    std::size_t mask_in_address(std::size_t at) {
        constexpr std::size_t kAuthorityMax = 256;
        std::size_t colon = 0, host = 0;
        for (std::size_t i = at; i < text_.size() && i - at < kAuthorityMax; ++i) {
            if (ends_value(text_[i]) || text_[i] == '/' || text_[i] == '?') break;
            if (text_[i] == ':' && colon == 0) colon = i;
            if (text_[i] == '@') host = i;
        }
        if (colon == 0 || host < colon + 4) return 0;
        const string_view password = text_.substr(colon + 1, host - colon - 1);
        const bool is_named = string_view("$%*<").find(password.front()) != string_view::npos;
        const bool is_example = password.starts_with("pass") || password == "secret";
        if (is_named || is_example) return 0;
        return mask(colon + 1, host);
    }

    /// From behind "-----BEGIN" to the end of the key, or of the text.
    std::size_t mask_private_key(std::size_t at) {
        constexpr std::size_t kKindMax = 40;
        constexpr string_view kIs = "PRIVATE KEY-----";
        const auto kind = text_.substr(at, kKindMax).find(kIs);
        if (kind == string_view::npos) return 0;
        const std::size_t begin = at + kind + kIs.size();
        const std::size_t end = std::min(text_.find("-----END", begin), text_.size());
        // The ends of its lines stay: in JSON they are escapes, and elsewhere they are lines.
        bool has_any = false;
        for (std::size_t i = begin; i < end; ++i) {
            if (text_[i] == '\\' && i + 1 < end) {
                ++i;
                continue;
            }
            if (text_[i] == '\n' || text_[i] == '\r' || text_[i] == kMark || text_[i] == '"')
                continue;
            bytes_[i] = static_cast<Byte>(kMark);
            has_any = true;
        }
        if (has_any) ++count_;
        return end;
    }

    [[nodiscard]] std::size_t skip(std::size_t at, string_view what, std::size_t most) const {
        const std::size_t end = std::min(at + most, text_.size());
        while (at < end && what.find(text_[at]) != string_view::npos) ++at;
        return at;
    }

    std::span<Byte> bytes_;
    string_view text_;
    std::size_t count_ = 0;
};

}  // namespace

std::size_t mask_secrets(std::span<Byte> text) {
    return Masking(text).run();
}

}  // namespace satchel::sources
