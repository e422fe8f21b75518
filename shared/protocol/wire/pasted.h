// What happens to keys and join strings on their way through mails, chats and editors, said in
// words.
#pragma once

#include <string_view>

namespace satchel::wire {

/// Why this text, trimmed already, cannot be one word of ours whatever it once was: it is empty,
/// goes over several lines, has a blank in it, stands in quotation marks or is not ASCII. Empty
/// when nothing of that kind shows. Never quotes the text.
std::string_view pasting_mistake(std::string_view text);

}  // namespace satchel::wire
