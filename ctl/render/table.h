// Columns of text, each as wide as its widest cell.
#pragma once

#include <string>
#include <vector>

namespace satchel::ctl {

/// Rows of escaped text under headings.
class Table {
  public:
    explicit Table(std::vector<std::string> headings) { rows_.push_back(std::move(headings)); }

    /// As many cells as headings; they are shown as they are.
    void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

    /// Two spaces between columns, none at the end of a line.
    [[nodiscard]] std::string text() const;

  private:
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace satchel::ctl
