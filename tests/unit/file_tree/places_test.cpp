// A session begun on one device goes on on another whose home and projects lie elsewhere.
#include "daemon/sources/file_tree/slug.h"
#include "tests/unit/file_tree/two_homes.h"

#include <algorithm>

#include <doctest/doctest.h>

namespace satchel::sources::test {

namespace {

/// `line` of a record, with another folder at its top only.
std::string moved(std::string text, const std::string& from, const std::string& to) {
    const std::string old = "null,\"cwd\":\"" + from;
    for (std::size_t at = text.find(old); at != std::string::npos; at = text.find(old, at + 1))
        text.replace(at + 12, from.size(), to);
    return text;
}

Result<bool> link(TreeDevice& device, const std::string& name, const std::string& path) {
    SATCHEL_TRY(project, device.tree.find_project(name, device));
    return device.tree.link(project, path, device);
}

}  // namespace

TEST_SUITE("file_tree/places") {
    TEST_CASE("a session goes on elsewhere and comes back with every byte") {
        Homes homes({"home/a", "Users/b"});
        const std::string here = homes.path(0, "dev/app");
        const std::string there = homes.path(1, "dev/app");
        SUBCASE("the project is in the same place of both homes") {
            homes.make_folder(1, "dev/app");
        }
        SUBCASE("the project is not there") {}
        const std::string own = homes.file(0, "dev/app", "s1.jsonl");
        const std::string other = homes.file(1, "dev/app", "s1.jsonl");
        const std::string begun = "{\"type\":\"summary\"}\n" + records(here, "first ", 40) +
                                  record(here + "/sub", "deeper") + record("/srv/x", "far");
        homes.at(0).dir.write(own, begun);
        settle(homes.devices);
        REQUIRE(homes.at(1).dir.files().contains(other));
        CHECK(homes.at(1).dir.read(other) == moved(begun, here, there));
        CHECK(homes.at(1).dir.files().size() == 2);
        CHECK(homes.at(1).log.size() == 1);  // CLAUDE.md only: nothing came back

        homes.at(1).dir.append(other, records(there, "second ", 3));
        settle(homes.devices);
        CHECK(homes.at(0).dir.read(own) ==
              begun + moved(records(there, "second ", 3), there, here));
        CHECK(homes.at(1).dir.read(other) ==
              moved(begun, here, there) + records(there, "second ", 3));
        const std::size_t told = homes.at(0).log.size() + homes.at(1).log.size();
        for (auto& device : homes.devices) device->tree.look_again();
        settle(homes.devices);
        CHECK(homes.at(0).log.size() + homes.at(1).log.size() == told);
    }

    TEST_CASE("a clone of the same repository is the same project wherever it lies") {
        Homes homes({"home/a", "Users/b"});
        homes.clone(0, "dev/app", "git@github.com:acme/app.git");
        homes.clone(1, "work/code", "https://github.com/acme/app");
        const std::string here = homes.path(0, "dev/app/web");
        const std::string there = homes.path(1, "work/code/web");
        homes.make_folder(0, "dev/app/web");
        homes.make_folder(1, "work/code/web");
        homes.at(0).dir.write(homes.file(0, "dev/app/web", "s1.jsonl"), records(here, "a", 3));
        homes.at(1).dir.write(homes.file(1, "work/code/web", "s2.jsonl"), records(there, "b", 3));
        settle(homes.devices);
        CHECK(homes.at(1).dir.read(homes.file(1, "work/code/web", "s1.jsonl")) ==
              moved(records(here, "a", 3), here, there));
        CHECK(homes.at(0).dir.read(homes.file(0, "dev/app/web", "s2.jsonl")) ==
              moved(records(there, "b", 3), there, here));
        CHECK(homes.at(0).dir.files().size() == 3);
        CHECK(homes.at(1).dir.files().size() == 3);
    }

    TEST_CASE("another repository in the same place keeps its sessions apart") {
        Homes homes({"home/a", "Users/b"});
        homes.clone(0, "dev/app", "git@github.com:acme/app.git");
        homes.clone(1, "dev/app", "git@github.com:other/thing.git");
        const std::string here = homes.path(0, "dev/app");
        homes.at(0).dir.write(homes.file(0, "dev/app", "s1.jsonl"), records(here, "a", 3));
        homes.at(0).capture().value();
        homes.at(1).pull(homes.at(0));
        const auto refused = homes.at(1).project();
        CHECK(std::ranges::any_of(refused, [](const ProjectedRow& row) {
            return row.reason.find("github.com/acme/app") != std::string::npos;
        }));
        CHECK(homes.at(1).dir.files().size() == 1);
    }

    TEST_CASE("two devices go on at once and no line is lost or doubled") {
        Homes homes({"home/a", "Users/b", "c"});
        const std::string path[] = {
            homes.path(0, "app"), homes.path(1, "app"), homes.path(2, "app")};
        homes.at(0).dir.write(homes.file(0, "app", "s.jsonl"), records(path[0], "base", 20));
        settle(homes.devices);
        for (std::size_t i : {0u, 1u})
            homes.at(i).dir.append(homes.file(i, "app", "s.jsonl"),
                                   records(path[i], i == 0 ? "left" : "right", 5));
        settle(homes.devices);
        const std::string base = records(path[0], "base", 20);
        const std::string left = records(path[0], "left", 5);
        const std::string right = records(path[1], "right", 5);
        for (std::size_t i = 0; i < 3; ++i) {
            const std::string all = homes.at(i).dir.read(homes.file(i, "app", "s.jsonl"));
            const auto own = [&](const std::string& text) {
                return moved(moved(text, path[0], path[i]), path[1], path[i]);
            };
            CHECK((all == own(base + left + right) || all == own(base + right + left)));
        }
    }

    TEST_CASE("what belongs to a session and to a project follows it") {
        Homes homes({"home/a", "Users/b"});
        const std::string here = homes.path(0, "app");
        const std::string there = homes.path(1, "app");
        const auto file = [&](std::size_t device, const char* name) {
            return homes.file(device, "app", name);
        };
        support::TempDir& own = homes.at(0).dir;
        own.write(file(0, "s.jsonl"), record(here, "x"));
        own.write(file(0, "s/subagents/agent-1.jsonl"), record(here + "/web", "sub"));
        own.write(file(0, "s/subagents/agent-1.meta.json"), "{\"cwd\":\"" + here + "\"}");
        own.write(file(0, "s/tool-results/t.txt"), here);
        own.write(file(0, "memory/MEMORY.md"), "# " + here + "\n");
        const std::string prompt = R"({"display":"hi","project":")";
        own.write("history.jsonl", prompt + here + "\"}\n" + prompt + "/srv/x\"}\n");
        settle(homes.devices);
        const support::TempDir& other = homes.at(1).dir;
        CHECK(other.read(file(1, "s.jsonl")) == moved(record(here, "x"), here, there));
        CHECK(other.read(file(1, "s/subagents/agent-1.jsonl")) ==
              moved(record(here + "/web", "sub"), here, there));
        CHECK(other.read(file(1, "s/tool-results/t.txt")) == here);
        CHECK(other.read(file(1, "memory/MEMORY.md")) == "# " + here + "\n");
        CHECK(other.read("history.jsonl") == prompt + there + "\"}\n" + prompt + "/srv/x\"}\n");
        CHECK(other.files().size() == own.files().size());
        other.write(file(1, "memory/MEMORY.md"), "changed\n");
        other.append("history.jsonl", prompt + there + "/sub\"}\n");
        settle(homes.devices);
        CHECK(own.read(file(0, "memory/MEMORY.md")) == "changed\n");
        CHECK(own.read("history.jsonl").ends_with(prompt + here + "/sub\"}\n"));
    }

