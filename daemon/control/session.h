// One connection: a task that reads calls and answers them one after another, and a task that
// writes what is in the outbox. Reading the next call waits until the last reply has left, so a
// client that pipelines without reading is held back, not buffered for.
#pragma once

#include "shared/async/asio.h"
#include "shared/async/trigger.h"
#include "shared/base/result.h"
#include "shared/protocol/control/daemon.h"
#include "shared/protocol/control/message.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/local/stream_protocol.hpp>
#include <sys/types.h>

namespace satchel::control {

class Server;

/// Shared by its two tasks and the server's list.
class Session : public std::enable_shared_from_this<Session> {
  public:
    Session(Server& server, asio::local::stream_protocol::socket socket, uid_t user);

    /// Reads and answers until the client goes, stalls, or speaks nonsense before its hello.
    asio::awaitable<void> read_calls();
    /// Writes the outbox until read_calls() has ended and nothing is left.
    asio::awaitable<void> write_lines();

    /// Queues a notification when the client subscribed to its kind.
    void tell(const Event& event, const std::string& line);
    /// Queues a progress notification.
    void send_progress(const Progress& progress);
    /// From here on events are told, and silence is no idleness.
    void subscribe(std::vector<std::string> kinds);

    /// Who is at the other end.
    [[nodiscard]] uid_t user() const { return user_; }

    /// Closes the connection without further words.
    void cut();

  private:
    /// The next line, or nothing when the connection is over.
    asio::awaitable<std::optional<std::string>> read_line();
    asio::awaitable<void> answer(std::string line);
    asio::awaitable<Reply> answer_call(Call call);
    /// Waits until the outbox is empty; false when the client does not take it.
    asio::awaitable<bool> outbox_drained();
    Result<json::Value> greet(const Call& call);
    void send(std::string line);

    Server& server_;
    asio::local::stream_protocol::socket socket_;
    const uid_t user_;
    asio::steady_timer idle_;
    async::Trigger to_write_;
    async::Trigger drained_;
    std::string inbox_;
    std::string outbox_;
    bool greeted_ = false;
    bool refused_ = false;
    bool subscribed_ = false;
    bool reading_ = true;
    std::vector<std::string> kinds_;  // empty: all
};

}  // namespace satchel::control
