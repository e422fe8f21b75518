// Names are judged word by word. A word ends at anything that is no letter and where the case
// changes ("apiKey", "APIKey"); the same run of letters is judged as a whole too, so that neither
// "PASSWORD" nor "pAssWord" slips through.
#include "daemon/sources/secret_names.h"

#include "daemon/sources/secret_forms.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace satchel::sources {

namespace {

using std::string_view;

/// Secret wherever they are a word of a name.
constexpr std::array<string_view, 37> kSecretWords = {
    "apikey",     "auth",     "authorization", "bearer",      "cookie",
    "cookies",    "cred",     "credential",    "credentials", "creds",
    "dsn",        "jwt",      "kennwort",      "key",         "keys",
    "otp",        "pass",     "passcode",      "passphrase",  "passw",
    "passwd",     "password", "passwords",     "passwort",    "pat",
    "pgpass",     "pw",       "pwd",           "secret",      "secrets",
    "senha",      "token",    "tokens",        "totp",        "wachtwoord",
    "contrasena", "dbpass",
};

/// Words that are secrets with anything written before them in one word: "userpassword".
constexpr std::array<string_view, 10> kSecretEnds = {
    "password",
    "passwords",
    "passwd",
    "passphrase",
    "secret",
    "secrets",
    "token",
    "tokens",
    "credential",
    "credentials",
};

/// With "key" behind them in one word a secret: "apikey", but neither "monkey" nor "hotkey".
constexpr std::array<string_view, 33> kKeyOwners = {
    "access",  "account", "admin",   "aes",     "api",        "app",  "auth",   "bot",    "cipher",
    "client",  "crypt",   "deploy",  "encrypt", "encryption", "gpg",  "hmac",   "host",   "license",
    "master",  "pgp",     "priv",    "private", "root",       "rsa",  "secret", "server", "service",
    "session", "sign",    "signing", "ssh",     "storage",    "sync",
};

/// Beside "token" or "tokens" they make a number of it: "model.max_tokens".
constexpr std::array<string_view, 12> kCountWords = {
    "max",
    "min",
    "limit",
    "count",
    "budget",
    "num",
    "number",
    "total",
    "usage",
    "per",
    "used",
    "context",
};

/// Whole names that are secrets or belong to one machine's access, whatever their words say.
constexpr std::array<string_view, 10> kSecretNames = {
    "cc_server",
    "cc_api_key",
    "sync.server",
    "sync_server",
    "sync.url",
    "pg_connection",
    "pg.connection",
    "pg_uri",
    "pg.uri",
    "database_url",
};

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

bool is_letter(char c) {
    return is_lower(c) || is_upper(c);
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string folded(string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) {
        return is_upper(c) ? static_cast<char>(c + ('a' - 'A')) : c;
    });
    return out;
}

template <std::size_t size>
bool is_one_of(const std::array<string_view, size>& words, string_view word) {
    return std::ranges::find(words, word) != words.end();
}

bool is_same_name(string_view left, string_view right) {
    return folded(left) == folded(right);
}

/// The words of one run of letters: itself, and its parts where the case changes.
void add_words(string_view run, std::vector<std::string>& words) {
    words.push_back(folded(run));
    std::size_t start = 0;
    for (std::size_t i = 1; i < run.size(); ++i) {
        const bool is_start = is_lower(run[i - 1]) && is_upper(run[i]);
        // "APIKey": the last capital belongs to the word that follows.
        const bool is_acronym_end =
            i + 1 < run.size() && is_upper(run[i - 1]) && is_upper(run[i]) && is_lower(run[i + 1]);
        if (!is_start && !is_acronym_end) continue;
        words.push_back(folded(run.substr(start, i - start)));
        start = i;
    }
    if (start > 0) words.push_back(folded(run.substr(start)));
}

std::vector<std::string> words_of(string_view name) {
    std::vector<std::string> words;
    std::size_t start = 0;
    for (std::size_t i = 0; i <= name.size(); ++i) {
        if (i < name.size() && is_letter(name[i])) continue;
        if (i > start) add_words(name.substr(start, i - start), words);
        start = i + 1;
    }
    return words;
}