    TEST_CASE("a link moves a project with its sessions and others see nothing of it") {
        Homes homes({"home/a", "Users/b"});
        const std::string here = homes.path(0, "dev/app");
        const std::string first = homes.path(1, "dev/app");
        const std::string then = homes.path(1, "work/code");
        homes.at(0).dir.write(homes.file(0, "dev/app", "s.jsonl"), records(here, "a", 3));
        homes.at(0).dir.write(homes.file(0, "dev/app", "memory/MEMORY.md"), "m\n");
        settle(homes.devices);
        CHECK(homes.at(1).dir.read(homes.file(1, "dev/app", "s.jsonl")) ==
              moved(records(here, "a", 3), here, first));
        TreeDevice& device = homes.at(1);
        CHECK_FALSE(link(device, "nothing", then).has_value());
        CHECK(device.tree.find_project("app", device)->name == "~/dev/app");
        REQUIRE(link(device, "app", then).value());
        settle(homes.devices);
        CHECK(device.dir.read(homes.file(1, "work/code", "s.jsonl")) ==
              moved(records(here, "a", 3), here, then));
        CHECK(device.dir.read(homes.file(1, "work/code", "memory/MEMORY.md")) == "m\n");
        CHECK(device.dir.files().size() == 3);
        CHECK(device.log.size() == 1);
        CHECK_FALSE(link(device, "~/dev/app", then).value());

        device.dir.append(homes.file(1, "work/code", "s.jsonl"), record(then, "more"));
        settle(homes.devices);
        CHECK(homes.at(0).dir.read(homes.file(0, "dev/app", "s.jsonl")) ==
              records(here, "a", 3) + moved(record(then, "more"), then, here));
        CHECK(device.tree.projects(device)->size() == 1);
        CHECK(device.tree.projects(device)->front().root == then);

        SUBCASE("and back again") {
            REQUIRE(link(device, "code", first).value());
            settle(homes.devices);
            CHECK(device.dir.read(homes.file(1, "dev/app", "s.jsonl")).size() > 0);
            CHECK(device.dir.files().size() == 3);
        }
        SUBCASE("unless something else is in the way") {
            device.dir.write(homes.file(1, "third", "s.jsonl"), "other\n");
            REQUIRE(link(device, "code", homes.path(1, "third")).value());
            REQUIRE(device.capture().has_value());
            CHECK(device.tree.health().detail.find("in the way") != std::string::npos);
            CHECK(device.dir.read(homes.file(1, "third", "s.jsonl")) == "other\n");
            CHECK(device.dir.files().contains(homes.file(1, "work/code", "s.jsonl")));
        }
        SUBCASE("unless a session is being written") {
            device.dir.append(homes.file(1, "work/code", "s.jsonl"), "{\"torn");
            REQUIRE(link(device, "code", first).value());
            REQUIRE(device.capture().has_value());
            CHECK_FALSE(device.dir.files().contains(homes.file(1, "dev/app", "s.jsonl")));
            device.dir.append(homes.file(1, "work/code", "s.jsonl"), "\"}\n");
            settle(homes.devices);
            device.tree.look_again();
            settle(homes.devices);
            CHECK(device.dir.read(homes.file(1, "dev/app", "s.jsonl")).ends_with("{\"torn\"}\n"));
            CHECK(device.dir.files().size() == 3);
        }
    }

