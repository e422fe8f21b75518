// sync resolve, and link, which also lists the projects of trees. Repositories are cloned from here
// and not by the daemon: here are the person's SSH agent and credentials, and nothing else waits
// meanwhile.
#include "ctl/commands/commands.h"
#include "ctl/render/words.h"
#include "shared/platform/spawn.h"
#include "shared/protocol/control/catalog.h"
#include "shared/protocol/control/project.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace satchel::ctl {
namespace {

constexpr milliseconds kCloneLimit{120'000};

// No prompt can be answered, so none is made; a host not met before is accepted, one with another
// key than before is not.
const std::vector<std::string> kGitVariables = {
    "GIT_TERMINAL_PROMPT=0",
    "GIT_ASKPASS=true",
    "GIT_ALLOW_PROTOCOL=https:ssh",
    "GIT_SSH_COMMAND=ssh -o BatchMode=yes -o ConnectTimeout=8 -o StrictHostKeyChecking=accept-new",
};

std::vector<std::string> clone_all(Context& context,
                                   const std::vector<control::ClonablePlace>& places) {
    std::vector<std::string> made;
    const auto git = platform::find_program(context.environment, "git");
    if (!git && !places.empty()) context.out.talk("git is not on PATH; nothing was cloned");
    if (!git) return made;
    for (const control::ClonablePlace& place : places) {
        if (std::ranges::find(made, place.target) != made.end()) continue;
        context.out.talk("cloning " + shown(place.url) + " into " + shown(place.target));
        std::error_code failed;
        std::filesystem::create_directories(std::filesystem::path(place.target).parent_path(),
                                            failed);
        const auto done = platform::run_program(
            {git->string(), "-c", "gc.auto=0", "clone", "--quiet", "--", place.url, place.target},
            kGitVariables,
            kCloneLimit);
        if (!done)
            context.out.talk(shown(done.error().message));
        else if (*done != 0)
            context.out.talk("git could not clone " + shown(place.url) + " (status " +
                             std::to_string(*done) + ")");
        else
            made.push_back(place.target);
    }
    return made;
}

std::string resolved_words(const control::CatalogResolveResponse& done) {
    const std::string would = done.dry_run ? "would be " : "";
    std::string text;
    const auto add = [&](std::int64_t count, const char* noun, const std::string& what) {
        if (count > 0) text += count_words(count, noun) + " " + what + "\n";
    };
    add(done.versions_remapped, "version", would + "remapped");
    add(done.paths_kept, "path", "kept");
    add(done.paths_linked, "path", would + "set from links");
    add(done.paths_found, "path", would + "set to repositories found");
    add(done.repos_cloned, "repository", "cloned");
    for (const auto& one : done.unresolved)
        text += "unresolved: " + shown(one.project, 40) + "/" + shown(one.environment, 40) + ": " +
                shown(one.reason) + "\n";
    return text.empty() ? "Nothing to resolve\n" : text;
}

}  // namespace

Outcome run_sync_resolve(Context& context) {
    control::CatalogResolveRequest request;
    if (context.args.has("source")) request.source = context.args.text("source");
    request.dry_run = context.args.dry_run;
    SATCHEL_TRY(client, connect(context));
    if (context.args.has("clone") && !request.dry_run) {
        SATCHEL_TRY(found, client.call(request, kWorkLimit));
        request.cloned = clone_all(context, found.clonable);
        SATCHEL_TRY(done, ask(context, client, request, kWorkLimit));
        done.versions_remapped += found.versions_remapped;
        done.paths_linked += found.paths_linked;
        done.paths_found += found.paths_found;
        done.paths_kept -= found.paths_linked + found.paths_found;
        context.out.text(resolved_words(done));
        return 0;
    }
    SATCHEL_TRY(done, ask(context, client, request, kWorkLimit));
    context.out.text(resolved_words(done));
    if (!done.clonable.empty())
        context.out.talk(count_words(static_cast<std::int64_t>(done.clonable.size()), "folder") +
                         " can be had with --clone");
    return 0;
}

namespace {

Outcome list_projects(Context& context) {
    control::ProjectListRequest request;
    request.source = context.args.text("source");
    SATCHEL_TRY(list, ask(context, request));
    std::string text;
    for (const control::ProjectSummary& one : list.projects) {
        text += shown(one.project) + "  ";
        text += one.path.empty() ? "(not known)" : shown(one.path);
        if (!one.link.empty() && one.link != one.path) text += "  linked to " + shown(one.link);
        if (!one.trouble.empty()) text += "  " + shown(one.trouble);
        text += "\n";
    }
    context.out.text(list.projects.empty() ? "No tree here has projects\n" : text);
    return 0;
}

}  // namespace

Outcome run_link(Context& context) {
    if (context.args.text("project").empty()) return list_projects(context);
    control::CatalogLinkRequest request;
    if (context.args.has("source")) request.source = context.args.text("source");
    request.project = context.args.text("project");
    request.device = context.args.text("device");
    request.dry_run = context.args.dry_run;
    std::error_code failed;
    // A path of another device means nothing here and is taken as it is.
    request.path = request.device.empty()
                       ? std::filesystem::absolute(context.args.text("path"), failed).string()
                       : context.args.text("path");
    if (failed || context.args.text("path").empty())
        return Error{ErrorCode::invalid_argument, "the path of a project must not be empty"};
    SATCHEL_TRY(linked, ask(context, request, kWorkLimit));
    const char* verb = linked.dry_run ? "Would link " : linked.changed ? "Linked " : "Was linked: ";
    context.out.text(verb + shown(linked.project, 40) + " to " + shown(linked.path) + " on " +
                     shown(linked.device, 40) + "\n");
    return 0;
}

}  // namespace satchel::ctl
