// Sixty settings that run code, or weaken what keeps code from running, in nine ways each: none is
// written into another device's settings before a person there approved it.
#include "tests/unit/engine/tree_replica.h"

#include <array>
#include <filesystem>

#include <doctest/doctest.h>

namespace satchel::engine {

namespace {

/// What would be harmful, and where.
struct Payload {
    bool is_toml = false;
    std::string text;
};

// clang-format off
const std::array kClaude = std::to_array<std::string>({
    R"("hooks": {"Stop": [{"hooks": [{"type": "command", "command": "SENTINEL"}]}]})",
    R"("hooks": {"SENTINEL": "x"})",
    R"("hooks": "SENTINEL")",
    R"("Hooks": {"Stop": ["SENTINEL"]})",
    R"("HOOKS": {"Stop": "SENTINEL"})",
    R"("statusLine": {"type": "command", "command": "SENTINEL"})",
    R"("statusLine": "SENTINEL")",
    R"("statusline": {"command": "SENTINEL"})",
    R"("apiKeyHelper": "SENTINEL")",
    R"("ApiKeyHelper": "SENTINEL")",
    R"("awsAuthRefresh": "SENTINEL")",
    R"("otelHeadersHelper": "SENTINEL")",
    R"("env": {"PATH": "SENTINEL"})",
    R"("env": {"LD_PRELOAD": "SENTINEL"})",
    R"("env": {"ANTHROPIC_BASE_URL": "SENTINEL"})",
    R"("env": {"NODE_OPTIONS": "SENTINEL"})",
    R"("env": {"a": {"b": "SENTINEL"}})",
    R"("permissions": {"allow": ["SENTINEL"]})",
    R"("permissions": {"ask": ["SENTINEL"]})",
    R"("permissions": {"deny": ["SENTINEL"]})",
    R"("permissions": {"defaultMode": "SENTINEL"})",
    R"("permissions": {"allow": "SENTINEL"})",
    R"("permissions": {"allow": [["SENTINEL"]]})",
    R"("permissions": {"additionalDirectories": ["SENTINEL"]})",
    R"("enableAllProjectMcpServers": "SENTINEL")",
    R"("enabledMcpjsonServers": ["SENTINEL"])",
    R"("mcpServers": {"x": {"command": "SENTINEL"}})",
    R"("mcpServers": {"x": {"url": "SENTINEL"}})",
    R"("mcpServers": {"x": {"args": ["SENTINEL"]}})",
    R"("extraKnownMarketplaces": {"x": {"source": {"repo": "SENTINEL"}}})",
    R"("enabledPlugins": {"SENTINEL": true})",
    R"("sandbox": {"enabled": "SENTINEL"})",
    R"("skipDangerousModePermissionPrompt": "SENTINEL")",
    R"("theme": {"command": "SENTINEL"})",
    R"("theme": ["SENTINEL"])",
    R"("theme": [{"command": "SENTINEL"}])",
    R"("theme ": "SENTINEL")",
    R"("Theme": "SENTINEL")",
    R"("model": {"SENTINEL": 1})",
    R"("": "SENTINEL")",
    R"("/theme": "SENTINEL")",
    R"("theme/x": "SENTINEL")",
    R"("a~1b": "SENTINEL")",
    R"("__proto__": {"hooks": "SENTINEL"})",
    R"("constructor": {"prototype": "SENTINEL"})",
    R"("outputStyle": {"x": "SENTINEL"})",
    R"("fileSuggestion": {"command": "SENTINEL"})",
    R"("\u0068ooks": {"Stop": ["SENTINEL"]})",
    R"("newInNextVersion": "SENTINEL")",
    R"("disableAllHooks": "SENTINEL")",
});
const std::array kCodex = std::to_array<std::string>({
    "notify = [\"SENTINEL\"]",
    "[mcp_servers.x]\ncommand = \"SENTINEL\"",
    "[mcp_servers.x]\nargs = [\"SENTINEL\"]",
    "mcp_servers.x = { url = \"SENTINEL\" }",
    "[model_providers.x]\nbase_url = \"SENTINEL\"",
    "model_provider = \"SENTINEL\"",
    "[shell_environment_policy]\ninclude_only = [\"SENTINEL\"]",
    "approval_policy = \"SENTINEL\"",
    "\"sandbox_mode\" = \"SENTINEL\"",
    "[[hooks.Stop]]\ncommand = \"SENTINEL\"",
});

// clang-format on

std::vector<Payload> all_payloads() {
    std::vector<Payload> payloads;
    for (const std::string& text : kClaude) payloads.push_back({false, text});
    for (const std::string& text : kCodex) payloads.push_back({true, text});
    return payloads;
}

/// Rules of a device that sends whatever it has: an attacker, or an older version.
std::vector<sources::FileRule> free_rules() {
    using enum sources::FileClass;
    return {{"settings.json", json}, {"**.toml", toml}, {"**", opaque}};
}

/// A device, and two others that write what it must not take.
class Trial {
  public:
    Trial(const Payload& payload, bool is_free)
        : payload_(payload),
          sender_(workspace_, 0, profile(), is_free ? free_rules() : own_rules()),
          other_(workspace_, 1, profile()),
          device_(workspace_, 2, profile()) {}

