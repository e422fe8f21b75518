// recovery create, recovery use: the words on paper. They go to the terminal or come from it, and
// stand in no file, argument or variable of the environment.
#include "shared/protocol/control/recovery.h"

#include "ctl/commands/commands.h"
#include "ctl/render/words.h"
#include "shared/platform/host.h"

#include <sstream>
#include <string>
#include <vector>

namespace satchel::ctl {
namespace {

constexpr std::size_t kWords = 24;
constexpr std::size_t kInRow = 4;
constexpr std::size_t kWordCharsMax = 8;
/// More than 24 words and their numbers take.
constexpr std::size_t kTextBytesMax = 4096;

std::vector<std::string> split(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    return words;
}

/// Rows of four, numbered, as they are to stand on paper.
std::string on_paper(const std::string& text) {
    const std::vector<std::string> words = split(text);
    std::string rows;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string number = std::to_string(i + 1);
        rows += std::string(i % kInRow == 0 ? 4 : 2, ' ') + std::string(2 - number.size(), ' ');
        const bool is_last = i % kInRow == kInRow - 1;
        const std::size_t room = kWordCharsMax - std::min(kWordCharsMax, words[i].size());
        rows += number + " " + words[i] + (is_last ? "\n" : std::string(room, ' '));
    }
    return rows;
}

/// The words as they were typed, over as many lines as it takes.
Result<std::string> read_words(Context& context) {
    if (context.interactive)
        context.out.talk_stream() << "The 24 recovery words, in their order (an empty line ends "
                                     "them):\n"
                                  << std::flush;
    std::string text;
    for (std::string line; std::getline(context.in, line);) {
        if (context.interactive && split(line).empty()) break;
        text += line + "\n";
        if (text.size() > kTextBytesMax)
            return Error{ErrorCode::invalid_argument, "these are more than 24 words"};
        if (context.interactive && split(text).size() >= kWords) break;
    }
    if (!split(text).empty()) return text;
    return Error{ErrorCode::invalid_argument,
                 "recovery words are required",
                 "give the 24 words on standard input, or run this on a terminal and type them; "
                 "they were shown by satchelctl recovery create"};
}

Error use_failure(Error error, const std::string& url) {
    if (error.code == ErrorCode::offline)
        error.message = "cannot reach " + shown(url) + ": " + error.message;
    error.message += "; nothing was saved";
    return error;
}

std::string list_of(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + shown(name, 40);
    return text;
}

}  // namespace

Outcome run_recovery_create(Context& context) {
    control::RecoveryCreateRequest request;
    request.replace = context.args.has("replace");
    request.dry_run = context.args.dry_run;
    SATCHEL_TRY(client, connect(context));
    auto made = ask(context, client, request, kWorkLimit);
    const bool has_words = !made && made.error().code == ErrorCode::already_exists;
    const bool may_ask = context.interactive && !request.dry_run && !context.out.options().json;
    if (has_words && may_ask &&
        is_confirmed(context, "the workspace has recovery words; make new ones and those void?")) {
        request.replace = true;
        made = ask(context, client, request, kWorkLimit);
    }
    if (!made) return std::move(made).error();
    if (request.dry_run) {
        context.out.text("Would make 24 words" +
                         std::string(made->replaced ? ", and those there are void\n" : "\n"));
        return 0;
    }
    context.out.text("Write these words on paper, in their order, with the hub's address:\n\n" +
                     on_paper(made->words) + "\n    hub  " + shown(made->hub_url) + "\n" +
                     (made->hub_key.empty() ? "" : "    key  " + shown(made->hub_key) + "\n") +
                     "\n");
    if (made->replaced) context.out.text("The words that were there before are void.\n");
    context.out.talk(
        "they are shown this once and kept nowhere; who has them and reaches the hub "
        "reads everything");
    context.out.talk("when all devices are lost: satchelctl recovery use " + shown(made->hub_url));
    return 0;
}

Outcome run_recovery_use(Context& context) {
    control::RecoveryUseRequest request;
    request.hub_url = context.args.text("hub");
    request.hub_key = context.args.text("hub-key");
    request.device_name = context.args.text("name");
    request.dry_run = context.args.dry_run;
    if (request.device_name.empty()) request.device_name = platform::host_name();
    SATCHEL_TRY(words, read_words(context));
    request.words = std::move(words);
    SATCHEL_TRY(client, connect(context));
    auto used = ask(context, client, request, kWorkLimit);
    if (!used) return use_failure(std::move(used).error(), request.hub_url);

    const std::string others = list_of(used->devices);
    context.out.text(std::string(request.dry_run ? "The words are right; nothing was changed.\n"
                                                 : "The words are right, this device is in.\n") +
                     "device     " + shown(used->device) + "\nworkspace  " +
                     shown(used->workspace) + "\nhub        " + shown(used->hub_url) +
                     "\nothers     " + (others.empty() ? "none" : others) + "\n");
    if (request.dry_run) return 0;
    context.out.talk("the words stay good; what is not sent by a lost device is lost with it");
    if (!used->devices.empty())
        context.out.talk("end each device that is lost: satchelctl device revoke NAME");
    context.out.talk("next: satchelctl source add PATH, with the sources the old devices had");
    return 0;
}

}  // namespace satchel::ctl
