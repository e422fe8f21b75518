// Archives that Satchel did not write, or not so: refused before anything of them is used, with the
// entry that is wrong.
#include "daemon/backup/archive.h"
#include "daemon/backup/copy_reader.h"
#include "daemon/backup/manifest.h"
#include "tests/support/result_text.h"
#include "tests/support/temp_dir.h"
#include "tests/support/zip_bytes.h"

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <sys/stat.h>

namespace satchel::backup {

namespace {

namespace fs = std::filesystem;
using support::make_zip;
using support::ZipEntry;
using support::ZipFrame;

Digest digest_of_text(std::string_view text) {
    Digest digest;
    if (!text.empty()) digest.add(as_bytes(text));
    return digest;
}

/// A content under the name its copy has.
ZipEntry copy_of(std::string content) {
    ZipEntry entry;
    entry.name = digest_of_text(content).name();
    entry.content = std::move(content);
    return entry;
}

std::string line_for(const ZipEntry& entry, const std::string& path, std::uint64_t size) {
    BackupEntry line;
    line.source = "s";
    line.path = path;
    line.copy = entry.name;
    line.size_bytes = size;
    line.time_ms = 1;
    line.digest = digest_of_text(entry.content).name();
    return to_line(line) + "\n";
}

std::string line_for(const ZipEntry& entry) {
    return line_for(entry, "a", entry.content.size());
}

ZipEntry manifest_of(std::string lines) {
    ZipEntry entry;
    entry.name = "manifest";
    entry.content = std::move(lines);
    return entry;
}

/// An archive that is good but for one more entry, in front or behind.
std::string with(const ZipEntry& odd) {
    const ZipEntry good = copy_of("content");
    return make_zip({manifest_of(line_for(good)), good, odd});
}

ZipEntry named(std::string name) {
    ZipEntry entry;
    entry.name = std::move(name);
    return entry;
}

struct Opened {
    support::TempDir dir;

