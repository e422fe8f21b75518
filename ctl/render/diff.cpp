// The longest common subsequence of what is left between a common beginning and a common end, by
// the textbook's table: its size bounds the texts that are compared line by line.
#include "ctl/render/diff.h"

#include "ctl/render/words.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace satchel::ctl {
namespace {

constexpr std::size_t kTableCellsMax = 25'000'000;
constexpr std::size_t kLineShown = 400;

using Lines = std::vector<std::string_view>;

Lines split(std::string_view text) {
    Lines lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

void print(std::string& out, std::string_view mark, std::span<const std::string_view> lines) {
    for (const std::string_view line : lines)
        out += std::string(mark) + shown(line, kLineShown) + "\n";
}

/// What differs, in full.
void print_middle(std::string& out,
                  std::span<const std::string_view> left,
                  std::span<const std::string_view> right) {
    if (left.size() * right.size() > kTableCellsMax) {
        print(out, "- ", left);
        print(out, "+ ", right);
        return;
    }
    const std::size_t width = right.size() + 1;
    // common[i * width + j]: length of the longest subsequence common to left[i…] and right[j…].
    std::vector<std::uint16_t> common((left.size() + 1) * width, 0);
    for (std::size_t i = left.size(); i-- > 0;) {
        for (std::size_t j = right.size(); j-- > 0;) {
            const auto below = common[(i + 1) * width + j];
            const auto beside = common[i * width + j + 1];
            const auto both = static_cast<std::uint16_t>(common[(i + 1) * width + j + 1] + 1);
            common[i * width + j] = left[i] == right[j] ? both : std::max(below, beside);
        }
    }
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < left.size() && j < right.size()) {
        if (left[i] == right[j]) {
            print(out, "  ", left.subspan(i++, 1));
            ++j;
        } else if (common[(i + 1) * width + j] >= common[i * width + j + 1]) {
            print(out, "- ", left.subspan(i++, 1));
        } else {
            print(out, "+ ", right.subspan(j++, 1));
        }
    }
    print(out, "- ", left.subspan(i));
    print(out, "+ ", right.subspan(j));
}

}  // namespace

std::string diff_lines(std::string_view left_text, std::string_view right_text) {
    const Lines left_lines = split(left_text);
    const Lines right_lines = split(right_text);
    std::span<const std::string_view> left(left_lines);
    std::span<const std::string_view> right(right_lines);
    std::size_t begin = 0;
    while (begin < std::min(left.size(), right.size()) && left[begin] == right[begin]) ++begin;
    std::size_t end = 0;
    while (end < std::min(left.size(), right.size()) - begin &&
           left[left.size() - 1 - end] == right[right.size() - 1 - end])
        ++end;
    std::string out;
    print(out, "  ", left.first(begin));
    print_middle(out,
                 left.subspan(begin, left.size() - begin - end),
                 right.subspan(begin, right.size() - begin - end));
    print(out, "  ", left.last(end));
    return out;
}

}  // namespace satchel::ctl
