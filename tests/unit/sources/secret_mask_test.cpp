// Secrets in transcripts: found in every form and coat, and ordinary text left alone.
#include "daemon/sources/secret_mask.h"

#include "daemon/sources/secret_forms.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>

#include <doctest/doctest.h>

using namespace satchel;
using namespace satchel::sources;

namespace {

std::string masked(const std::string& text, std::size_t* count = nullptr) {
    Bytes bytes = to_bytes(as_bytes(text));
    const std::size_t found = mask_secrets(bytes);
    if (count != nullptr) *count = found;
    return std::string(as_text(bytes));
}

/// Made up, and different each time.
class Canaries {
  public:
    std::string token() {
        const auto forms = token_forms();
        const TokenForm& form = forms[chance_() % forms.size()];
        return std::string(form.prefix) +
               body(std::max<std::size_t>(form.length, 20) + chance_() % 20);
    }

    std::string body(std::size_t length) {
        static constexpr std::string_view kCharacters =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        std::string text = "7";
        while (text.size() < length) text.push_back(kCharacters[chance_() % kCharacters.size()]);
        return text;
    }

  private:
    std::mt19937 chance_{7};
};

std::string hex(const std::string& text, bool is_upper) {
    std::string out = to_hex(as_bytes(text));
    if (is_upper)
        for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return out;
}

std::string base64(const std::string& text) {
    static constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    unsigned bits = 0;
    int count = 0;
    for (const char c : text) {
        bits = bits << 8 | static_cast<unsigned char>(c);
        for (count += 8; count >= 6; count -= 6) out.push_back(kAlphabet[bits >> (count - 6) & 63]);
    }
    if (count > 0) out.push_back(kAlphabet[bits << (6 - count) & 63]);
    while (out.size() % 4 != 0) out.push_back('=');
    return out;
}

std::string each(const std::string& text, const std::function<std::string(char)>& write) {
    std::string out;
    for (const char c : text) out += write(c);
    return out;
}

std::string hex_of(char c) {
    return to_hex({reinterpret_cast<const Byte*>(&c), 1});
}

struct Way {
    std::string name;
    std::function<std::string(const std::string&)> line;
    std::function<std::string(const std::string&)> trace;  ///< what must not be left
};

std::string same(const std::string& text) {
    return text;
}

/// The middle of what a token becomes as base64, whatever stands before it.
std::string inner_base64(const std::string& secret, std::size_t shift) {
    const std::string whole = base64(std::string(shift, 'x') + secret);
    return whole.substr(12, 12);
}

std::vector<Way> ways() {
    std::vector<Way> all = {
        {"plain", [](auto& s) { return "export KEY=" + s + " # mine\n"; }, same},
        {"JSON", [](auto& s) { return R"({"text":"use )" + s + "\\nnow\"}\n"; }, same},
        {"behind an escape", [](auto& s) { return R"({"text":"line\n)" + s + "\"}\n"; }, same},
        {"JSON in JSON", [](auto& s) { return R"({"a":"{\"b\":\")" + s + "\\\"}\"}\n"; }, same},
        {"a key", [](auto& s) { return "{\"" + s + "\":1}\n"; }, same},
        {"an address", [](auto& s) { return "GET /x?access=" + s + "&y=1\n"; }, same},
        {"a long line", [](auto& s) { return std::string(1u << 20, 'x') + " " + s + "\n"; }, same},
        {"behind bad UTF-8", [](auto& s) { return "\xff\xfe\xc3 " + s + "\n"; }, same},
    };
    for (const std::size_t shift : {0u, 1u, 2u})
        all.push_back(
            {"base64 " + std::to_string(shift),
             [shift](auto& s) { return "x: " + base64(std::string(shift, 'x') + s) + "\n"; },
             [shift](auto& s) { return inner_base64(s, shift); }});
    for (const bool is_upper : {false, true})
        all.push_back({"hex",
                       [is_upper](auto& s) { return "h " + hex(s, is_upper) + "\n"; },
                       [is_upper](auto& s) { return hex(s, is_upper).substr(8, 16); }});
    const auto percent = [](char c) { return "%" + hex_of(c); };
    const auto escape = [](char c) { return "\\u00" + hex_of(c); };
    const auto zero = [](char c) { return std::string(1, c) + "\\u0000"; };
    const auto wide = [](char c) { return std::string{c, '\0'}; };
    const auto wide_big = [](char c) { return std::string{'\0', c}; };
    for (const auto& write :
         std::vector<std::function<std::string(char)>>{percent, escape, zero, wide, wide_big})
        all.push_back({"each character",
                       [write](auto& s) { return each("q=", write) + each(s, write) + "\n"; },
                       [write](auto& s) { return each(s.substr(4, 12), write); }});
    return all;
}

