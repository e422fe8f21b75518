// satchel-liar: the double as a program, for integration tests with real daemons.
//   satchel-liar PORT FILE   listens on a free port in front of the hub on 127.0.0.1:PORT, prints
//                            that port, and tells every device the lie whose name is in FILE now:
//                            truth, flip, withhold, forget, freeze, expel, rogue, garbage,
//                            redirect, defect, stopping, full
#include "shared/protocol/wire/hub_api.h"
#include "tests/hostile/http_double.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>

#include <boost/asio/io_context.hpp>

namespace {

using namespace satchel;
using namespace satchel::hostile;

void flip(transport::PullReply& reply) {
    for (Bytes& segment : reply.segments)
        if (segment.size() > 80) segment[segment.size() - 80] ^= 1;
}

void garble(std::string_view call, http::Response& response) {
    if (call != "session") response.body = to_bytes(as_bytes("<html>please log in</html>"));
}

/// The refusal to every call but the one that opens a session, or to one call only.
auto refusing(wire::HubRefusal refusal, std::string_view only = {}) {
    return [refusal, only](std::string_view call, http::Response& response) {
        if (only.empty() ? call == "session" : call != only) return;
        response = {};
        response.status = wire::hub_refusal_row(refusal).status;
        response.body = to_bytes(as_bytes(wire::encode_refusal(refusal)));
    };
}

void redirect(std::string_view, http::Response& response) {
    response = {};
    response.status = 302;
    response.fields.add("Location", "http://127.0.0.1:9/");
}

/// The heads of the first answer under this lie, for ever.
auto frozen() {
    return [kept = std::optional<transport::HeadsReply>()](transport::HeadsReply& reply) mutable {
        if (!kept && !reply.not_modified) kept = reply;
        if (kept) reply = *kept;
    };
}

std::map<std::string, Lies> all_lies() {
    std::map<std::string, Lies> lies;
    lies["truth"] = {};
    lies["flip"].pull = flip;
    lies["withhold"].pull = [](transport::PullReply& reply) { reply.segments.clear(); };
    lies["forget"].heads = [](transport::HeadsReply& reply) { reply.heads.clear(); };
    lies["freeze"].heads = frozen();
    lies["expel"].heads = [](transport::HeadsReply& reply) { reply.member_count = 1; };
    lies["rogue"].members = [](std::vector<Bytes>& entries) {
        if (!entries.empty()) entries.back()[entries.back().size() - 90] ^= 1;
    };
    lies["garbage"].answer = garble;
    lies["redirect"].answer = redirect;
    lies["defect"].answer = refusing(wire::HubRefusal::defect);
    lies["stopping"].answer = refusing(wire::HubRefusal::stopping);
    lies["full"].answer = refusing(wire::HubRefusal::quota_full, "push");
    return lies;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs("usage: satchel-liar PORT FILE\n", stderr);
        return 4;
    }
    asio::io_context loop(1);
    std::map<std::string, Lies> lies = all_lies();
    HttpDouble liar(loop.get_executor(), std::string("http://127.0.0.1:") + argv[1]);
    const char* file = argv[2];
    liar.lies_to_others = [&lies, file]() -> const Lies* {
        std::ifstream in(file);
        std::string name;
        in >> name;
        const auto found = lies.find(name);
        return found == lies.end() ? nullptr : &found->second;
    };
    if (!liar.start()) return 1;
    std::printf("%s\n", liar.url().substr(liar.url().rfind(':') + 1).c_str());
    std::fflush(stdout);
    loop.run();
    return 0;
}
