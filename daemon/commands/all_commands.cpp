// SPDX-License-Identifier: Apache-2.0
#include "daemon/commands/all_commands.h"

#include "daemon/commands/check.h"
#include "daemon/commands/collectors.h"
#include "daemon/commands/config_check.h"
#include "daemon/commands/config_init.h"
#include "daemon/commands/config_prometheus.h"
#include "daemon/commands/config_show.h"
#include "daemon/commands/discover.h"
#include "daemon/commands/doctor.h"
#include "daemon/commands/documents.h"
#include "daemon/commands/history.h"
#include "daemon/commands/probe.h"
#include "daemon/commands/run.h"
#include "daemon/commands/scrape.h"
#include "daemon/commands/status.h"
#include "daemon/commands/targets.h"

namespace mixnet {
namespace {

constexpr Command kCommands[] = {
    {"run", "Serve the metrics until told to stop; what is done where no command is named.", run_run},
    {"scrape", "Collect once, print the exposition and exit; status 1 where a collector failed.", run_scrape},
    {"check", "Make a check, or all: exit status and output are a monitoring plugin's.", run_check, kCheckFlags, "NAME|all"},
    {"status", "Print how the nodes and the host are, what to do, and the newest values.", run_status, kStatusFlags},
    {"collectors", "List the collectors: on or off, and what they find on this host.", run_collectors},
    {"discover", "Look for nodes on this host and print what is known of each, and from where.", run_discover},
    {"doctor", "Look at all that is to be set up, as the service's user, and print what works and what to do.", run_doctor,
     kDoctorFlags},
    {"targets", "Ask the network for its nodes and write them as targets for Prometheus's file_sd.", run_targets,
     kTargetsFlags},
    {"probe", "Print the metrics of a result that nym-gateway-probe has printed.", run_probe, kProbeFlags},
    {"history list", "List the series that are recorded.", run_history_list},
    {"history show", "Print what was recorded of a series: a metric, or metric{label=\"value\"}.", run_history_show,
     kHistoryShowFlags, "SERIES"},
    {"config check", "Check the configuration and print every fault.", run_config_check},
    {"config show", "Print the configuration in force, defaults included, as a configuration file.", run_config_show},
    {"config init", "Write a commented configuration file, new ones only, from the nodes that are found.", run_config_init},
    {"config prometheus", "Print the entry for Prometheus's scrape_configs that fits this installation.",
     run_config_prometheus},
    {"documents", "Write what is installed beside the program and made from its tables.", run_documents, kDocumentsFlags, "",
     true},
};

}  // namespace

std::span<const Command> all_commands() { return kCommands; }

}  // namespace mixnet