const std::vector<std::string> kOrdinary = {
    R"({"type":"user","uuid":"0b9c1c2e-6f1a-4f6c-9f38-2f8a2b9c1d2e","max_tokens":4096})",
    R"({"usage":{"input_tokens":12345,"cache_read_input_tokens":1300},"token_count":99})",
    "def get_token(user): return tokens[user.id]",
    "const token = await getToken(request)",
    "password: str = Field(..., min_length=8)",
    "the sk-learn-package-of-the-new-age is a task-force-one",
    "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "https://user@example.org/path and https://example.org:8080/a@b",
    "postgresql://user:password@localhost/db and redis://:$PASS@host",
    "secret: see vault/path/to/secret",
    "API_KEY=your_api_key_here",
    "token=****************************",
    "/home/me/.npm/_cacache/index-v5/aa/bb/ghp",
    "AKIA is what they begin with, eyJ too",
    "-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----",
};

}  // namespace

TEST_SUITE("sources/secret_mask") {
    TEST_CASE("three hundred canaries are masked in every coat") {
        Canaries canaries;
        for (int i = 0; i < 300; ++i) {
            const std::string secret = canaries.token();
            CAPTURE(secret);
            for (const Way& way : ways()) {
                if (way.name == "a long line" && i % 50 != 0) continue;
                CAPTURE(way.name);
                const std::string line = way.line(secret);
                const std::string trace = way.trace(secret);
                REQUIRE(line.find(trace) != std::string::npos);
                std::size_t count = 0;
                const std::string out = masked(line, &count);
                CHECK(count >= 1);
                CHECK(out.find(trace) == std::string::npos);
                CHECK(out.size() == line.size());
                CHECK(out.back() == '\n');
                CHECK(masked(out) == out);
            }
        }
    }

    TEST_CASE("of pictures in base64 nothing changes though any beginning of a token occurs") {
        constexpr std::string_view kAlphabet =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const std::string key = "AIzaSyD4n8fGh2kLmNoPqRsTuVwXyZ0123456789";
        std::mt19937_64 random(1);
        std::string lines;
        while (lines.size() < 8'000'000) {
            lines += R"({"data":")";
            for (int i = 0; i < 200; ++i) lines += kAlphabet[random() % kAlphabet.size()];
            lines += "\"}\n";
        }
        lines += R"({"data":"iVBOR/)" + key + R"(xyz","more":")" + key + R"(+Q=="})";
        CHECK(masked(lines) == lines);
        CHECK(masked("see " + key + ".") != "see " + key + ".");
    }

    TEST_CASE("values give themselves away by their names and places") {
        for (const std::string line :
             {R"({"password":"hunter2x"})",
              R"({\"apiKey\": \"a8Zk20xPq7LmW3\"})",
              "DB_PASSWORD=hunter2x",
              "client_secret = 'a8Zk20xPq7LmW3'",
              "Authorization: Bearer a8Zk20xPq7LmW3",
              "postgresql://me:hunter2@db.example/x",
              "-----BEGIN OPENSSH PRIVATE KEY-----\\nb3BlbnNzaC1r\\n-----END"}) {
            CAPTURE(line);
            const std::string out = masked(line);
            CHECK(out != line);
            CHECK(out.find("hunter2") == std::string::npos);
            CHECK(out.find("a8Zk20") == std::string::npos);
            CHECK(out.find("b3Blb") == std::string::npos);
            CHECK(masked(out) == out);
        }
        CHECK(masked(R"({"text":"a","password":"hunter2x","b":1})") ==
              R"({"text":"a","password":"********","b":1})");
    }

    TEST_CASE("ordinary text stays as it is") {
        for (const std::string& line : kOrdinary) CHECK(masked(line) == line);
    }

    TEST_CASE("text made against it takes no longer than other text") {
        for (const std::string part :
             {"sk-", "://a:", "token=", "eyJ", "Bearer ", "password", "c2st"}) {
            std::string text;
            while (text.size() < (1u << 20)) text += part;
            CHECK(masked(text).size() == text.size());
        }
    }

    TEST_CASE("of real transcripts hardly a line changes") {
        const char* folder = std::getenv("SATCHEL_SAMPLES");
        if (folder == nullptr) return;
        std::size_t lines = 0, changed = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
            if (!entry.is_regular_file()) continue;
            std::ifstream file(entry.path(), std::ios::binary);
            for (std::string line; std::getline(file, line); ++lines) {
                if (masked(line) == line) continue;
                ++changed;
                MESSAGE(entry.path().filename().string() << ": " << masked(line).substr(0, 300));
            }
        }
        MESSAGE(changed << " of " << lines << " lines");
        CHECK(changed * 1000 <= lines);
    }
}