    TEST_CASE("a move cut short by a crash is finished by the next one") {
        Homes homes({"home/a"});
        TreeDevice& device = homes.at(0);
        const std::string here = homes.path(0, "app");
        const std::string then = homes.path(0, "code");
        device.dir.write(homes.file(0, "app", "s.jsonl"), records(here, "a", 3));
        REQUIRE(device.capture().has_value());
        // The copy is there and nothing is noted.
        device.dir.write(homes.file(0, "code", "s.jsonl"),
                         moved(records(here, "a", 3), here, then));
        REQUIRE(link(device, "app", then).value());
        const std::size_t told = device.log.size();
        settle(homes.devices);
        CHECK(device.log.size() == told);
        CHECK(device.dir.files().size() == 2);
        CHECK(device.dir.files().contains(homes.file(0, "code", "s.jsonl")));
    }

    TEST_CASE("a folder known by its repository takes in the sessions of one without") {
        Homes homes({"home/a", "Users/b"});
        homes.clone(1, "dev/app", "git@github.com:acme/app.git");
        const std::string here = homes.path(0, "dev/app");
        const std::string there = homes.path(1, "dev/app");
        homes.at(0).dir.write(homes.file(0, "dev/app", "s1.jsonl"), records(here, "a", 2));
        homes.at(1).dir.write(homes.file(1, "dev/app", "s2.jsonl"), records(there, "b", 2));
        homes.at(0).dir.write(homes.file(0, "dev/app", "memory/MEMORY.md"), "a\n");
        homes.at(1).dir.write(homes.file(1, "dev/app", "memory/MEMORY.md"), "b\n");
        for (auto& device : homes.devices) REQUIRE(device->capture().has_value());
        for (int round = 0; round < 3; ++round) {
            homes.at(0).pull(homes.at(1));
            homes.at(1).pull(homes.at(0));
            homes.at(0).project();
            homes.at(1).project();
            for (auto& device : homes.devices) REQUIRE(device->capture().has_value());
        }
        CHECK(homes.at(1).dir.read(homes.file(1, "dev/app", "s1.jsonl")) ==
              moved(records(here, "a", 2), here, there));
        CHECK(homes.at(0).dir.read(homes.file(0, "dev/app", "s2.jsonl")) ==
              moved(records(there, "b", 2), there, here));
        CHECK(homes.at(0).dir.read(homes.file(0, "dev/app", "memory/MEMORY.md")) == "a\n");
        CHECK(homes.at(1).dir.read(homes.file(1, "dev/app", "memory/MEMORY.md")) == "b\n");
        homes.at(1).dir.append(homes.file(1, "dev/app", "s1.jsonl"), record(there, "more"));
        REQUIRE(homes.at(1).capture().has_value());
        homes.at(0).pull(homes.at(1));
        homes.at(0).project();
        CHECK(homes.at(0).dir.read(homes.file(0, "dev/app", "s1.jsonl")) ==
              records(here, "a", 2) + moved(record(there, "more"), there, here));
    }

