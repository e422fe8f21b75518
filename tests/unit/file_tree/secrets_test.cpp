// Secrets in a tree: masked on their way, kept by the device that has them.
#include "tests/unit/file_tree/two_homes.h"

#include <algorithm>

#include <doctest/doctest.h>

namespace satchel::sources::test {

namespace {

/// Made up, one for each number.
std::string token(int number) {
    const std::string digits = std::to_string(10'000'000 + number);
    return std::string("sk-ant-") + "api03-" + digits + "kTq7bW2xZr9LmP4vYc6NhD8sFj3Ga" + digits;
}

std::string stars(std::size_t count) {
    return std::string(count, '*');
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

/// How `text` may be seen elsewhere.
std::string masked(const std::string& text, const std::string& secret) {
    return replaced(text, secret, stars(secret.size()));
}

/// True when a device told others of `secret`.
bool is_told(const TreeDevice& device, const std::string& secret) {
    const auto has = [&](std::string_view text) {
        return text.find(secret) != std::string_view::npos;
    };
    for (const LoggedOp& logged : device.log)
        for (const core::ColumnValue& cell : logged.op.columns) {
            const bool is_text = cell.value.kind() == core::ValueKind::blob ||
                                 cell.value.kind() == core::ValueKind::text;
            if (is_text && has(cell.value.as_text())) return true;
        }
    return std::ranges::any_of(device.pieces,
                               [&](const auto& piece) { return has(as_text(piece.second)); });
}

/// Two homes with one project, and a session of the first with a secret in its middle.
struct Session {
    Homes homes{{"home/a", "Users/b"}};
    std::string here = homes.path(0, "app");
    std::string there = homes.path(1, "app");
    std::string own = homes.file(0, "app", "s.jsonl");
    std::string other = homes.file(1, "app", "s.jsonl");
    std::string secret = token(1);
    std::string text =
        records(here, "first ", 3) + record(here, "the key is " + secret) + record(here, "thanks");

    Session() {
        homes.at(0).dir.write(own, text);
        settle(homes.devices);
    }

    std::string at(std::size_t device) {
        return homes.at(device).dir.read(device == 0 ? own : other);
    }

    /// `lines` as the other device shows them: only the field at the top is another.
    [[nodiscard]] std::string shown(const std::string& lines) const {
        return replaced(lines, "null,\"cwd\":\"" + here, "null,\"cwd\":\"" + there);
    }

    std::size_t told() { return homes.at(0).log.size() + homes.at(1).log.size(); }

    void look_again() {
        for (auto& device : homes.devices) device->tree.look_again();
        settle(homes.devices);
    }
};

}  // namespace

TEST_SUITE("file_tree/secrets") {
    TEST_CASE("a secret in a line stays and asterisks travel") {
        Session session;
        CHECK(session.at(0) == session.text);
        CHECK(session.at(1) == masked(session.shown(session.text), session.secret));
        CHECK_FALSE(is_told(session.homes.at(0), session.secret));
        CHECK(session.homes.at(0).tree.health().secrets_masked == 1);
        CHECK(session.homes.at(1).tree.health().secrets_masked == 0);
        const std::size_t told = session.told();
        session.look_again();
        CHECK(session.told() == told);
        session.homes.at(0).dir.append(session.own, record(session.here, token(2)));
        settle(session.homes.devices);
        CHECK_FALSE(is_told(session.homes.at(0), token(2)));
        CHECK(session.homes.at(0).tree.health().secrets_masked == 2);
        CHECK(session.at(1).find(stars(token(2).size())) != std::string::npos);
    }

    TEST_CASE("whoever wrote a secret keeps it when its file is written anew") {
        Session session;
        SUBCASE("because both went on") {
            session.homes.at(0).dir.append(session.own, record(session.here, token(2)));
            session.homes.at(1).dir.append(session.other, record(session.there, token(3)));
            settle(session.homes.devices);
            // Each has its own, and asterisks for the other's.
            CHECK(session.at(0).find(token(2)) != std::string::npos);
            CHECK(session.at(0).find(token(3)) == std::string::npos);
            CHECK(session.at(1).find(token(3)) != std::string::npos);
            CHECK(session.at(1).find(token(2)) == std::string::npos);
            CHECK(masked(session.shown(session.at(0)), token(2)).size() == session.at(1).size());
        }
        SUBCASE("because another device took lines out") {
            const std::string rest = session.at(1).substr(session.at(1).find('\n') + 1);
            session.homes.at(1).dir.write(session.other, rest);
            settle(session.homes.devices);
            CHECK(session.at(0) == session.text.substr(session.text.find('\n') + 1));
            CHECK(session.homes.at(0).tree.health().secrets_masked == 1);
        }
        SUBCASE("because a person moved the project") {
            TreeDevice& device = session.homes.at(0);
            const auto project = device.tree.find_project("app", device);
            REQUIRE(project.has_value());
            const std::string then = session.homes.path(0, "work");
            REQUIRE(device.tree.link(*project, then, device).value());
            settle(session.homes.devices);
            session.own = session.homes.file(0, "work", "s.jsonl");
            CHECK(session.at(0) == replaced(session.text,
                                            "null,\"cwd\":\"" + session.here,
                                            "null,\"cwd\":\"" + then));
        }
        CHECK(session.at(0).find(session.secret) != std::string::npos);
        CHECK_FALSE(is_told(session.homes.at(0), session.secret));
        const std::size_t told = session.told();
        session.look_again();
        CHECK(session.told() == told);
    }

    TEST_CASE("secrets of a line that travels in parts are masked wherever they lie") {
        Session session;
        std::string vast(6u << 20, 'x');
        for (int i = 0; i < 5; ++i) {
            // One across each border between two parts, and one soon after.
            const std::size_t at = ((static_cast<std::size_t>(i) + 1) << 20) - 90;
            vast.replace(at - 60, 60, 60, ' ');
            vast.replace(at, token(10 + i).size(), token(10 + i));
            vast.replace(at + 300, 1, " ").replace(at + 301, token(20 + i).size(), token(20 + i));
        }
        session.homes.at(0).dir.append(session.own, record(session.here, vast));
        settle(session.homes.devices);
        std::string wanted = session.text + record(session.here, vast);
        CHECK(session.at(0) == wanted);
        session.homes.at(0).dir.append(session.own, record(session.here, "left"));
        session.homes.at(1).dir.append(session.other, record(session.there, "right"));
        settle(session.homes.devices);
        for (int i = 0; i < 5; ++i)
            for (const std::string& one : {token(10 + i), token(20 + i)}) {
                CAPTURE(one);
                CHECK_FALSE(is_told(session.homes.at(0), one));
                CHECK(session.at(0).find(one) != std::string::npos);
                CHECK(session.at(1).find(one) == std::string::npos);
                CHECK(session.at(1).find(one.substr(13, 20)) == std::string::npos);
            }
        CHECK(session.at(0).starts_with(wanted));
        const std::size_t told = session.told();
        session.look_again();
        CHECK(session.told() == told);
    }

    TEST_CASE("a whole file with a secret stays and is named") {
        std::vector<std::unique_ptr<TreeDevice>> devices;
        for (std::uint8_t i = 1; i <= 2; ++i) devices.push_back(std::make_unique<TreeDevice>(i));
        TreeDevice& device = *devices[0];
        const std::string secret = token(1);
        device.dir.write("notes.md", "my key: " + secret + "\n");
        device.dir.write("plain.md", "nothing\n");
        device.dir.write("big.md", std::string((1u << 20) - 20, 'x') + " " + secret + "\n");
        settle(devices);
        CHECK(devices[1]->dir.files().size() == 1);
        CHECK_FALSE(is_told(device, secret));
        CHECK(device.tree.health().secrets_held == 2);
        CHECK(device.tree.health().detail.find("big.md") != std::string::npos);
        CHECK(device.tree.traits().left_out.size() == 2);

        device.dir.write("plain.md", "now " + secret + "\n");
        device.dir.write("notes.md", "no key\n");
        settle(devices);
        CHECK(devices[1]->dir.read("plain.md") == "nothing\n");
        CHECK(devices[1]->dir.read("notes.md") == "no key\n");
        CHECK(device.tree.health().secrets_held == 2);
        std::filesystem::remove(device.dir / "big.md");
        device.dir.write("plain.md", "nothing again\n");
        settle(devices);
        CHECK(device.tree.health().secrets_held == 0);
        CHECK(devices[1]->dir.read("plain.md") == "nothing again\n");
    }

    TEST_CASE("a person may keep a session with a secret here or send it") {
        Homes homes({"home/a", "Users/b"});
        const std::string here = homes.path(0, "app");
        const std::string file = homes.file(0, "app", "s.jsonl");
        const std::string secret = token(1);
        const std::string before = records(here, "before", 2);
        TreeDevice& device = homes.at(0);
        SUBCASE("hold") {
            device.set_secrets(SecretPolicy::hold);
            device.dir.write(file, before);
            settle(homes.devices);
            device.dir.append(file, record(here, secret) + record(here, "after"));
            settle(homes.devices);
            CHECK_FALSE(is_told(device, secret));
            CHECK(device.tree.health().secrets_held == 1);
            CHECK(homes.at(1).dir.read(homes.file(1, "app", "s.jsonl")) ==
                  replaced(
                      before, "null,\"cwd\":\"" + here, "null,\"cwd\":\"" + homes.path(1, "app")));
        }
        SUBCASE("send, and no longer") {
            device.set_secrets(SecretPolicy::send);
            device.dir.write(file, before + record(here, secret));
            device.dir.write("rules/key.md", secret + "\n");
            settle(homes.devices);
            const std::string there = homes.file(1, "app", "s.jsonl");
            CHECK(homes.at(1).dir.read(there).find(secret) != std::string::npos);
            CHECK(homes.at(1).dir.read("rules/key.md") == secret + "\n");
            // What was sent is not taken back, and nothing is sent again.
            const std::size_t told = device.log.size() + homes.at(1).log.size();
            device.set_secrets(SecretPolicy::mask);
            device.tree.look_again();
            settle(homes.devices);
            CHECK(device.log.size() + homes.at(1).log.size() == told);
            device.dir.append(file, record(here, token(2)));
            settle(homes.devices);
            CHECK_FALSE(is_told(device, token(2)));
            CHECK(homes.at(1).dir.read(there).find(secret) != std::string::npos);
            CHECK(device.dir.read(file) == before + record(here, secret) + record(here, token(2)));
        }
    }
}

}  // namespace satchel::sources::test
