// source set.
#include "shared/protocol/control/policy.h"

#include "ctl/commands/commands.h"
#include "ctl/render/words.h"

#include <string>

namespace satchel::ctl {

Outcome run_source_set(Context& context) {
    control::SourceSetRequest request;
    request.name = context.args.text("name");
    request.policy = context.args.text("policy");
    request.table = context.args.text("table");
    request.exclude = context.args.list("exclude");
    request.include = context.args.list("include");
    request.exclude_projects = context.args.list("exclude-project");
    request.include_projects = context.args.list("include-project");
    request.keep_local = context.args.list("keep-local");
    request.share = context.args.list("share");
    if (request.policy.empty() && !request.table.empty())
        return Error{ErrorCode::invalid_argument,
                     "--table needs --policy",
                     "satchelctl source set " + shown(request.name, 40) + " shows what is set"};
    SATCHEL_TRY(policies, ask(context, request));
    std::string text = "'" + shown(request.name, 40) + "': " + shown(policies.policy) + "\n";
    for (const auto& one : policies.policies)
        text += "  " + shown(one.table, 40) + ": " + shown(one.policy) + "\n";
    for (const std::string& pattern : policies.excludes)
        text += "  stays on this device: " + shown(pattern) + "\n";
    for (const std::string& pattern : policies.kept_local)
        text += "  stays on every device: " + shown(pattern) + "\n";
    context.out.text(text);
    return 0;
}

}  // namespace satchel::ctl
