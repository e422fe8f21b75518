// Which settings are secrets, by their name and by the look of their value. A setting that looks
// like one stays on the machine it was made on, and is not taken from another. The rule errs on the
// side of keeping: a person can name settings that travel all the same.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace satchel::sources {

/// True for names such as "api.password", "GITHUB_TOKEN" or "dbPasswd"; false for "monkey", "path"
/// or "model.max_tokens". The time grows with the length of the name only.
bool is_secret_name(std::string_view name);

/// True for a value that holds a token of a known form, a private key, a password in a URL, or a
/// field with a secret name (`"api_key": "..."`, `password=...`). Linear in its length.
bool is_secret_value(std::string_view value);

/// What a person decided about single names, whatever the rules say; case does not matter.
struct SecretExceptions {
    std::vector<std::string> send;  ///< not secrets
    std::vector<std::string> keep;  ///< secrets
    bool operator==(const SecretExceptions&) const = default;
};

/// The verdict on one setting: the exceptions first, then its name, then its value.
bool is_secret_setting(std::string_view name,
                       std::string_view value,
                       const SecretExceptions& exceptions);

/// Names separated by commas or white space.
std::vector<std::string> split_names(std::string_view list);

}  // namespace satchel::sources
