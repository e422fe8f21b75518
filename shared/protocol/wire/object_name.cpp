// Building and strict parsing of object names; the grammar is in object_name.h.
#include "shared/protocol/wire/object_name.h"

#include <charconv>

namespace satchel::wire {

namespace {

constexpr std::size_t kNameCharsMax = 120;

// Takes the text before `separator`, or nothing when there is no separator.
std::optional<std::string_view> take_until(std::string_view& rest, char separator) {
    const std::size_t end = rest.find(separator);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view taken = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return taken;
}

template <class Number>
bool read_number(std::optional<std::string_view> text, Number& number) {
    if (!text || text->empty() || (text->size() > 1 && text->front() == '0')) return false;
    const char* end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, number);
    return error == std::errc{} && stop == end;
}

template <class SomeId>
bool read_id(std::optional<std::string_view> text, SomeId& id) {
    const auto parsed = text ? SomeId::parse(*text) : std::nullopt;
    if (parsed) id = *parsed;
    return parsed.has_value();
}

// <lane>/<from>-<to>.s
bool read_segment(std::string_view rest, ObjectName& name) {
    name.kind = ObjectKind::segment;
    std::uint16_t lane = 0;
    if (!read_number(take_until(rest, '/'), lane)) return false;
    name.lane = LaneId{lane};
    if (!read_number(take_until(rest, '-'), name.from)) return false;
    if (!read_number(take_until(rest, '.'), name.to)) return false;
    return rest == "s" && name.from <= name.to;
}

}  // namespace

ObjectName head_name(const WorkspaceId& workspace, const DeviceId& device) {
    return {.kind = ObjectKind::head, .workspace = workspace, .device = device};
}

ObjectName segment_name(const WorkspaceId& workspace,
                        const DeviceId& device,
                        LaneId lane,
                        std::uint64_t from,
                        std::uint64_t to) {
    return {.kind = ObjectKind::segment,
            .workspace = workspace,
            .device = device,
            .lane = lane,
            .from = from,
            .to = to};
}

ObjectName member_name(const WorkspaceId& workspace, std::uint64_t number, const DeviceId& author) {
    return {.kind = ObjectKind::member, .workspace = workspace, .device = author, .number = number};
}

std::string to_text(const ObjectName& name) {
    std::string text = "v1/" + name.workspace.text();
    if (name.kind == ObjectKind::member)
        return text + "/m/" + std::to_string(name.number) + "-" + name.device.text();
    text += "/d/" + name.device.text();
    if (name.kind == ObjectKind::head) return text + "/head";
    return text + "/" + std::to_string(static_cast<std::uint16_t>(name.lane)) + "/" +
           std::to_string(name.from) + "-" + std::to_string(name.to) + ".s";
}

std::optional<ObjectName> parse_object_name(std::string_view text) {
    if (text.size() > kNameCharsMax || !text.starts_with("v1/")) return std::nullopt;
    text.remove_prefix(3);
    ObjectName name;
    if (!read_id(take_until(text, '/'), name.workspace)) return std::nullopt;
    const auto room = take_until(text, '/');
    if (room == "m") {
        name.kind = ObjectKind::member;
        const bool good = read_number(take_until(text, '-'), name.number) &&
                          read_id(std::optional(text), name.device);
        return good ? std::optional(name) : std::nullopt;
    }
    if (room != "d" || !read_id(take_until(text, '/'), name.device)) return std::nullopt;
    if (text == "head") return name;
    return read_segment(text, name) ? std::optional(name) : std::nullopt;
}

}  // namespace satchel::wire