    TreeReplica& device() { return device_; }

    TreeReplica& sender() { return sender_; }

    TreeReplica& other() { return other_; }

    /// `from` writes harmless settings and sends them.
    void send_harmless(TreeReplica& from, std::string_view more = "") {
        from.edit(path(), with(more));
        from.send({&device_});
    }

    void send_payload(TreeReplica& from) { send_harmless(from, payload_.text); }

    /// A setting nobody knows.
    [[nodiscard]] std::string unknown() const {
        return payload_.is_toml ? "not_known_yet = 1\n" : R"("notKnownYet": 1)";
    }

    void write_own(std::string_view more) { device_.edit(path(), with(more)); }

    /// A person says yes to everything there is.
    void approve_all() {
        for (const WaitingChange& one : device_.waiting()) {
            const auto change = find_waiting_change(device_.replica, one.id);
            if (change) REQUIRE(approve_change(device_.replica, *change).has_value());
        }
    }

    [[nodiscard]] bool has_taken() {
        device_.look();
        device_.capture();
        device_.replica.show_waiting().value();
        return device_.read(path()).find("SENTINEL") != std::string::npos;
    }

    [[nodiscard]] std::string path() const {
        return payload_.is_toml ? "config.toml" : "settings.json";
    }

  private:
    [[nodiscard]] std::string_view profile() const { return payload_.is_toml ? "codex" : "claude"; }

    [[nodiscard]] std::vector<sources::FileRule> own_rules() const {
        return sources::profile_rules(profile());
    }

    [[nodiscard]] std::string with(std::string_view more) const {
        const std::string text(more);
        if (payload_.is_toml) return "model_verbosity = \"low\"\n" + text + "\n";
        return "{\"verbose\": true" + (text.empty() ? text : ", " + text) + "}\n";
    }

    const Payload& payload_;
    Workspace workspace_{3};
    TreeReplica sender_;
    TreeReplica other_;
    TreeReplica device_;
};

struct Route {
    std::string_view name;
    bool is_free = false;  ///< the sender knows no rules
    void (*run)(Trial&) = nullptr;
};

void come_new(Trial& trial) {
    trial.send_payload(trial.sender());
}

void come_later(Trial& trial) {
    trial.send_harmless(trial.sender());
    CHECK_FALSE(trial.device().read(trial.path()).empty());
    trial.send_payload(trial.sender());
}

void come_after_another(Trial& trial) {
    trial.send_harmless(trial.sender(), trial.unknown());
    trial.approve_all();
    trial.send_payload(trial.sender());
}

void come_again(Trial& trial) {
    come_later(trial);
    trial.approve_all();
    trial.send_harmless(trial.sender());
    trial.approve_all();
    CHECK_FALSE(trial.has_taken());
    trial.send_payload(trial.sender());
}

void come_from_another(Trial& trial) {
    come_later(trial);
    trial.approve_all();
    trial.send_harmless(trial.sender());
    trial.approve_all();
    trial.send_payload(trial.other());
}

void come_preferred(Trial& trial) {
    trial.device().replica.find_slot("home")->policies.all = Policy::prefer_remote;
    trial.send_harmless(trial.sender());
    trial.write_own(trial.unknown());
    trial.send_payload(trial.sender());
}

void come_often(Trial& trial) {
    come_later(trial);
    for (int i = 0; i < 3; ++i) {
        CHECK_FALSE(trial.has_taken());
        trial.device().replica.distrust_sources();
    }
}

const std::array kWays = std::to_array<Route>({
    {"in a new file", false, come_new},
    {"in a new file of a device without rules", true, come_new},
    {"into settings that are there", false, come_later},
    {"into settings that are there from a device without rules", true, come_later},
    {"after another change was approved", false, come_after_another},
    {"again after it was approved once", false, come_again},
    {"from another device than the approved one", false, come_from_another},
    {"where others are preferred", false, come_preferred},
    {"over and over", false, come_often},
});

}  // namespace

TEST_SUITE("engine/payloads") {
    TEST_CASE("sixty payloads in nine ways are never applied without approval") {
        const auto payloads = all_payloads();
        REQUIRE(payloads.size() == 60);
        REQUIRE(kWays.size() == 9);
        std::size_t tried = 0, applied = 0;
        for (const Payload& payload : payloads) {
            for (const Route& way : kWays) {
                INFO(payload.text, ": ", way.name);
                Trial trial(payload, way.is_free);
                way.run(trial);
                const bool has_taken = trial.has_taken();
                CHECK_FALSE(has_taken);
                applied += has_taken ? 1 : 0;
                ++tried;
            }
        }
        MESSAGE("payloads=60 ways=9 tried=" << tried << " applied without approval=" << applied);
    }

    TEST_CASE("the same payloads come when a person approves them unless they stay by rule") {
        std::size_t came = 0;
        for (const Payload& payload : all_payloads()) {
            Trial trial(payload, false);
            come_later(trial);
            trial.approve_all();
            came += trial.has_taken() ? 1 : 0;
        }
        // The rest are settings of one machine or look like secrets.
        CHECK(came >= 45);
        MESSAGE("payloads=60 applied with approval=" << came);
    }
}

}  // namespace satchel::engine
