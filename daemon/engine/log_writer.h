// Our own log in one lane: numbers ops, groups them in batches, seals batches into segments.
#pragma once

#include "daemon/engine/step.h"

namespace satchel::engine {

/// Appends ops to this device's log of one lane. Ops count as applied at once; they are durable
/// when the step's transaction commits after flush().
class LogWriter {
  public:
    LogWriter(Step& step, LaneId lane);

    /// What the next op's author, this device, has applied.
    [[nodiscard]] core::OpContext next_context() const;
    /// Takes the op that was applied under next_context(); `left_out` are bytes that others will
    /// put into it (copied.h): a batch holds only so much of those, too.
    void append(core::Op op, std::size_t left_out = 0);

    /// Plain bytes gathered since the last flush, about.
    [[nodiscard]] std::size_t pending_bytes() const { return pending_bytes_; }

    /// Seals what was gathered, in as many segments as it takes; nothing when empty. An op over
    /// limits::kOpBytesMax may not fit any: `too_large`.
    Status flush();

  private:
    Status seal();

    Step& step_;
    LaneId lane_;
    core::Batch batch_;
    std::size_t pending_bytes_ = 0;
};

}  // namespace satchel::engine
