// The schedule: one random device does one random thing at a time.
#include "tests/simulation/world.h"

#include "daemon/crypto/membership.h"

#include <algorithm>
#include <cstdlib>

namespace satchel::simulation {

namespace {

constexpr UnixMs kYearMs = 365LL * 24 * 3'600 * 1'000;

Faults faults_of(Chance& chance) {
    Faults faults;
    faults.crash_in_source = 20 + chance.below(400);
    faults.crash_in_transport = chance.below(20'000);
    faults.crash_between_steps = chance.below(10'000);
    faults.source_busy = chance.below(50'000);
    faults.request_lost = chance.below(100'000);
    faults.response_lost = chance.below(100'000);
    faults.request_repeated = chance.below(100'000);
    faults.stale_heads = chance.below(100'000);
    faults.late_segments = 1 + chance.below(100'000);
    faults.partition = chance.below(20'000);
    faults.clock_jump = chance.below(10'000);
    faults.sleep = chance.below(10'000);
    faults.open_in_application = chance.below(200'000);
    faults.hub_backed_up = chance.below(3'000);
    faults.hub_restored = chance.below(1'000);
    faults.epoch_begun = chance.below(20'000);
    return faults;
}

}  // namespace

World::World(const WorldPlan& plan)
    : plan_(plan),
      chance_(plan.seed),
      random_(plan.seed ^ 0x5a7c4e1u),
      faults_(faults_of(chance_)) {
    static constexpr std::uint64_t kBursts[] = {4, 20, 60, 150, 300, 300, 600};
    burst_ = kBursts[chance_.below(std::size(kBursts))];
    found_workspace(2 + (chance_.below(3) == 0 ? chance_.below(7) : chance_.below(3)));
}

void World::found_workspace(std::size_t count) {
    const crypto::Keyring keyring = crypto::Keyring::create(random_).value();
    crypto::ApiKey founder_key = crypto::ApiKey::create(random_).value();
    const crypto::DeviceKeys founder(founder_key);
    std::vector<Bytes> entries = {
        crypto::make_genesis(keyring, founder, "device-0", random_).value()};
    auto members = crypto::Members::verify(entries, std::nullopt);
    waiting_.push_back({0, std::move(founder_key), keyring.clone(), entries});
    for (std::uint32_t i = 1; i < count; ++i) {
        crypto::ApiKey key = crypto::ApiKey::create(random_).value();
        const crypto::DeviceKeys keys(key);
        const crypto::Newcomer newcomer{
            keys.device(), keys.ed_public(), keys.x_public(), "device-" + std::to_string(i)};
        entries.push_back(crypto::make_add(keyring, founder, *members, newcomer, random_).value());
        members->append(entries.back()).value();
        waiting_.push_back({i, std::move(key), keyring.clone(), entries});
    }
    std::ranges::reverse(waiting_);
    join_next();
    join_next();
}

void World::join_next() {
    if (waiting_.empty()) return;
    Enrolment enrolment = std::move(waiting_.back());
    waiting_.pop_back();
    hub_.members = enrolment.members;
    ++hub_.version;
    const std::string name =
        "sim" + std::to_string(plan_.seed) + "-" + std::to_string(enrolment.number);
    const Surroundings surroundings{hub_, chance_, writes_, faults_, tally_, random_};
    devices_.push_back(std::make_unique<Device>(surroundings, std::move(enrolment), name));
}

WorldReport World::run() {
    live();
    become_quiet();
    WorldReport report;
    report.failures = std::move(failures_);
    const Definition definition = define_state(hub_, devices_.front()->replica().identity());
    check_promises(*this, writes_, definition, report);
    if (const char* text = std::getenv("SIM_WHY"))
        for (const std::string& line :
             explain_write(hub_, devices_.front()->replica().identity(), text))
            report.failures.push_back(line);
    report.tally.add(tally_);
    for (const auto& device : devices_) {
        for (const auto& [id, lane] : device->replica().ledger().lanes())
            for (const std::uint64_t word : lane.digest.words) note(word);
        note(device->transport.counters().requests);
    }
    report.trace = trace_;
    return report;
}

void World::live() {
    const std::uint64_t join_every = plan_.operations / (waiting_.size() + 1) + 1;
    while (tally_.operations < plan_.operations) {
        if (tally_.operations / join_every >= devices_.size() - 1) join_next();
        round(*devices_[chance_.below(devices_.size())]);
    }
}

void World::round(Device& device) {
    if (device.sleeps_for > 0) {
        --device.sleeps_for;
        return;
    }
    device.clock.pass(chance_.between(0, 20'000));
    misfortune(device);
    const bool is_racing = device.is_cycling();
    // Applications rarely wait for the daemon: a few edits fall into the middle of a cycle.
    const std::uint64_t count =
        is_racing ? (chance_.below(4) == 0 ? chance_.below(4) : 0) : 1 + chance_.below(burst_);
    for (std::uint64_t i = 0; i < count; ++i) {
        device.application.act(chance_);
        ++tally_.operations;
    }
    if (is_racing)
        device.step();
    else
        device.start_cycle();
    note(device.is_cycling() ? count : ~count);
}

void World::misfortune(Device& device) {
    if (chance_.happens(faults_.crash_between_steps)) device.crash();
    if (chance_.happens(faults_.hub_backed_up)) hub_.back_up();
    if (chance_.happens(faults_.hub_restored)) {
        hub_.restore();
        ++tally_.hub_restores;
    }
    if (chance_.happens(faults_.epoch_begun)) begin_epoch(device);
    if (chance_.happens(faults_.clock_jump)) device.clock.jump(chance_.between(-kYearMs, kYearMs));
    if (chance_.happens(faults_.sleep)) device.sleeps_for = chance_.below(2'000);
    if (device.application.is_open)
        device.application.is_open = chance_.below(8) != 0;
    else
        device.application.is_open = chance_.happens(faults_.open_in_application);
}

/// By a device that knows the whole log: a hub that was restored, and a device that never saw what
/// it lost, would write another history of it, which is for people to settle.
void World::begin_epoch(Device& device) {
    const auto known = [](const std::unique_ptr<Device>& one) {
        return one->replica().identity().members.next_number();
    };
    const std::uint64_t most = known(*std::ranges::max_element(devices_, {}, known));
    const bool is_due = waiting_.empty() && !device.is_cycling() &&
                        device.replica().identity().members.next_number() == most;
    if (is_due && device.begin_epoch()) ++tally_.epochs;
}

void World::become_quiet() {
    faults_ = {};
    while (!waiting_.empty()) join_next();
    for (const auto& device : devices_) {
        device->transport.mend();
        device->application.is_open = false;
        device->finish_cycle();
    }
    settle();
    for (int i = 0; i < 50 && free_parked(); ++i) settle();
}

void World::settle() {
    // Quiet when a whole round brought nobody any news.
    for (int round = 0; round < 60; ++round) {
        bool is_quiet = true;
        for (const auto& device : devices_) {
            device->start_cycle();
            device->finish_cycle();
            const auto& last = device->last();
            if (!last || !*last) {
                is_quiet = false;
                continue;
            }
            is_quiet = is_quiet && (*last)->is_noop && (*last)->captured.captured == 0;
        }
        if (is_quiet) return;
    }
    for (const auto& device : devices_)
        if (const auto& last = device->last(); last && !*last)
            failures_.push_back("a device does not get on: " + (*last).error().message);
    failures_.push_back("the world does not become quiet");
}

bool World::free_parked() {
    bool has_freed = false;
    for (const auto& device : devices_) {
        const auto parked = store::list_parked(device->database(), 1'000).value();
        for (const store::Parked& row : parked) has_freed = free_one(*device, row) || has_freed;
        tally_.parked += parked.size();
    }
    return has_freed;
}

/// What a person would do: give the row in the way another slug, or let go of what was deleted.
bool World::free_one(Device& device, const store::Parked& parked) {
    Application& application = device.application;
    store::Rows rows(device.database());
    const auto stored = rows.find(parked.collection, parked.sid).value();
    if (!stored) return false;
    if (!stored->row.exists() && stored->key) {
        const std::int64_t parent = MemorySource::decode_key(*stored->key);
        for (auto& [key, row] : application.tables[3].rows)
            if (row[1] == core::Value::integer(parent)) application.set({3, key}, 1, {});
        return true;
    }
    if (parked.reason == "its project is missing") return free_child(parked.sid);
    for (const core::Sibling* shown : core::shown_siblings(stored->row)) {
        if (shown->column != device.source().column_of(3, 2) || !shown->value) continue;
        const std::int64_t own = stored->key ? MemorySource::decode_key(*stored->key) : 0;
        const auto in_the_way = application.tables[3].taken_by(*shown->value, own);
        if (!in_the_way) continue;
        application.set({3, *in_the_way}, 2, application.fresh_slug());
        return true;
    }
    return false;
}

/// Whoever shows the row lets go of its parent.
bool World::free_child(const Sid& sid) {
    for (const auto& device : devices_) {
        const CollectionId id = device->source().collections()[3].id;
        const auto collection = device->replica().ledger().collections().find(id);
        if (collection == device->replica().ledger().collections().end()) continue;
        const auto key =
            store::Rows(device->database()).find_key(collection->second.ord, sid).value();
        if (!key) continue;
        const std::int64_t number = MemorySource::decode_key(*key);
        const auto& rows = device->application.tables[3].rows;
        const auto row = rows.find(number);
        if (row == rows.end() || row->second[1].is_null()) continue;
        device->application.set({3, number}, 1, {});
        return true;
    }
    return false;
}

}  // namespace satchel::simulation
