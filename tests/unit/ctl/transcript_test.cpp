// What people and scripts see: commands with their output and exit status, as text files. After a
// wanted change run the test with SATCHEL_UPDATE_TRANSCRIPTS=1 and read the difference.
#include "tests/unit/ctl/canned_daemon.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

using namespace satchel;

namespace {

std::string read(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// A line "$ satchelctl …" is a command; what follows is what came before.
std::string replay(support::Machine& machine, const std::string& transcript) {
    std::istringstream lines(transcript);
    std::string result;
    bool in_preface = true;
    for (std::string line; std::getline(lines, line);) {
        const bool is_command = line.starts_with("$ satchelctl");
        if (in_preface && !is_command) result += line + "\n";
        if (!is_command) continue;
        in_preface = false;
        std::istringstream words(line.substr(std::string("$ satchelctl").size()));
        std::vector<std::string> arguments;
        for (std::string word; words >> word;) arguments.push_back(word);
        const auto run = machine.run(arguments);
        result += line + "\n" + run.out;
        std::istringstream talk(run.err);
        for (std::string said; std::getline(talk, said);) result += "! " + said + "\n";
        result += "[" + std::to_string(run.status) + "]\n\n";
    }
    return result;
}

}  // namespace

TEST_SUITE("ctl/transcript") {
    TEST_CASE("every transcript is what satchelctl says") {
        int transcripts = 0;
        for (const auto& entry : std::filesystem::directory_iterator(TRANSCRIPT_DIR)) {
            CAPTURE(entry.path().filename().string());
            support::Machine machine;
            const std::string name = entry.path().stem().string();
            if (name != "no_daemon") machine.start_device();
            if (name == "hub") machine.start_hub();
            const std::string wanted = read(entry.path());
            const std::string got = replay(machine, wanted);
            if (std::getenv("SATCHEL_UPDATE_TRANSCRIPTS"))
                std::ofstream(entry.path()) << got;
            else
                CHECK(got == wanted);
            // No control character of a foreign name reaches the terminal.
            CHECK(got.find('\033') == std::string::npos);
            ++transcripts;
        }
        CHECK(transcripts >= 5);
    }
}
