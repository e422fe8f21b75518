// Version 0.0.4 of the text format: a line each for help, type, and every value.
#include "daemon/hub/metrics.h"

#include <concepts>
#include <cstdio>

namespace satchel::hub {

namespace {

std::string seconds_text(std::int64_t duration_ms) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", static_cast<double>(duration_ms) / 1000);
    return text;
}

/// Lines of one metric after another.
class Page {
  public:
    void begin(std::string_view name, std::string_view type, std::string_view help) {
        name_ = "satchel_hub_" + std::string(name);
        text_ += "# HELP " + name_ + " " + std::string(help) + "\n# TYPE " + name_ + " " +
                 std::string(type) + "\n";
    }

    void value(const std::string& number, const std::string& labels = {}) {
        text_ += name_ + (labels.empty() ? "" : "{" + labels + "}") + " " + number + "\n";
    }

    template <std::integral Number>
    void one(std::string_view name, std::string_view type, std::string_view help, Number number) {
        begin(name, type, help);
        value(std::to_string(number));
    }

    [[nodiscard]] std::string take() { return std::move(text_); }

  private:
    std::string name_;
    std::string text_;
};

std::string label(std::string_view name, std::string_view value) {
    return std::string(name) + "=\"" + std::string(value) + "\"";
}

void write_gauges(Page& page, const Gauges& now) {
    page.begin("info", "gauge", "The version that runs.");
    page.value("1", label("version", now.version));
    page.begin("uptime_seconds", "gauge", "Since the start.");
    page.value(seconds_text(now.uptime.count()));
    page.one("healthy", "gauge", "1 when /healthz says ok.", now.is_healthy ? 1 : 0);
    page.one("connections", "gauge", "Open connections.", now.connections);
    page.one("held_polls", "gauge", "Requests that wait for news.", now.held_polls);
    page.one("sessions", "gauge", "Sessions of devices.", now.sessions);
    page.one("devices", "gauge", "Devices that were ever admitted.", now.devices);
    page.one("segments", "gauge", "Sealed objects stored.", now.segments);
    page.one("segment_bytes", "gauge", "Bytes of sealed objects.", now.stored_bytes);
    page.one("database_bytes", "gauge", "Size of the database with its log.", now.database_bytes);
    page.one("commits_total", "counter", "Transactions of the database.", now.commits);
    if (now.backup_age) {
        page.begin("last_backup_age_seconds", "gauge", "Since a backup last went well.");
        page.value(seconds_text(now.backup_age->count()));
    }
    if (now.tls_expires) {
        page.begin("tls_expires_timestamp_seconds", "gauge", "End of the certificate in use.");
        page.value(seconds_text(*now.tls_expires));
    }
}

}  // namespace

void Metrics::count(const Served& served) {
    auto found = operations_.find(served.operation);
    if (found == operations_.end())
        found = operations_.emplace(std::string(served.operation), ByOperation{}).first;
    ++found->second.by_status[served.status];
    found->second.took += served.took;
    if (!served.refusal.empty()) ++refusals_[std::string(served.refusal)];
    received_ += served.received;
    sent_ += served.sent;
}

std::string Metrics::text(const Gauges& gauges) const {
    Page page;
    write_gauges(page, gauges);
    page.begin("requests_total", "counter", "Requests by kind and status.");
    for (const auto& [operation, counts] : operations_)
        for (const auto& [status, count] : counts.by_status)
            page.value(std::to_string(count),
                       label("class", operation) + "," + label("status", std::to_string(status)));
    page.begin("request_seconds_total", "counter", "Time taken, waiting for news included.");
    for (const auto& [operation, counts] : operations_)
        page.value(seconds_text(counts.took.count()), label("class", operation));
    page.begin("refusals_total", "counter", "Refused requests by reason.");
    for (const auto& [reason, count] : refusals_)
        page.value(std::to_string(count), label("reason", reason));
    page.one("received_bytes_total", "counter", "Bytes of requests' bodies.", received_);
    page.one("sent_bytes_total", "counter", "Bytes of replies' bodies.", sent_);
    return page.take();
}

}  // namespace satchel::hub