    TEST_CASE("a second folder of one repository keeps a name of its own") {
        Homes homes({"home/a", "Users/b"});
        homes.clone(0, "dev/app", "git@github.com:acme/app.git");
        homes.clone(0, "dev/copy", "git@github.com:acme/app.git");
        for (const char* below : {"dev/app", "dev/copy"})
            homes.at(0).dir.write(homes.file(0, below, std::string(below).substr(4) + ".jsonl"),
                                  record(homes.path(0, below), "x"));
        settle(homes.devices);
        CHECK(homes.at(0).tree.health().detail.find("same repository") != std::string::npos);
        CHECK(homes.at(1).dir.read(homes.file(1, "dev/copy", "copy.jsonl")) ==
              moved(record(homes.path(0, "dev/copy"), "x"), homes.homes[0], homes.homes[1]));
        CHECK(homes.at(1).dir.files().contains(homes.file(1, "dev/app", "app.jsonl")));
    }

    TEST_CASE("a folder whose lines do not name it stays by its name") {
        Homes homes({"home/a", "Users/b"});
        homes.at(0).dir.write("projects/-srv-app/s.jsonl", record("/srv/app", "x"));
        homes.at(0).dir.write("projects/mine/s.jsonl", record(homes.path(0, "app"), "x"));
        homes.at(0).dir.write("projects/@home:x/s.jsonl", record(homes.path(0, "x"), "x"));
        settle(homes.devices);
        CHECK(homes.at(1).dir.read("projects/-srv-app/s.jsonl") == record("/srv/app", "x"));
        // The home is another one, the project is not known.
        CHECK(homes.at(1).dir.read("projects/mine/s.jsonl") ==
              moved(record(homes.path(0, "app"), "x"), homes.homes[0], homes.homes[1]));
        CHECK(homes.at(1).dir.files().size() == 3);
    }

