// Quadratic in the ops of a row, and plain: this is the side that must be obviously right.
#include "tests/simulation/history.h"

#include "daemon/core/batch.h"
#include "daemon/crypto/seal.h"

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace satchel::simulation {

namespace {

struct Event {
    core::Dot dot;
    std::shared_ptr<const core::VersionVector> deps;
    core::Op op;

    [[nodiscard]] bool saw(const core::Dot& other) const {
        const bool was_applied =
            other.device == dot.device ? other.seq < dot.seq : other.seq <= deps->of(other.device);
        return was_applied && std::ranges::count(op.unseen, other) == 0;
    }

    [[nodiscard]] bool touches(ColumnId column) const {
        return op.kind == core::OpKind::remove ||
               std::ranges::any_of(op.columns, [&](const core::ColumnValue& cell) {
                   return cell.column == column;
               });
    }
};

using Events = std::map<std::pair<CollectionId, Sid>, std::vector<Event>>;

void read_log(const Hub::Log& log, const engine::Identity& reader, Events& events) {
    for (const auto& [from, segment] : log) {
        auto opened = crypto::open_segment(reader.keyring, reader.members, segment.body);
        if (!opened) throw std::logic_error(opened.error().message);
        core::BatchReader batches(opened->plain);
        while (!batches.at_end()) {
            core::Batch batch = batches.next().value();
            const auto deps = std::make_shared<const core::VersionVector>(batch.deps);
            for (std::size_t i = 0; i < batch.ops.size(); ++i) {
                core::Op& op = batch.ops[i];
                if (op.kind != core::OpKind::set && op.kind != core::OpKind::remove) continue;
                const std::pair place{op.collection, op.sid};
                events[place].push_back(
                    {{opened->header.device, batch.first_seq + i}, deps, std::move(op)});
            }
        }
    }
}

std::vector<Standing> standing_in(const std::vector<Event>& events) {
    std::vector<Standing> standing;
    for (const Event& writer : events) {
        for (const core::ColumnValue& cell : writer.op.columns) {
            const bool is_replaced = std::ranges::any_of(events, [&](const Event& other) {
                return other.touches(cell.column) && other.saw(writer.dot);
            });
            if (!is_replaced)
                standing.push_back({cell.column, writer.dot, writer.op.stamp, cell.value.hash()});
        }
    }
    std::ranges::sort(standing);
    return standing;
}

Events read_all(const Hub& hub, const engine::Identity& reader) {
    Events events;
    for (const auto& [place, log] : hub.logs) read_log(log, reader, events);
    return events;
}

std::string short_name(const DeviceId& device, std::uint64_t seq) {
    return device.text().substr(0, 4) + "." + std::to_string(seq) + " ";
}

std::string to_line(const Event& event) {
    std::string line = short_name(event.dot.device, event.dot.seq);
    line += event.op.kind == core::OpKind::remove ? "remove" : "set";
    for (const core::ColumnValue& cell : event.op.columns)
        line += " " + std::to_string(static_cast<std::uint32_t>(cell.column)) + "=" +
                cell.value.to_display();
    line += " stamp " + std::to_string(event.op.stamp.packed) + " saw ";
    for (const auto& [device, seq] : event.deps->entries()) line += short_name(device, seq);
    if (!event.op.unseen.empty()) line += "but not ";
    for (const core::Dot& dot : event.op.unseen) line += short_name(dot.device, dot.seq);
    return line;
}

}  // namespace

std::vector<std::string> explain_write(const Hub& hub,
                                       const engine::Identity& reader,
                                       const std::string& text) {
    const core::Value wanted = core::Value::text(text);
    std::vector<std::string> lines;
    for (const auto& [place, events] : read_all(hub, reader)) {
        const bool is_here = std::ranges::any_of(events, [&](const Event& event) {
            return std::ranges::count(event.op.columns, wanted, &core::ColumnValue::value) > 0;
        });
        if (!is_here) continue;
        lines.push_back("row " + place.second.text());
        for (const Event& event : events) lines.push_back(to_line(event));
    }
    return lines;
}

Definition define_state(const Hub& hub, const engine::Identity& reader) {
    Definition state;
    for (const auto& [place, ops] : read_all(hub, reader)) {
        auto standing = standing_in(ops);
        if (!standing.empty()) state.emplace(place, std::move(standing));
    }
    return state;
}

}  // namespace satchel::simulation
