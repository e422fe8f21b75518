// daemon install, uninstall, start, stop and status against a canned service manager.
#include "tests/unit/ctl/canned_daemon.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

using namespace satchel;
using platform::ServiceManager;

namespace {

std::string read(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

bool holds(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

/// A machine with a manager that says what the test wants and notes what it is told.
struct Managed {
    explicit Managed(ServiceManager manager) {
        machine.services.manager = manager;
        machine.services.run = [this](const std::vector<std::string>& command) {
            std::string words;
            for (const std::string& word : command) words += (words.empty() ? "" : " ") + word;
            return answer(words);
        };
        // A daemon to be found, where the test programs are alone.
        std::ofstream(machine.dir() / "satcheld") << "#!/bin/sh\n";
        std::filesystem::permissions(machine.dir() / "satcheld", std::filesystem::perms::owner_all);
        machine.variables["PATH"] = machine.dir().path().string();
    }

    Result<platform::ProgramOutput> answer(const std::string& words) {
        if (words.ends_with("satcheld.service") && holds(words, " show ")) return {{0, service}};
        if (words.ends_with("satcheld.socket") && holds(words, " show ")) return {{0, socket}};
        if (holds(words, "show-user")) return {{0, "Linger=no\n"}};
        if (holds(words, "security"))
            return {{0, "→ Overall exposure level for satcheld.service: 6.0 MEDIUM :-|\n"}};
        if (holds(words, "launchctl print")) return {{service.empty() ? 113 : 0, service}};
        told.push_back(words);
        return {{failing.empty() || !holds(words, failing) ? 0 : 1, ""}};
    }

    [[nodiscard]] std::filesystem::path unit(const char* name) const {
        return machine.dir() / ".config/systemd/user" / name;
    }

    /// The manager knows a service from a file that is there, with further "Name=value" lines.
    void knows(const std::string& lines) {
        const auto file = machine.dir() / "u/satcheld.service";
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << "[Service]\n";
        service = "FragmentPath=" + file.string() + "\n" + lines;
    }

    support::Machine machine;
    std::string service = "FragmentPath=\nActiveState=inactive\n";
    std::string socket = "FragmentPath=\nActiveState=inactive\n";
    std::string failing;
    std::vector<std::string> told;
};

}  // namespace

TEST_SUITE("ctl/service") {
    TEST_CASE("install writes units for the program that is there and starts them") {
        Managed systemd(ServiceManager::systemd);
        const auto rehearsed = systemd.machine.run({"daemon", "install", "-n"});
        CHECK(rehearsed.status == 0);
        CHECK(holds(rehearsed.out, "would write "));
        CHECK(holds(rehearsed.out, "would run systemctl --user restart satcheld.socket"));
        CHECK(systemd.told.empty());
        CHECK_FALSE(std::filesystem::exists(systemd.unit("satcheld.service")));

        const auto done = systemd.machine.run({"daemon", "install"});
        CHECK_MESSAGE(done.status == 0, done.err);
        CHECK(holds(done.err, "loginctl enable-linger"));
        const std::string unit = read(systemd.unit("satcheld.service"));
        CHECK(holds(unit, "/satcheld run\n"));
        CHECK(holds(unit, "Type=notify\n"));
        CHECK_FALSE(holds(unit, "@SATCHELD"));
        CHECK(holds(read(systemd.unit("satcheld.socket")), "FileDescriptorName=satcheld\n"));
        CHECK(systemd.told == std::vector<std::string>{
                                  "systemctl --user daemon-reload",
                                  "systemctl --user enable satcheld.socket satcheld.service",
                                  "systemctl --user restart satcheld.socket satcheld.service"});
        // Again is no error: the files are ours.
        CHECK(systemd.machine.run({"daemon", "install"}).status == 0);
    }

    TEST_CASE("install uses the units of a package for the same program") {
        Managed systemd(ServiceManager::systemd);
        const auto rehearsed = systemd.machine.run({"daemon", "install", "-n"});
        REQUIRE(systemd.machine.run({"daemon", "install"}).status == 0);
        const auto packaged = systemd.machine.dir() / "satcheld.service";
        std::filesystem::rename(systemd.unit("satcheld.service"), packaged);
        systemd.service = "FragmentPath=" + packaged.string() + "\nActiveState=inactive\n";
        const auto used = systemd.machine.run({"daemon", "install", "-n"});
        CHECK_FALSE(holds(used.out, "would write"));
        CHECK(holds(used.out, "would run systemctl --user enable"));
        std::ofstream(packaged) << "[Service]\nExecStart=/opt/other/satcheld run\n";
        CHECK(systemd.machine.run({"daemon", "install", "-n"}).out == rehearsed.out);
    }

    TEST_CASE("a unit that somebody wrote is neither replaced nor removed") {
        Managed systemd(ServiceManager::systemd);
        std::filesystem::create_directories(systemd.unit("").parent_path());
        std::ofstream(systemd.unit("satcheld.service")) << "[Service]\nExecStart=/mine\n";
        systemd.service =
            "FragmentPath=" + systemd.unit("satcheld.service").string() + "\nActiveState=active\n";
        const auto refused = systemd.machine.run({"daemon", "install"});
        CHECK(refused.status == 1);
        CHECK(holds(refused.err, "was not written by satchelctl; nothing was changed"));
        CHECK(systemd.told.empty());
        CHECK(systemd.machine.run({"daemon", "uninstall"}).status == 0);
        CHECK(holds(read(systemd.unit("satcheld.service")), "/mine"));
    }

    TEST_CASE("uninstall removes what install wrote and nothing else") {
        Managed systemd(ServiceManager::systemd);
        const auto absent = systemd.machine.run({"daemon", "uninstall"});
        CHECK(absent.status == 1);
        REQUIRE(systemd.machine.run({"daemon", "install"}).status == 0);
        std::ofstream(systemd.machine.dir() / ".config/keep") << "mine";
        systemd.told.clear();
        systemd.service =
            "FragmentPath=" + systemd.unit("satcheld.service").string() + "\nActiveState=active\n";
        CHECK(systemd.machine.run({"daemon", "uninstall"}).status == 0);
        CHECK(systemd.told.front() ==
              "systemctl --user disable --now satcheld.socket satcheld.service");
        CHECK_FALSE(std::filesystem::exists(systemd.unit("satcheld.service")));
        CHECK_FALSE(std::filesystem::exists(systemd.unit("satcheld.socket")));
        CHECK(std::filesystem::exists(systemd.machine.dir() / ".config/keep"));
    }

    TEST_CASE("without a manager a person is told what to do instead") {
        Managed nobody(ServiceManager::none);
        const auto told = nobody.machine.run({"daemon", "install"});
        CHECK(told.status == 6);
        CHECK(holds(told.err, "satchelctl daemon start"));
    }

    TEST_CASE("what the manager cannot do is told with the command that failed") {
        Managed systemd(ServiceManager::systemd);
        systemd.failing = "enable";
        const auto failed = systemd.machine.run({"daemon", "install"});
        CHECK(failed.status == 1);
        CHECK(
            holds(failed.err, "'systemctl --user enable satcheld.socket satcheld.service' failed"));
        CHECK(systemd.told.back() == "systemctl --user enable satcheld.socket satcheld.service");
    }

    TEST_CASE("on a Mac install writes a LaunchAgent and bootstraps it") {
        Managed launchd(ServiceManager::launchd);
        const auto done = launchd.machine.run({"daemon", "install"});
        CHECK_MESSAGE(done.status == 0, done.err);
        const auto file = launchd.machine.dir() / "Library/LaunchAgents/dev.satchel.satcheld.plist";
        const std::string agent = read(file);
        CHECK(agent.starts_with("<?xml version"));
        CHECK(holds(agent, "/satcheld</string>"));
        CHECK_FALSE(holds(agent, "@SATCHELD"));
        REQUIRE(launchd.told.size() == 2);
        CHECK(launchd.told[0].starts_with("launchctl bootout gui/"));
        CHECK(launchd.told[1].starts_with("launchctl bootstrap gui/"));
        CHECK(launchd.told[1].ends_with(file.string()));
        CHECK(launchd.machine.run({"daemon", "uninstall"}).status == 0);
        CHECK_FALSE(std::filesystem::exists(file));
    }

    TEST_CASE("status tells of the service and does not wake one that sleeps") {
        Managed systemd(ServiceManager::systemd);
        systemd.machine.start_device();
        systemd.knows("ActiveState=active\nMainPID=4711\nNRestarts=2\nUnitFileState=enabled\n");
        systemd.socket = "ActiveState=active\n";
        const auto answer = systemd.machine.run({"daemon", "status", "--json"});
        CHECK(holds(answer.out, "\"service\":{\"manager\":\"systemd\""));
        CHECK(holds(answer.out, "\"exposure\":\"6.0 MEDIUM\""));
        CHECK(holds(answer.out, "\"restarts\":2"));
        systemd.knows("ActiveState=inactive\n");
        CHECK(systemd.machine.run({"daemon", "status"}).status == 6);
        CHECK(systemd.machine.run({"daemon", "status", "-q"}).status == 1);
        systemd.knows("ActiveState=failed\nResult=watchdog\n");
        CHECK(
            holds(systemd.machine.run({"daemon", "status"}).err, "its service failed (watchdog)"));
    }

    TEST_CASE("a service whose file is gone is not known") {
        Managed systemd(ServiceManager::systemd);
        systemd.service = "FragmentPath=/gone/satcheld.service\nActiveState=inactive\n";
        const auto started = systemd.machine.run({"daemon", "start"});
        CHECK(holds(started.err, "the daemon does not run"));
        CHECK(systemd.told.empty());
    }

    TEST_CASE("stop and start go through the manager that runs the daemon") {
        Managed systemd(ServiceManager::systemd);
        systemd.knows("ActiveState=active\n");
        systemd.socket = "ActiveState=active\n";
        CHECK(systemd.machine.run({"daemon", "stop"}).out == "Stopped\n");
        CHECK(systemd.told ==
              std::vector<std::string>{"systemctl --user stop satcheld.socket satcheld.service"});
        systemd.told.clear();
        systemd.machine.start = [] { return ok(); };
        systemd.knows("ActiveState=inactive\n");
        systemd.socket = "ActiveState=inactive\n";
        systemd.failing = "start";
        CHECK(systemd.machine.run({"daemon", "start"}).status == 1);
        CHECK(systemd.told ==
              std::vector<std::string>{"systemctl --user start satcheld.socket satcheld.service"});
    }
}
