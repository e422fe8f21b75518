// The one way to speak: data on standard output, talk on standard error, JSON or text.
#pragma once

#include "shared/base/error.h"
#include "shared/json/value.h"

#include <ostream>
#include <string>
#include <string_view>

namespace satchel::ctl {

/// How to speak.
struct OutputOptions {
    bool json = false;
    bool quiet = false;
    bool color = false;     ///< standard output is a terminal that may be coloured
    bool redraw = false;    ///< standard output is a terminal that can be cleared
    bool progress = false;  ///< standard error is a terminal that can overprint
};

/// {"error": {"code", "message", "hint"}}.
json::Value error_object(const Error& error);

/// Writes to two streams that outlive it. In JSON mode data() is silent and json() speaks; in text
/// mode it is the other way round.
class Output {
  public:
    Output(std::ostream& data, std::ostream& talk, OutputOptions options)
        : data_(data), talk_(talk), options_(options) {}

    /// Text for people: whole lines, already escaped.
    void text(std::string_view lines);
    /// The machine's answer, one line.
    void json(const json::Value& value);
    /// One line of data in both modes: what a script reads (a join string, a log line).
    void line(std::string_view data);
    /// A remark: "satchelctl: remark". Silent with --quiet and --json.
    void talk(std::string_view remark);
    /// An error with its hint: to standard error, or as {"error": …} to standard output. The other
    /// side's words are escaped.
    void error(const Error& error);
    /// A heading or state in bold, where colour is allowed.
    [[nodiscard]] std::string bold(std::string_view text) const;
    /// Writes out what is buffered; false when standard output failed.
    bool flush();

    [[nodiscard]] const OutputOptions& options() const { return options_; }

    /// For the progress line.
    [[nodiscard]] std::ostream& talk_stream() { return talk_; }

  private:
    std::ostream& data_;
    std::ostream& talk_;
    OutputOptions options_;
};

}  // namespace satchel::ctl