    TEST_CASE("a session whose first lines name no folder waits a little") {
        Homes homes({"home/a", "Users/b"});
        const std::string here = homes.path(0, "app");
        homes.at(0).dir.write(homes.file(0, "app", "s.jsonl"), "{\"type\":\"summary\"}\n");
        REQUIRE(homes.at(0).capture().has_value());
        CHECK(homes.at(0).log.size() == 1);
        CHECK(*homes.at(0).tree.has_changes());
        SUBCASE("for the line that does") {
            homes.at(0).dir.append(homes.file(0, "app", "s.jsonl"), record(here, "x"));
            settle(homes.devices);
            CHECK(homes.at(1).dir.read(homes.file(1, "app", "s.jsonl")) ==
                  "{\"type\":\"summary\"}\n" +
                      moved(record(here, "x"), here, homes.path(1, "app")));
        }
        SUBCASE("and no longer") {
            homes.at(0).clock.advance(std::chrono::minutes(2));
            settle(homes.devices);
            CHECK(homes.at(1).dir.read(homes.file(0, "app", "s.jsonl")) ==
                  "{\"type\":\"summary\"}\n");
        }
    }

    TEST_CASE("a folder is known by lines from deeper in it and by those of subagents") {
        Homes homes({"home/a", "Users/b"});
        const std::string here = homes.path(0, "app");
        const char* name = "s.jsonl";
        SUBCASE("lines from deeper in it") {}
        SUBCASE("subagents of a session that is swept") {
            name = "s/subagents/agent-1.jsonl";
        }
        homes.at(0).dir.write(homes.file(0, "app", name), record(here + "/web/src", "x"));
        settle(homes.devices);
        CHECK(homes.at(1).dir.read(homes.file(1, "app", name)) ==
              moved(record(here + "/web/src", "x"), here, homes.path(1, "app")));
    }

    TEST_CASE("a home with backslashes is a home") {
        TreeDevice windows(1, "claude", "C:\\Users\\b");
        TreeDevice other(2, "claude", "/home/nobody");
        const std::string there = "C:\\Users\\b\\dev\\app";
        const std::string line = record(there + "\\sub", "x");
        windows.dir.write("projects/" + slug_of(there) + "/s.jsonl", record(there, "y") + line);
        REQUIRE(windows.capture().has_value());
        other.pull(windows);
        other.project();
        const std::string file = "projects/-home-nobody-dev-app/s.jsonl";
        CHECK(other.dir.read(file).find("\"cwd\":\"/home/nobody/dev/app/sub\",") !=
              std::string::npos);
        other.dir.append(file, record("/home/nobody/dev/app/web/x", "z"));
        REQUIRE(other.capture().has_value());
        windows.pull(other);
        windows.project();
        const std::string back = windows.dir.read("projects/C--Users-b-dev-app/s.jsonl");
        CHECK(back.starts_with(record(there, "y") + line));
        CHECK(back.find(R"("cwd":"C:\\Users\\b\\dev\\app\\web\\x",)") != std::string::npos);
    }

    TEST_CASE("what other devices may not say finds no place") {
        Homes homes({"home/a", "Users/b"});
        TreeDevice& device = homes.at(0);
        for (const char* name : {"@home:..%2F..%2Fx", "@git:", "@x", "@home:%2Fetc"}) {
            const std::string path = "projects/" + std::string(name) + "/s.jsonl";
            WantedRow row;
            row.collection = device.ids.collection("home", "files");
            row.sid = device.ids.row(row.collection, as_bytes(path));
            row.is_present = true;
            row.columns = {{device.ids.column(row.collection, "path"), core::Value::text(path)}};
            const auto outcomes = device.tree.project({&row, 1}, device);
            REQUIRE(outcomes.has_value());
            CHECK(outcomes->front().outcome == Outcome::parked);
            CHECK(outcomes->front().reason == "its project's name is not understood");
        }
        CHECK(device.dir.files().size() == 1);
    }