bool is_secret_word(string_view word) {
    if (is_one_of(kSecretWords, word)) return true;
    if (std::ranges::any_of(kSecretEnds, [&](string_view end) { return word.ends_with(end); }))
        return true;
    for (const string_view end : {string_view("keys"), string_view("key")})
        if (word.ends_with(end) && is_one_of(kKeyOwners, word.substr(0, word.size() - end.size())))
            return true;
    return word.starts_with("password") || word.starts_with("passwd");
}

/// True for "max" in "max_tokens" and for "maxtokens".
bool is_count_of_tokens(string_view word) {
    if (word.ends_with("tokens")) word.remove_suffix(string_view("tokens").size());
    return is_one_of(kCountWords, word);
}

/// A token starts where no word is under way, so that "task-force-of-the-new-age" is none.
bool has_token(string_view value) {
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (i > 0 && (is_letter(value[i - 1]) || is_digit(value[i - 1]))) continue;
        for (const TokenForm& form : token_forms())
            if (match_token(value.substr(i), form) > 0) return true;
    }
    return false;
}

bool has_private_key(string_view value) {
    const auto begin = value.find("-----BEGIN ");
    return begin != string_view::npos && value.find("PRIVATE KEY", begin) != string_view::npos;
}

/// `scheme://user:password@host`.
bool has_password_in_url(string_view value) {
    for (auto at = value.find("://"); at != string_view::npos; at = value.find("://", at)) {
        at += 3;
        const auto end = std::min(value.find_first_of("/?# \t\r\n\"'<>", at), value.size());
        const string_view authority = value.substr(at, end - at);
        const auto user_end = authority.rfind('@');
        if (user_end == string_view::npos) continue;
        const auto colon = authority.find(':');
        if (colon + 1 < user_end && colon != string_view::npos) return true;
    }
    return false;
}

/// The name that ends at `end`: letters, digits, and what joins them.
string_view name_before(string_view value, std::size_t end) {
    constexpr std::size_t kNameMax = 128;
    std::size_t start = end;
    while (start > 0 && end - start < kNameMax && is_token_character(value[start - 1])) --start;
    return value.substr(start, end - start);
}

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// `"api_key": "..."` with something in it, or `password=...`.
bool has_secret_field(string_view value) {
    for (std::size_t i = 1; i < value.size(); ++i) {
        if (value[i] != '=' && value[i] != ':') continue;
        std::size_t end = i;
        while (end > 0 && is_blank(value[end - 1])) --end;
        const bool is_quoted = end > 0 && (value[end - 1] == '"' || value[end - 1] == '\'');
        if (value[i] == ':' && !is_quoted) continue;
        std::size_t next = i + 1;
        while (next < value.size() && is_blank(value[next])) ++next;
        const string_view rest = value.substr(next);
        const bool is_empty = rest.empty() || rest.starts_with("\"\"") || rest.starts_with("''") ||
                              rest.starts_with("null") || rest.starts_with("&");
        if (is_empty) continue;
        if (is_secret_name(name_before(value, is_quoted ? end - 1 : end))) return true;
    }
    return false;
}

}  // namespace

bool is_secret_name(string_view name) {
    if (is_one_of(kSecretNames, folded(name))) return true;
    const std::vector<std::string> words = words_of(name);
    const bool is_count = std::ranges::any_of(words, is_count_of_tokens);
    return std::ranges::any_of(words, [&](string_view word) {
        const bool is_number = is_count && (word.ends_with("token") || word.ends_with("tokens"));
        return !is_number && is_secret_word(word);
    });
}

bool is_secret_value(string_view value) {
    return has_token(value) || has_private_key(value) || has_password_in_url(value) ||
           has_secret_field(value);
}

bool is_secret_setting(string_view name, string_view value, const SecretExceptions& exceptions) {
    const auto is_listed = [&](const std::vector<std::string>& names) {
        return std::ranges::any_of(
            names, [&](const std::string& listed) { return is_same_name(listed, name); });
    };
    if (is_listed(exceptions.keep)) return true;
    if (is_listed(exceptions.send)) return false;
    return is_secret_name(name) || is_secret_value(value);
}

std::vector<std::string> split_names(string_view list) {
    std::vector<std::string> names;
    std::size_t start = 0;
    for (std::size_t i = 0; i <= list.size(); ++i) {
        if (i < list.size() && list[i] != ',' && !is_blank(list[i])) continue;
        if (i > start) names.emplace_back(list.substr(start, i - start));
        start = i + 1;
    }
    return names;
}

}  // namespace satchel::sources
