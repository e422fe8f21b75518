// Refusals on their way into the audit log: counted by who, what and why, and written down now and
// then, a few rows at a time, so that a flood of them cannot make the log grow or push others out.
#pragma once

#include "daemon/hub/audit.h"

#include <map>
#include <tuple>

namespace satchel::hub {

/// Time between two writings, and the rows of one: what comes from further places is counted
/// together. 9 rows in a quarter of an hour are 78,000 in the 90 days rows are kept.
inline constexpr milliseconds kRefusalsEvery = std::chrono::minutes(15);
inline constexpr std::size_t kRefusalsApart = 8;

/// Counts in memory; a hub that is killed forgets what it has not written.
class RefusalCounter {
  public:
    /// One refusal.
    void count(const AuditNote& note);
    /// There is something, and the last writing was long enough ago. The first look only begins the
    /// time.
    [[nodiscard]] bool is_due(milliseconds now);
    /// What is to be written, and forgotten here.
    std::vector<AuditNote> take(milliseconds now);

  private:
    using Key = std::tuple<std::string, std::string, std::string, std::string>;

    std::map<Key, std::uint64_t> counts_;
    std::uint64_t others_ = 0;
    milliseconds written_at_{-1};
};

}  // namespace satchel::hub