    TEST_CASE("lines too long for one part stay as they are among others that do not") {
        Homes homes({"home/a", "Users/b"});
        const std::string here = homes.path(0, "app");
        const std::string there = homes.path(1, "app");
        const std::string own = homes.file(0, "app", "s.jsonl");
        const std::string other = homes.file(1, "app", "s.jsonl");
        const std::string vast = record(here, std::string(3u << 20, 'x'));
        const std::string large = record(here, std::string((1u << 20) - 400, 'y'));
        const std::string few = records(here, "few", 2'000);
        homes.at(0).dir.write(own, few + vast + large + few + vast);
        settle(homes.devices);
        const auto shown = [&](const std::string& text) { return moved(text, here, there); };
        CHECK(homes.at(1).dir.read(other) == shown(few) + vast + shown(large) + shown(few) + vast);
        homes.at(0).dir.append(own, record(here, "left") + vast);
        homes.at(1).dir.append(other, record(there, "right"));
        settle(homes.devices);
        const std::string all = homes.at(0).dir.read(own);
        CHECK(all.starts_with(few + vast + large + few + vast));
        CHECK(all.find("left") != std::string::npos);
        CHECK(all.find("right") != std::string::npos);
        CHECK(all.size() == few.size() * 2 + vast.size() * 3 + large.size() +
                                record(here, "left").size() + record(here, "right").size() +
                                there.size() - here.size());
        CHECK(homes.at(1).dir.read(other).size() > all.size());
        const std::size_t told = homes.at(0).log.size() + homes.at(1).log.size();
        homes.at(1).dir.write(other, homes.at(1).dir.read(other));
        settle(homes.devices);
        CHECK(homes.at(0).log.size() + homes.at(1).log.size() == told);
    }

    TEST_CASE("a line that this device would tell otherwise stays as its author told it") {
        Homes homes({"home/a", "Users/b"});
        homes.clone(0, "work/app", "git@github.com:acme/app.git");
        homes.clone(1, "dev/app", "git@github.com:acme/app.git");
        const std::string here = homes.path(0, "work/app");
        const std::string there = homes.path(1, "dev/app");
        // Below the home there, and in the project here.
        const std::string odd = record(homes.path(0, "dev/app/x"), "odd");
        homes.at(1).dir.write(homes.file(1, "dev/app", "own.jsonl"), record(there, "own"));
        homes.at(0).dir.write(homes.file(0, "work/app", "s.jsonl"),
                              record(here, "a") + odd + record(here, "b"));
        settle(homes.devices);
        const std::string file = homes.file(1, "dev/app", "s.jsonl");
        const std::string text = homes.at(1).dir.read(file);
        CHECK(text == moved(record(here, "a"), here, there) +
                          moved(odd, homes.homes[0], homes.homes[1]) +
                          moved(record(here, "b"), here, there));
        const std::size_t told = homes.at(1).log.size();
        std::filesystem::remove(homes.at(1).dir / file);
        homes.at(1).dir.write(file, text);
        settle(homes.devices);
        CHECK(homes.at(1).log.size() == told);
        homes.at(0).dir.append(homes.file(0, "work/app", "s.jsonl"), record(here, "left"));
        homes.at(1).dir.append(file, record(there, "right"));
        settle(homes.devices);
        CHECK(homes.at(0)
                  .dir.read(homes.file(0, "work/app", "s.jsonl"))
                  .starts_with(record(here, "a") + odd + record(here, "b")));
    }
}

}  // namespace satchel::sources::test
