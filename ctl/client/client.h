// The good manners of a client in one place: hello and version, waiting, progress, and failures as
// message and hint. Blocking; one call at a time.
#pragma once

#include "ctl/client/start.h"
#include "shared/base/clock.h"
#include "shared/base/limits.h"
#include "shared/base/result.h"
#include "shared/json/fields.h"
#include "shared/platform/local_socket.h"
#include "shared/protocol/control/daemon.h"
#include "shared/protocol/control/message.h"

#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace satchel::ctl {

/// How long a reply may take: questions are answered from memory, work takes its time.
inline constexpr milliseconds kQuestionLimit = seconds(10);
inline constexpr milliseconds kWorkLimit = std::chrono::hours(24);

/// One connection to a daemon.
class Client {
  public:
    /// Says hello over `stream` and checks the answer. `version` is this program's. Fails with
    /// version_mismatch when the daemon speaks another protocol.
    static Result<Client> open(platform::LocalStream stream, std::string_view version);

    /// Told every progress notification while a call waits.
    void on_progress(std::function<void(const control::Progress&)> tell) {
        on_progress_ = std::move(tell);
    }

    /// Asked whenever a wait is disturbed by a signal.
    void set_interrupted(std::function<bool()> is_interrupted) {
        stream_.set_interrupted(std::move(is_interrupted));
    }

    /// Calls and waits. Errors of the daemon come as they are; a connection that breaks after a
    /// write method was sent is told as what it is, an unknown outcome.
    template <class Request>
    Result<typename Request::Response> call(const Request& request,
                                            milliseconds limit = kQuestionLimit) {
        SATCHEL_TRY(value, call_value(control::make_call(++last_id_, request), limit));
        auto response = json::from_json<typename Request::Response>(value);
        if (!response) return std::move(response).error().at("read the daemon's answer");
        return response;
    }

    /// The next event of a subscription; waits as long as it takes.
    Result<control::Event> next_event();

    [[nodiscard]] const control::HelloResponse& daemon() const { return hello_; }

  private:
    explicit Client(platform::LocalStream stream) : stream_(std::move(stream)) {}

    Result<json::Value> call_value(const control::Call& call, milliseconds limit);
    Result<control::Message> read_message(milliseconds limit);

    platform::LocalStream stream_;
    control::HelloResponse hello_;
    std::string version_;  // ours
    std::function<void(const control::Progress&)> on_progress_;
    std::int64_t last_id_ = 0;
};

}  // namespace satchel::ctl
