// Commands end to end: satchelctl in this process, a canned daemon behind a real socket.
#include "ctl/commands/program.h"

#include "ctl/args/table.h"
#include "ctl/commands/commands.h"
#include "shared/protocol/control/requests.h"
#include "tests/unit/ctl/canned_daemon.h"

#include <chrono>
#include <fstream>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace satchel;
using support::Machine;

namespace {

/// A healthy daemon that belongs to no workspace yet.
void install_newcomer(control::Server& server) {
    support::install_device(server);
    server.on<control::StatusRequest>(
        [](const control::StatusRequest&) -> Result<control::StatusResponse> { return {}; });
}

}  // namespace

TEST_SUITE("ctl/program") {
    TEST_CASE("every row of the command table has a function and the other way round") {
        const auto functions = ctl::command_functions();
        REQUIRE(functions.size() == ctl::command_rows().size());
        for (std::size_t i = 0; i < functions.size(); ++i)
            CHECK(functions[i].name == ctl::command_rows()[i].name);
    }

    TEST_CASE("setup has three outcomes with an exit status each") {
        Machine machine;
        machine.start_device(install_newcomer);
        const std::string join(support::kJoinString);
        const auto good = machine.run({"sync", "setup", "--join-file", "-", "--name", "phone"},
                                      "  " + join + "\r\n");
        CHECK(good.status == 0);
        CHECK(good.out.starts_with("Hub reachable and this device accepted.\n"));
        CHECK(good.out.find("phone") != std::string::npos);
        const auto refused = machine.run({"sync", "setup", "--join-file", "-"}, "other\n");
        CHECK(refused.status == 7);
        CHECK(refused.err.find("hub reachable, but it refused this device") != std::string::npos);
        CHECK(refused.err.find("nothing was saved") != std::string::npos);
        const auto down = machine.run(
            {"sync", "setup", "--join-file", "-", "--url", "https://down.example"}, join);
        CHECK(down.status == 6);
        CHECK(down.err.find("cannot reach https://down.example") != std::string::npos);
    }

    TEST_CASE("setup on an enrolled device tells where it would move before it does") {
        Machine machine;
        machine.start_device();
        const std::vector<std::string> move = {"sync", "setup", "--url", "https://new.example"};
        const auto with = [&](const char* option) {
            std::vector<std::string> arguments = move;
            arguments.emplace_back(option);
            return machine.run(arguments);
        };
        const auto rehearsed = with("--dry-run");
        CHECK(rehearsed.status == 0);
        CHECK(rehearsed.out.starts_with("Would move from https://hub.example"));
        CHECK(rehearsed.out.find('\033') == std::string::npos);
        const auto unasked = machine.run(move);
        CHECK(unasked.status == 4);
        CHECK(unasked.err.find("nothing was changed") != std::string::npos);
        const auto moved = with("--yes");
        CHECK(moved.status == 0);
        CHECK(moved.out.starts_with("Moved to https://new.example\n"));
        CHECK(moved.err.find("sync register") != std::string::npos);
        CHECK(with("--json").out.find("\"moved\":true") != std::string::npos);
    }

    TEST_CASE("setup reads a file and never shows the join string") {
        Machine machine;
        machine.start_device(install_newcomer);
        const std::string join(support::kJoinString);
        const auto file = machine.dir().write("join.txt", join + "\n");
        for (const auto& run : {machine.run({"sync", "setup", "--join-file", file.string()}),
                                machine.run({"sync", "setup", join}),
                                machine.run({"sync", "setup", "--name", join, "--json"}),
                                machine.run({"why", "x" + join})})
            CHECK((run.out + run.err).find(join) == std::string::npos);
        CHECK(machine.run({"sync", "setup", "--join-file", file.string()}).status == 0);
        CHECK(machine.run({"sync", "setup"}).status == 4);
        CHECK(machine.run({"sync", "setup", "--join-file", "-"}, " \n").status == 4);
        CHECK(machine.run({"sync", "setup", "--join-file", "/nowhere"}).status == 1);
    }

    TEST_CASE("register asks the device first and the hub when it is not enrolled") {
        Machine machine;
        machine.start_device([](control::Server& server) {
            server.on<control::WorkspaceInviteRequest>(
                [](const control::WorkspaceInviteRequest&) -> Result<control::InviteResponse> {
                    return Error{ErrorCode::not_enrolled, "no workspace"};
                });
        });
        const auto alone = machine.run({"sync", "register", "--name", "x"});
        CHECK(alone.status == 4);
        CHECK(alone.out.empty());
        machine.start_hub();
        const auto run = machine.run({"sync", "register", "--name", "x"});
        CHECK(run.status == 0);
        CHECK(run.out == std::string(support::kJoinString) + "\n");
        CHECK(run.err.find("approve") != std::string::npos);
        machine.stop_device();
        CHECK(machine.run({"sync", "register", "--name", "x"}).status == 0);
    }

    TEST_CASE("recovery words are read over lines from a terminal or whole from elsewhere") {
        Machine machine;
        machine.start_device();
        const std::string words(support::kRecoveryText);
        const std::vector<std::string> use = {"recovery", "use", "https://h", "--name", "new"};
        const auto piped = machine.run(use, words + "\n");
        CHECK(piped.status == 0);
        CHECK(piped.out.find("this device is in.\ndevice     new\n") != std::string::npos);
        CHECK(piped.out.find("others     laptop, desk\\x1b[2Jtop\n") != std::string::npos);
        CHECK(piped.err.find("device revoke") != std::string::npos);
        std::string lines = words;
        for (std::size_t at = lines.find(' ', 60); at != std::string::npos;
             at = lines.find(' ', at + 60))
            lines[at] = '\n';
        CHECK(machine.run(use, "\n \n" + lines).status == 0);
        CHECK(machine.run(use, " \n").status == 4);
        CHECK(machine.run(use, std::string(9'000, 'x')).status == 4);
        machine.is_terminal = true;
        const auto typed = machine.run(use, lines + "\nnot read");
        CHECK(typed.status == 0);
        CHECK(typed.err.find("24 recovery words") != std::string::npos);
        const auto given_up = machine.run(use, "hamster diagram\n\n" + words);
        CHECK(given_up.status == 4);
        CHECK((typed.out + typed.err + given_up.err).find("hamster") == std::string::npos);
    }

    TEST_CASE("new recovery words in place of old ones are asked for") {
        Machine machine;
        machine.start_device();
        CHECK(machine.run({"recovery", "create"}, "y\n").status == 1);
        machine.is_terminal = true;
        const auto no = machine.run({"recovery", "create"}, "n\n");
        CHECK(no.status == 1);
        CHECK(no.out.empty());
        const auto yes = machine.run({"recovery", "create"}, "y\n");
        CHECK(yes.status == 0);
        CHECK(yes.out.find(" 1 hamster    2 diagram    3 private    4 dutch\n") !=
              std::string::npos);
        CHECK(yes.out.find("are void") != std::string::npos);
        CHECK(machine.run({"recovery", "create", "--json"}, "y\n").status == 1);
    }

    TEST_CASE("the daemon is started once when nobody answers") {
        Machine machine;
        int starts = 0;
        machine.start = [&] {
            ++starts;
            machine.start_device();
            return ok();
        };
        const auto run = machine.run({"daemon", "start"});
        CHECK(run.status == 0);
        CHECK(run.out == "Started, process 4711\n");
        CHECK(machine.run({"daemon", "start"}).out == "Running already, process 4711\n");
        CHECK(starts == 1);
        CHECK(machine.run({"daemon", "status", "-q"}).status == 0);
        machine.stop_device();
        CHECK(machine.run({"daemon", "status", "-q"}).status == 1);
        CHECK(starts == 1);
        // To ask how things are changes nothing.
        for (const char* question : {"status", "sync"}) CHECK(machine.run({question}).status == 6);
        CHECK(starts == 1);
        CHECK(machine.run({"device", "list"}).status == 0);
        CHECK(starts == 2);
    }

    TEST_CASE("status tells why the last start failed and ends as that did") {
        Machine machine;
        machine.dir().write(
            "state/satchel/failure.json",
            R"({"time":"2026-03-01T09:00:00Z","code":"halted","message":"the store )"
            R"(is damaged","hint":"move it away"})");
        const auto run = machine.run({"status"});
        CHECK(run.status == 5);
        CHECK(run.err.find("the daemon does not run; at 2026-03-01 10:00:00 +0100 it could not "
                           "start: the store is damaged") != std::string::npos);
        CHECK(run.err.find("hint: move it away") != std::string::npos);
        for (const char* odd : {"", "{}", "[]", "no json", R"({"time":1,"code":2})"}) {
            machine.dir().write("state/satchel/failure.json", odd);
            CHECK(machine.run({"status"}).status == 6);
        }
    }

    TEST_CASE("status goes on where nobody ends it and says only what is news") {
        Machine machine;
        machine.start_device();
        int asked = 0;
        machine.is_interrupted = [&] { return ++asked > 3; };
        const auto text = machine.run({"status", "--watch"});
        CHECK(text.status == 0);
        CHECK(text.out ==
              "2026-03-01 11:00:00 +0100  idle; hub connected; 3 out, 1 in, 1 conflict; "
              "claude deferred; next: satchelctl conflict list\n");
        asked = 0;
        const auto object = machine.run({"status", "--watch", "--json"});
        CHECK(std::ranges::count(object.out, '\n') == 1);
        CHECK(object.out.find("\"exit_status\":2") != std::string::npos);
        asked = 0;
        CHECK(machine.run({"status", "--watch", "-q"}).out.empty());
    }

    TEST_CASE("stop waits until the daemon has gone") {
        Machine machine;
        // The process that is waited for; it ends when told to, by the end of its input.
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        const pid_t process = ::fork();
        if (process == 0) {
            ::close(ends[1]);
            char byte = 0;
            while (::read(ends[0], &byte, 1) > 0) {
            }
            ::_exit(0);
        }
        ::close(ends[0]);
        machine.start_device([&](control::Server& server) {
            server.on<control::DaemonInfoRequest>([process](const control::DaemonInfoRequest&)
                                                      -> Result<control::DaemonInfoResponse> {
                control::DaemonInfoResponse info;
                info.pid = process;
                return info;
            });
            server.on<control::DaemonStopRequest>(
                [&](const control::DaemonStopRequest&) -> Result<control::DaemonStopResponse> {
                    ::close(ends[1]);
                    return control::DaemonStopResponse{process};
                });
        });
        const auto run = machine.run({"daemon", "stop"});
        CHECK(run.status == 0);
        CHECK(run.out == "Stopped\n");
        CHECK(::waitpid(process, nullptr, WNOHANG) == process);
        machine.stop_device();
        CHECK(machine.run({"daemon", "stop"}).out == "Not running\n");
    }

    TEST_CASE("logs prints the last lines and follows until interrupted") {
        Machine machine;
        std::string log;
        for (int i = 1; i <= 100; ++i) log += "line " + std::to_string(i) + "\n";
        machine.dir().write("state/satchel/satcheld.log", log);
        const auto two = machine.run({"daemon", "logs", "--lines", "2"});
        CHECK(two.out == "line 99\nline 100\n");
        CHECK(machine.run({"daemon", "logs"}).out.starts_with("line 51\n"));
        CHECK(machine.run({"daemon", "logs", "--lines", "1000"}).out == log);
        CHECK(machine.run({"daemon", "logs", "--lines", "0"}).out.empty());
        int asked = 0;
        machine.is_interrupted = [&] {
            if (asked == 0) machine.dir().append("state/satchel/satcheld.log", "more\nhalf");
            return ++asked > 1;
        };
        const auto followed = machine.run({"daemon", "logs", "-f", "--lines", "1"});
        CHECK(followed.out == "line 100\nmore\n");
        CHECK(followed.status == 130);
    }

    TEST_CASE("a method the daemon does not serve is told as it is") {
        Machine machine;
        machine.start_device([](control::Server&) {});
        const auto run = machine.run({"status"});
        CHECK(run.status == 4);
        CHECK(run.err.find("not served by a device") != std::string::npos);
    }

    TEST_CASE("a broken environment is named") {
        Machine machine;
        machine.start_device();
        machine.variables["XDG_RUNTIME_DIR"] = "relative";
        CHECK(machine.run({"device", "list"}).status == 0);
        machine.variables["XDG_RUNTIME_DIR"] = "/nowhere/at/all";
        CHECK(machine.run({"device", "list"}).status == 0);
    }

    TEST_CASE("a database is explained and asked about where a person can answer") {
        Machine machine;
        machine.start_device();
        const std::vector<std::string> add = {"source", "add", "/x/notes.db"};
        CHECK(machine.run(add).out.find("Satchel will") == std::string::npos);
        CHECK(machine.run(add).status == 0);
        machine.is_terminal = true;
        for (const char* answer : {"", "n\n", "yo\n"}) {
            const auto refused = machine.run(add, answer);
            CHECK(refused.status == 4);
            CHECK(refused.out.find("Satchel will") != std::string::npos);
            CHECK(refused.out.find("Added") == std::string::npos);
            CHECK(refused.err.find("keep this table in sync? [y/N]") != std::string::npos);
            CHECK(refused.err.find("nothing was added") != std::string::npos);
        }
        const auto agreed = machine.run(add, "y\n");
        CHECK(agreed.status == 0);
        CHECK(agreed.out.find("Added") != std::string::npos);
        CHECK(machine.run({"source", "add", "/x/notes.db", "--yes"}).err.find("[y/N]") ==
              std::string::npos);
        CHECK(machine.run({"source", "add", "/x/notes.db", "--json"}).err.empty());
        // A directory has no tables to explain.
        CHECK(machine.run({"source", "add", "/x/notes"}).status == 0);
    }

    TEST_CASE("a status round trip is short") {
        Machine machine;
        machine.start_device();
        machine.run({"status"});
        const auto start = std::chrono::steady_clock::now();
        constexpr int kRuns = 50;
        for (int i = 0; i < kRuns; ++i) CHECK(machine.run({"status"}).status == 2);
        const auto each = (std::chrono::steady_clock::now() - start) / kRuns;
        MESSAGE(
            "status: ", std::chrono::duration_cast<std::chrono::microseconds>(each).count(), " us");
    }

    TEST_CASE("a conflict is decided by what an editor leaves of the version shown") {
        Machine machine;
        machine.start_device();
        const auto script = [&](const std::string& name, const std::string& text) {
            const auto path = machine.dir().write(name, "#!/bin/sh\n" + text + "\n");
            std::filesystem::permissions(path, std::filesystem::perms::owner_all);
            return path.string();
        };
        const auto seen = machine.dir() / "seen";
        const auto edit = [&](const std::string& editor) {
            machine.variables["EDITOR"] = editor;
            return machine.run({"conflict", "resolve", "k3f9", "--edit"});
        };
        // The line end is the editor's, the file only ours.
        const auto done = edit(script("append",
                                      "stat -c %a \"$2\" \"$(dirname \"$2\")\" >" + seen.string() +
                                          "; printf ' edited\\n' >>\"$2\"") +
                               " --wait");
        CHECK(done.status == 0);
        CHECK(done.out == "Wrote the value given; 7 conflicts left\n");
        std::ifstream modes(seen);
        std::string file;
        std::string folder;
        modes >> file >> folder;
        CHECK(file == "600");
        CHECK(folder == "700");
        for (const auto& entry :
             std::filesystem::directory_iterator(machine.dir() / "state/satchel"))
            CHECK_FALSE(entry.path().filename().string().starts_with("edit-"));

        const auto same = edit(script("same", "echo >>\"$1\""));
        CHECK(same.status == 1);
        CHECK(same.err.find("nothing was written") != std::string::npos);
        const auto failed = edit(script("fails", "echo more >>\"$1\"; exit 3"));
        CHECK(failed.status == 1);
        CHECK(failed.err.find("status 3") != std::string::npos);
        CHECK(edit("no-such-editor").err.find("no editor 'no-such-editor'") != std::string::npos);
        machine.variables["VISUAL"] = script("visual", "printf refused >\"$1\"");
        CHECK(edit("no-such-editor").err.find("is refused") != std::string::npos);
        CHECK(machine.run({"conflict", "resolve", "k3f9", "--edit", "--both"}).status == 4);
    }
}
