// An attack: what the hub does to one device, and what that device must say of it.
#pragma once

#include "tests/hostile/stage.h"

#include <functional>
#include <string>
#include <vector>

namespace satchel::hostile {

/// What may have changed on the device after it.
enum class Effect : std::uint8_t {
    nothing,  ///< not a bit of its state
    own,      ///< nothing but what it wrote itself
    truth,    ///< everything true arrived, as if there were no attack
};

/// Played on a stage of its own.
struct Attack {
    std::string name;
    std::function<void(Stage&)> play;  ///< sets the lies
    /// Words that the device must say, what happened and what to do; parts are separated by '|'.
    std::string words;
    Effect effect = Effect::nothing;
};

std::vector<Attack> segment_attacks();
std::vector<Attack> head_attacks();
std::vector<Attack> member_attacks();
std::vector<Attack> join_attacks();
std::vector<Attack> wire_attacks();

}  // namespace satchel::hostile
