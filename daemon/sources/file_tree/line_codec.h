// Lines as they travel, and lines as they stand in a file of this device.
//
// Problem: a transcript's records name the folder they were written in, and the assistant finds a
// session again only when that is the folder it is asked in; homes and projects lie elsewhere on
// every device. Everything else in a line is nobody's to change.
//
// Idea: one string field at a line's top level (`cwd`) is told relative to where its project, or
// the home, lies. A travelling line has "satchel-project:" or "satchel-home:" in the place of that
// prefix. A value that begins with one of these words by itself gets "satchel-literal:" in front.
// Separators behind the prefix are swapped where this device's path has backslashes.
//
// The value is compared and replaced as it is written, without reading its escapes, so all other
// bytes stay and every line comes back as it was: decode(encode(line)) == line. A line whose
// travelling form, without its newline, has kExtentBytesMax bytes or more stays as it is in both
// directions, since it travels in parts; only there a value that begins with one of the words by
// itself is read as the word elsewhere.
//
// Secrets are masked behind all that, line by line; a mask is as long as the secret. Then a line
// comes back only from what this device keeps of it (own_lines.h).
//
// A line from elsewhere may decode to what this device would encode otherwise (a home-relative path
// that lies in the project here); whoever keeps lines as files has to keep such a line beside.
#pragma once

#include "shared/base/bytes.h"

#include <optional>
#include <string>
#include <string_view>

namespace satchel::sources {

class OwnLines;

/// Which field to change, and what stands for the words here. Made without anything: no field.
class LineCodec {
  public:
    /// Absolute paths as programs of this device write them; empty ones are not known.
    struct Roots {
        std::string project;
        std::string home;
    };

    LineCodec() = default;
    LineCodec(std::string_view field, const Roots& roots);

    /// From now on secrets are masked in what travels (secret_mask.h), or not.
    void set_masking(bool is_masking) { is_masking_ = is_masking; }

    [[nodiscard]] bool is_masking() const { return is_masking_; }

    /// From now on lines stand here for what travels as they do in `own`, which outlives this.
    void use_own(const OwnLines& own) { own_ = &own; }

    [[nodiscard]] bool has_own() const { return own_ != nullptr; }

    /// True when lines travel as they are.
    [[nodiscard]] bool is_identity() const { return key_.empty() && !is_masking_; }

    /// The travelling form of one line, with or without its newline; adds to `secrets` how many
    /// were masked.
    [[nodiscard]] Bytes encode(ByteView line, std::size_t* secrets = nullptr) const;
    /// What stands here for one travelling line.
    [[nodiscard]] Bytes decode(ByteView line) const;

    /// The same for several; when `continues`, they begin inside a line, whose rest stays.
    [[nodiscard]] Bytes encode_all(ByteView lines, bool continues) const;
    [[nodiscard]] Bytes decode_all(ByteView lines, bool continues) const;

  private:
    [[nodiscard]] Bytes rename(ByteView line) const;
    void mask(Bytes& line, std::size_t* secrets) const;
    [[nodiscard]] std::optional<Bytes> find_own(ByteView line) const;

    /// A prefix here, and the word for it.
    struct Prefix {
        std::string text;  ///< as JSON has it, without quotes; empty when not known
        std::string_view word;
        bool has_backslashes = false;
    };

    [[nodiscard]] std::string encode_value(std::string_view value) const;
    [[nodiscard]] std::string decode_value(std::string_view value) const;

    std::string key_;  // with its quotes; empty: no field
    Prefix prefixes_[2];
    bool is_masking_ = false;
    const OwnLines* own_ = nullptr;
};

/// The raw text between the quotes of the first string that is the value of `quoted_key` at the top
/// level of the JSON object in `line`; empty view at no address when there is none.
std::string_view find_field(std::string_view line, std::string_view quoted_key);

/// True for an absolute path with a drive or a host, and backslashes.
bool is_windows_path(std::string_view path);

/// `text` as the inside of a JSON string, as JSON.stringify writes it.
std::string escape_json(std::string_view text);
/// What the inside of a JSON string says; an unpaired surrogate becomes U+FFFD. Empty when it is
/// malformed.
std::string unescape_json(std::string_view text);

}  // namespace satchel::sources
