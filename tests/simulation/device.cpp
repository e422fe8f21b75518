// Boot, cycle, crash.
#include "tests/simulation/device.h"

#include "daemon/crypto/membership.h"
#include "daemon/engine/facts.h"
#include "daemon/engine/membership.h"
#include "daemon/store/meta.h"
#include "shared/base/assert.h"

#include <boost/asio/co_spawn.hpp>

namespace satchel::simulation {

Device::Device(Surroundings surroundings, Enrolment enrolment, const std::string& store_name)
    : application(enrolment.number, surroundings.writes),
      transport(surroundings.hub, surroundings.chance, surroundings.faults, surroundings.tally),
      surroundings_(surroundings),
      enrolment_(std::move(enrolment)),
      store_path_("file:/" + store_name + "?vfs=memdb") {
    auto anchor = store::Database::open(store_path_);
    if (!anchor) throw std::logic_error(anchor.error().message);
    anchor_ = std::move(*anchor);
    auto transaction = store::Transaction::begin(*anchor_).value();
    for (std::size_t i = 0; i < enrolment_.members.size(); ++i)
        store::add_member(transaction, i, enrolment_.members[i]).value();
    transaction.commit().value();
    application.on_change([this](const Place& place, std::optional<std::size_t> column) {
        note_seen(place, column);
    });
    boot();
}

Device::~Device() = default;

crypto::Keyring Device::load_keyring() const {
    const auto sealed = store::find_fact(*anchor_, engine::kKeyringFact).value();
    if (!sealed) return enrolment_.keyring.clone();
    return crypto::open_keyring(crypto::DeviceKeys(enrolment_.key), *sealed).value();
}

void Device::boot() {
    daemon_ = std::make_unique<Daemon>();
    Daemon& daemon = *daemon_;
    daemon.database = std::move(store::Database::open(store_path_).value());
    const auto entries = store::load_members(*daemon.database).value();
    auto members = crypto::Members::verify(entries, std::nullopt);
    daemon.identity = std::make_unique<engine::Identity>(
        engine::Identity{"device-" + std::to_string(enrolment_.number),
                         {},
                         crypto::DeviceKeys(enrolment_.key),
                         load_keyring(),
                         std::move(members.value())});
    daemon.identity->device = daemon.identity->keys.device();
    daemon.replica = std::make_unique<engine::Replica>(
        *daemon.database, *daemon.identity, clock, surroundings_.random, "simulation");
    daemon.replica->load().value();
    auto source = std::make_unique<MemorySource>(
        application, daemon.replica->ids(), clock, surroundings_.chance, surroundings_.faults);
    daemon.source = source.get();
    store::Declaration declaration;
    declaration.id = 1;
    declaration.name = "app";
    declaration.kind = "memory";
    declaration.lane = daemon.replica->ids().lane("app");
    daemon.replica->add_source(std::move(declaration), std::move(source));
    daemon.worker = std::make_unique<async::Worker>(daemon.io.get_executor());
    daemon.invitations = std::make_unique<engine::Invitations>(
        *daemon.replica, *daemon.worker, clock, surroundings_.random);
    daemon.parts = std::make_unique<engine::CycleParts>(engine::CycleParts{
        *daemon.replica, *daemon.worker, transport, *daemon.invitations, clock, [] {
            return false;
        }});
}

void Device::start_cycle() {
    if (cycle_running_) return;
    cycle_running_ = true;
    // Tables are small and edits wild: a person who resumes a halted source is always at hand.
    engine::SourceSlot& slot = daemon_->replica->slots().front();
    slot.accepts_sending_loss = slot.accepts_taking_loss = true;
    engine::CycleRequest request;
    request.reason = "interval";
    auto work = engine::run_cycle(*daemon_->parts, std::move(request));
    asio::co_spawn(daemon_->io,
                   std::move(work),
                   [this](std::exception_ptr failure, Result<engine::CycleReport> result) {
                       ended(failure, std::move(result));
                   });
    daemon_->io.restart();
}

bool Device::begin_epoch() {
    const engine::MembershipParts parts{*daemon_->replica, *daemon_->worker, transport};
    bool is_done = false;
    auto work = engine::extend_members(parts, [this]() -> Result<Bytes> {
        const engine::Identity& identity = daemon_->replica->identity();
        return crypto::make_rotation(identity.keys, identity.members, surroundings_.random);
    });
    asio::co_spawn(
        daemon_->io, std::move(work), [&](std::exception_ptr failure, const Status& status) {
            if (failure) has_crashed_ = true;
            is_done = !failure && status;
        });
    daemon_->io.restart();
    daemon_->io.poll();
    if (has_crashed_) crash();
    return is_done;
}

void Device::ended(std::exception_ptr failure, Result<engine::CycleReport> result) {
    cycle_running_ = false;
    ++surroundings_.tally.cycles;
    if (failure) {
        try {
            std::rethrow_exception(failure);
        } catch (const Crash&) {
            has_crashed_ = true;
            return;
        }
    }
    if (result) {
        application.written_now.clear();
        alarms_.insert(alarms_.end(), result->alarms.begin(), result->alarms.end());
        surroundings_.tally.conflicts += result->applied.conflicts;
    }
    last_ = std::move(result);
}

void Device::step() {
    if (!cycle_running_) return;
    SATCHEL_ASSERT(daemon_->io.poll_one() > 0);
    if (has_crashed_) crash();
}

void Device::finish_cycle() {
    while (cycle_running_) step();
}

void Device::crash() {
    ++surroundings_.tally.crashes;
    has_crashed_ = false;
    cycle_running_ = false;
    // Some of the cycle's steps may have been recorded: which, only the store knows.
    application.written_unsure.merge(application.written_now);
    application.written_now.clear();
    // Frames of a cycle that was cut off die with their loop, before what they refer to.
    std::unique_ptr<Daemon> dead = std::move(daemon_);
    {
        auto& io = dead->io;
        io.stop();
    }
    dead->parts.reset();
    auto database = std::move(dead->database);
    auto identity = std::move(dead->identity);
    auto replica = std::move(dead->replica);
    auto worker = std::move(dead->worker);
    auto invitations = std::move(dead->invitations);
    dead.reset();
    invitations.reset();
    worker.reset();
    replica.reset();
    identity.reset();
    database.reset();
    boot();
}

void Device::note_seen(const Place& place, std::optional<std::size_t> column) {
    MemorySource& source = *daemon_->source;
    const CollectionId id = source.collections()[place.table].id;
    const auto& known = replica().ledger().collections();
    const auto collection = known.find(id);
    if (collection == known.end()) return;
    store::Rows rows(database());
    const Bytes key = MemorySource::encode_key(place.key);
    const auto held = rows.find_held(collection->second.ord, key).value();
    if (!held) return;
    const auto stored = rows.find(collection->second.ord, held->sid).value();
    for (const core::Sibling& sibling : stored->row.siblings) {
        const bool is_touched = !column || sibling.column == source.column_of(place.table, *column);
        if (is_touched && sibling.is_seen) surroundings_.writes.replaced(sibling.value_hash);
    }
}

}  // namespace satchel::simulation
