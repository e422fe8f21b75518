#include "daemon/sources/secret_forms.h"

#include <algorithm>
#include <array>

namespace satchel::sources {

namespace {

constexpr std::array kTokenForms = {
    TokenForm{"sk-", 16, true},   TokenForm{"sk_live_", 8},
    TokenForm{"sk_test_", 8},     TokenForm{"rk_live_", 8},
    TokenForm{"rk_test_", 8},     TokenForm{"whsec_", 16},
    TokenForm{"ghp_", 16},        TokenForm{"gho_", 16},
    TokenForm{"ghu_", 16},        TokenForm{"ghs_", 16},
    TokenForm{"ghr_", 16},        TokenForm{"github_pat_", 16},
    TokenForm{"glpat-", 16},      TokenForm{"xoxa-", 8},
    TokenForm{"xoxb-", 8},        TokenForm{"xoxe-", 8},
    TokenForm{"xoxp-", 8},        TokenForm{"xoxr-", 8},
    TokenForm{"xoxs-", 8},        TokenForm{"xapp-", 8},
    TokenForm{"AKIA", 16},        TokenForm{"ASIA", 16, true},
    TokenForm{"AIza", 30, true},  TokenForm{"GOCSPX-", 16},
    TokenForm{"npm_", 30, true},  TokenForm{"pypi-", 30, true},
    TokenForm{"hf_", 20, true},   TokenForm{"satchel_dk1_", 8},
    TokenForm{"satchel_iv1_", 8}, TokenForm{"eyJ", 40, true},
    TokenForm{"ya29.", 20},       TokenForm{"gsk_", 20, true},
    TokenForm{"dop_v1_", 20},     TokenForm{"AGE-SECRET-KEY-", 20},
    TokenForm{"SG.", 40, true},   TokenForm{"xai-", 30, true},
};

/// A digit that is to be among a token's characters is among the first of them.
constexpr std::size_t kDigitWithin = 64;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

std::span<const TokenForm> token_forms() {
    return kTokenForms;
}

std::size_t match_token(std::string_view text, const TokenForm& form) {
    if (!text.starts_with(form.prefix)) return 0;
    const auto body = text.substr(form.prefix.size());
    // What shows that it is none shows early, so that a failure costs little wherever it happens.
    const auto head = body.substr(0, std::max(form.length, kDigitWithin));
    const auto length =
        static_cast<std::size_t>(std::ranges::find_if_not(head, is_token_character) - head.begin());
    if (length < form.length) return 0;
    if (form.is_mixed && std::ranges::none_of(head.substr(0, length), is_digit)) return 0;
    return form.prefix.size() +
           static_cast<std::size_t>(std::ranges::find_if_not(body, is_token_character) -
                                    body.begin());
}

}  // namespace satchel::sources
