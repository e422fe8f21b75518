// Recovery words that are always the same.
#include "shared/protocol/control/recovery.h"
#include "tests/unit/ctl/canned_daemon.h"

#include <sstream>

namespace satchel::support {

void install_recovery(control::Server& server) {
    server.on<control::RecoveryCreateRequest>([](const control::RecoveryCreateRequest& request)
                                                  -> Result<control::RecoveryCreateResponse> {
        if (!request.replace)
            return Error{ErrorCode::already_exists,
                         "the workspace has recovery words already",
                         "satchelctl recovery create --replace makes new ones and those void"};
        const std::string words = request.dry_run ? "" : std::string(kRecoveryText);
        return control::RecoveryCreateResponse{words,
                                               "bbbb",
                                               "https://hub.example:9100",
                                               "hubkey",
                                               request.dry_run ? "" : "eeee",
                                               true,
                                               3};
    });
    server.on<control::RecoveryUseRequest>(
        [](const control::RecoveryUseRequest& request) -> Result<control::RecoveryUseResponse> {
            std::istringstream in(request.words);
            std::string words;
            for (std::string word; in >> word;) words += (words.empty() ? "" : " ") + word;
            if (words != kRecoveryText)
                return Error{ErrorCode::invalid_argument, "read the recovery words: wrong"};
            return control::RecoveryUseResponse{"bbbb",
                                                request.hub_url,
                                                request.device_name,
                                                request.dry_run ? "" : "ffff",
                                                3,
                                                {"laptop", "desk\033[2Jtop"}};
        });
}

}  // namespace satchel::support