    /// What opening it, listing it and reading all of it ends with.
    Status use(const std::string& bytes) const {
        const fs::path path = dir.write("x.zip", bytes);
        SATCHEL_TRY(archive, Archive::open(path));
        SATCHEL_TRY(entries, archive.entries(false));
        CopyReader reader;
        for (BackupEntry& entry : entries) {
            entry.archive = path;
            if (Status good = reader.verify(entry); !good) return good;
        }
        return ok();
    }
};

}  // namespace

TEST_SUITE("backup/bad_archive") {
    TEST_CASE("an archive made by hand is read like one of ours") {
        const Opened opened;
        for (const bool is_deflated : {false, true}) {
            ZipEntry one = copy_of(std::string(200'000, 'x'));
            one.is_deflated = is_deflated;
            const ZipEntry empty = copy_of("");
            CHECK(opened.use(make_zip({manifest_of(line_for(one) + line_for(empty)), one, empty})));
        }
    }

    TEST_CASE("a name that is not a copy's refuses the archive and is told") {
        struct Row {
            std::string name;
            std::string told;
        };

        std::string deep;
        for (int i = 0; i < 10'000; ++i) deep += "a/";
        const std::vector<Row> rows = {
            {"../x", "'../x'"},
            {"ab/../../x", "'ab/../../x'"},
            {"..", "'..'"},
            {".", "'.'"},
            {"", "''"},
            {"/etc/passwd", "'/etc/passwd'"},
            {"C:ab", "'C:ab'"},
            {"C:\\ab", "'C:\\ab'"},
            {"\\\\server\\ab", "'\\\\server\\ab'"},
            {"..\\ab", "'..\\ab'"},
            {std::string("ab\0.db", 6), "'ab\\x00.db'"},
            {"ab/", "'ab/'"},
            {"ab/cd", "'ab/cd'"},
            {"ab\ncd", "'ab\\x0acd'"},
            {deep, "'a/a/a/"},
            {std::string(65, 'a'), "'aaaa"},
            {".db", "'.db'"},
            {"Manifest", "'Manifest'"},        // a case twin
            {"ABCDEF", "'ABCDEF'"},            // of "abcdef", were there one
            {"caf\xc3\xa9", "'caf\xc3\xa9'"},  // Unicode twins
            {"cafe\xcc\x81", "'cafe"},
        };
        const Opened opened;
        for (const Row& row : rows) {
            CAPTURE(row.told);
            const Status used = opened.use(with(named(row.name)));
            REQUIRE_FALSE(used.has_value());
            CAPTURE(used.error().message);
            CHECK(used.error().code == ErrorCode::refused);
            CHECK(used.error().message.find(row.told) != std::string::npos);
            CHECK(used.error().message.size() < 1'000);
        }
    }

    TEST_CASE("two entries of one name refuse the archive") {
        const Opened opened;
        for (const ZipEntry& twin : {copy_of("content"), manifest_of("")}) {
            const Status used = opened.use(with(twin));
            REQUIRE_FALSE(used.has_value());
            CHECK(used.error().message.find("'" + twin.name + "' is there twice") !=
                  std::string::npos);
        }
    }

    TEST_CASE("only ordinary files are in an archive") {
        struct Row {
            std::uint32_t mode;
            std::string told;
        };

        const Opened opened;
        for (const Row& row : {Row{S_IFLNK | 0777, "symbolic link"},
                               Row{S_IFDIR | 0755, "folder"},
                               Row{S_IFBLK | 0600, "device"},
                               Row{S_IFCHR | 0600, "device"},
                               Row{S_IFIFO | 0600, "pipe"},
                               Row{S_IFSOCK | 0600, "socket"}}) {
            ZipEntry odd = named("ab");
            odd.mode = row.mode;
            const Status used = opened.use(with(odd));
            REQUIRE_FALSE(used.has_value());
            CHECK(used.error().code == ErrorCode::refused);
            CHECK(used.error().message.find("'ab' is a") != std::string::npos);
            CHECK(used.error().message.find(row.told) != std::string::npos);
        }
    }

    TEST_CASE("hard links and larger numbers in extra fields refuse the archive") {
        const Opened opened;
        for (const char* extra : {"\x0d\x00\x0c\x00"
                                  "aaaammmmuugg",
                                  "\x01\x00\x08\x00"
                                  "12345678",
                                  "\x75\x70\x05\x00\x01"
                                  "crc!",
                                  "\x55\x54\xff\x00"
                                  "abcd"}) {
            ZipEntry odd = named("ab");
            const std::size_t size = 4u + static_cast<unsigned char>(extra[2]);
            odd.extra = std::string(extra, std::min<std::size_t>(size, 16));
            if (extra[0] == '\x55') odd.extra = std::string(extra, 8);
            const Status used = opened.use(with(odd));
            REQUIRE_FALSE(used.has_value());
            CHECK(used.error().code == ErrorCode::refused);
            CHECK(used.error().message.find("'ab' has a") != std::string::npos);
        }
        ZipEntry timed = copy_of("content");
        timed.extra = std::string(
            "\x55\x54\x05\x00\x01"
            "time",
            9);
        CHECK(opened.use(make_zip({manifest_of(line_for(timed)), timed})));
    }

    TEST_CASE("modes of entries are not applied") {
        const Opened opened;
        ZipEntry one = copy_of("content");
        one.mode = S_IFREG | 06777;
        const fs::path path =
            opened.dir.write("x.zip", make_zip({manifest_of(line_for(one)), one}));
        auto archive = Archive::open(path);
        REQUIRE(archive);
        auto entries = archive->entries(false);
        REQUIRE(entries);
        entries->front().archive = path;
        std::string content;
        CopyReader reader;
        REQUIRE(reader.read(entries->front(), [&](ByteView bytes) {
            content += as_text(bytes);
            return ok();
        }));
        CHECK(content == "content");
    }

    TEST_CASE("sizes and checksums that lie are found") {
        const Opened opened;
        for (const bool is_deflated : {false, true}) {
            for (const int lie : {0, 1, 2, 3}) {
                CAPTURE(lie);
                ZipEntry one = copy_of(std::string(3'000, 'x'));
                one.is_deflated = is_deflated;
                if (lie == 0) one.size = 2'999;
                if (lie == 1) one.size = 3'001;
                if (lie == 2) one.crc = 0x12345678;
                // The same checksum is no help where the digest is another's.
                if (lie == 3) one.content[0] = 'y';
                std::string line = line_for(one, "a", one.size.value_or(3'000));
                if (lie == 3) line = line_for(copy_of(std::string(3'000, 'x')));
                const Status used = opened.use(make_zip({manifest_of(line), one}));
                REQUIRE_FALSE(used.has_value());
                CHECK((used.error().code == ErrorCode::corrupt ||
                       used.error().code == ErrorCode::refused));
            }
        }
    }

    TEST_CASE("an archive cut at any byte or with anything added is found before it is used") {
        const Opened opened;
        const ZipEntry one = copy_of("content");
        const std::vector<ZipEntry> entries = {manifest_of(line_for(one)), one};
        const std::string whole = make_zip(entries);
        REQUIRE(opened.use(whole));
        for (std::size_t size = 0; size < whole.size(); ++size)
            CHECK_FALSE(opened.use(whole.substr(0, size)).has_value());
        CHECK_FALSE(opened.use(whole + "x").has_value());
        CHECK_FALSE(opened.use("x" + whole).has_value());
        CHECK_FALSE(opened.use(whole + whole).has_value());
        ZipFrame frames[4];
        frames[0].before = "#!/bin/sh\n";
        frames[1].between = "hidden";
        frames[2].comment = "hello";
        frames[3].after = std::string(22, '\0');
        for (const ZipFrame& frame : frames)
            CHECK_FALSE(opened.use(make_zip(entries, frame)).has_value());
    }

    TEST_CASE("any changed byte is found or does not matter") {
        const Opened opened;
        const ZipEntry one = copy_of("content");
        const std::string whole = make_zip({manifest_of(line_for(one)), one});
        std::size_t passed = 0;
        for (std::size_t at = 0; at < whole.size(); ++at) {
            std::string changed = whole;
            changed[at] = static_cast<char>(changed[at] ^ 0x40);
            if (!opened.use(changed)) continue;
            ++passed;
            // Times, versions and modes are not used; all else is.
            CHECK(opened.dir.read("x.zip") == changed);
        }
        CHECK(passed < 2 * (6 + 14));
    }

    TEST_CASE("an entry that says another thing at its data refuses the archive") {
        const Opened opened;
        ZipEntry one = copy_of("content");
        one.own_name = std::string(48, 'a');
        const Status used = opened.use(make_zip({manifest_of(line_for(one)), one}));
        REQUIRE_FALSE(used.has_value());
        CHECK(used.error().message.find("something else than the directory") != std::string::npos);
        ZipEntry locked = copy_of("content");
        locked.flags = 1;
        CHECK(opened.use(make_zip({manifest_of(line_for(locked)), locked})).error().code ==
              ErrorCode::refused);
        ZipEntry streamed = copy_of("content");
        streamed.flags = 8;
        CHECK(opened.use(make_zip({manifest_of(line_for(streamed)), streamed})).error().code ==
              ErrorCode::refused);
    }

    TEST_CASE("claims over the caps end before anything is inflated or allocated") {
        const Opened opened;
        ZipEntry bomb = copy_of("content");
        bomb.is_deflated = true;
        bomb.size = 3'000'000'000;
        CHECK(opened.use(make_zip({manifest_of(line_for(bomb)), bomb})).error().code ==
              ErrorCode::too_large);
        ZipEntry other = named("ab");
        other.is_deflated = true;
        other.size = 3'000'000'000;
        CHECK(opened.use(make_zip({manifest_of(""), bomb, other})).error().code ==
              ErrorCode::too_large);
        ZipEntry larger = named("ab");
        larger.size = 0xffffffff;  // what Zip64 says instead
        CHECK(opened.use(with(larger)).error().code == ErrorCode::refused);
        ZipFrame many;
        many.count = 0xffff;  // so does an archive that claims ten million entries
        CHECK(opened.use(make_zip({manifest_of("")}, many)).error().code == ErrorCode::too_large);
        many.count = 60'000;
        CHECK(opened.use(make_zip({manifest_of("")}, many)).error().code == ErrorCode::corrupt);
        ZipEntry list = manifest_of("x");
        list.is_deflated = true;
        list.size = 40u << 20;
        CHECK(opened.use(make_zip({list})).error().code == ErrorCode::too_large);
    }

    TEST_CASE("a manifest that does not fit its archive refuses it") {
        const Opened opened;
        const ZipEntry one = copy_of("content");
        const ZipEntry two = copy_of("another");
        CHECK_FALSE(opened.use(make_zip({one})).has_value());
        CHECK_FALSE(opened.use(make_zip({manifest_of(line_for(one)), one, two})).has_value());
        CHECK_FALSE(opened.use(make_zip({manifest_of(line_for(one) + line_for(two)), one})));
        CHECK_FALSE(opened.use(make_zip({manifest_of(line_for(one) + "x\n"), one})));
        const std::string line = line_for(one);
        CHECK_FALSE(opened.use(make_zip({manifest_of(line.substr(0, line.size() - 1)), one})));
        BackupEntry bare;
        bare.source = "s";
        bare.path = "a";
        bare.copy = one.name;
        bare.size_bytes = 7;
        CHECK_FALSE(opened.use(make_zip({manifest_of(to_line(bare) + "\n"), one})).has_value());
        CHECK_FALSE(opened.use(make_zip({manifest_of(line_for(manifest_of(""), "a", 0)), one}))
                        .has_value());
    }

    TEST_CASE("what has an archive's name and is none is refused without waiting") {
        const support::TempDir dir;
        const ZipEntry one = copy_of("content");
        dir.write("real.zip", make_zip({manifest_of(line_for(one)), one}));
        fs::create_symlink(dir / "real.zip", dir / "link.zip");
        REQUIRE(::mkfifo((dir / "pipe.zip").c_str(), 0600) == 0);
        fs::create_directory(dir / "folder.zip");
        CHECK(Archive::open(dir / "real.zip"));
        for (const char* name : {"link.zip", "pipe.zip", "folder.zip"})
            CHECK_FALSE(Archive::open(dir / name).has_value());
        CHECK(Archive::open(dir / "none.zip").error().code == ErrorCode::not_found);
    }

    TEST_CASE("a plain copy that is a link or a pipe is refused without waiting") {
        const support::TempDir dir;
        dir.write("outside", "content");
        const ZipEntry one = copy_of("content");
        CopyReader reader;
        for (const bool is_database : {false, true}) {
            BackupEntry entry;
            entry.path = "a";
            entry.is_database = is_database;
            entry.copy = dir / one.name;
            fs::remove(entry.copy);
            fs::create_symlink(dir / "outside", entry.copy);
            CHECK(reader.verify(entry).error().code == ErrorCode::refused);
            CHECK_FALSE(reader.copy_out(entry, dir / "out").has_value());
            fs::remove(entry.copy);
            REQUIRE(::mkfifo(entry.copy.c_str(), 0600) == 0);
            CHECK(reader.verify(entry).error().code == ErrorCode::refused);
            CHECK_FALSE(reader.copy_out(entry, dir / "out").has_value());
            CHECK_FALSE(fs::exists(dir / "out"));
        }
        // A hard link is an ordinary file: its content has to be what was copied.
        BackupEntry entry;
        entry.path = "a";
        entry.copy = dir / one.name;
        fs::remove(entry.copy);
        fs::create_hard_link(dir / "outside", entry.copy);
        CHECK(reader.verify(entry));
        std::ofstream(dir / "outside") << "changed";
        CHECK(reader.verify(entry).error().code == ErrorCode::corrupt);
    }
}

}  // namespace satchel::backup
