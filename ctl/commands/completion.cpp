// completion: what completes satchelctl's words in a shell.
#include "ctl/args/completion.h"

#include "ctl/commands/commands.h"

namespace satchel::ctl {

Outcome run_completion(Context& context) {
    SATCHEL_TRY(script, completion_script(context.args.text("shell")));
    script.pop_back();  // the last line's end is line()'s
    context.out.line(script);
    return 0;
}

}  // namespace satchel::ctl
