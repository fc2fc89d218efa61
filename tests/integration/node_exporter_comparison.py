#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""node_exporter and ours beside each other on this host: the same families, types, help, labels and values.

What may differ stands in node_exporter_differences.txt, with reasons; what an older release lacks, in the file with its
version in the name.
"""
import pathlib
import re
import subprocess
import tempfile
import unittest

import newer_debian
import support
from compare_expositions import Comparison, Rules, Tolerance, parse_rules, report
from exposition import parse

FOLDER = pathlib.Path(__file__).resolve().parent
ROUNDS = 4
# Defaults that changed between releases, set to one value on both sides.
SAME_FILTERS = {
    "diskstats": {"device-exclude": r"^(z?ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$"},
    "filesystem": {
        "mount-points-exclude": r"^/(dev|proc|run/credentials/.+|sys)($|/)",
        "fs-types-exclude": r"^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660"
        r"|mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|sysfs|tracefs)$",
    },
    "netdev": {"device-exclude": r"^$"},
    "netstat": {"fields": r"^(Ip|Icmp|Tcp|Udp|TcpExt|IpExt)6?_.*$"},
    "vmstat": {"fields": r"^(oom_kill|pgpg|pswp|pg.*fault).*"},
}
# Flags without a value that make collectors show more.
SHOW_MORE = {"cpu": ["info"], "stat": ["softirq"], "netdev": ["address-info"]}
TEXTFILE = """\
# HELP backup_last_success_timestamp_seconds When the backup last succeeded.
# TYPE backup_last_success_timestamp_seconds gauge
backup_last_success_timestamp_seconds{target="a \\"quoted\\" \\\\ name"} 1.7e9
without_type{x="1"} 2
"""


def collectors_of_node_exporter(program):
    text = subprocess.run([program, "--help"], capture_output=True, text=True, check=False)
    return set(re.findall(r"--(?:\[no-\])?collector\.([a-z0-9_]+) ", text.stdout + text.stderr))


def collectors_of_ours():
    # arp         on  ARP entries from /proc/net/arp.   present
    lines = support.run_exporter("collectors").stdout.splitlines()[1:]
    return {line.split()[0] for line in lines}


def rules_for(program):
    """What may differ from any node_exporter, and from one of this program's version."""
    # node_exporter, version 1.5.0 (branch: debian/sid, revision: 1.5.0-1+b6)
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    version = re.search(r"version (\d+\.\d+)", said.stdout + said.stderr)[1]
    files = [FOLDER / "node_exporter_differences.txt", FOLDER / f"node_exporter_{version}_differences.txt"]
    return Rules(rule for file in files if file.exists() for rule in parse_rules(file.read_text(encoding="utf-8"), file.name))


def flags(collectors, folder):
    """The same set of collectors with the same filters, for either program."""
    words = ["--collector.disable-defaults", "--web.disable-exporter-metrics", f"--collector.textfile.directory={folder}"]
    for name in sorted(collectors):
        words.append(f"--collector.{name}")
        words += [f"--collector.{name}.{key}={value}" for key, value in SAME_FILTERS.get(name, {}).items()]
        words += [f"--collector.{name}.{key}" for key in SHOW_MORE.get(name, [])]
    return words


def failures(families):
    series = families["node_scrape_collector_success"].series
    return [str(key) for key, value in series.items() if value.number != 1]


class NodeExporterComparison(unittest.TestCase):
    maxDiff = None

    def test_against_debian_12(self):
        self.compare_with(support.program("prometheus-node-exporter"))

    def test_against_debian_13(self):
        self.compare_with(newer_debian.program("prometheus-node-exporter", "trixie", "usr/bin/prometheus-node-exporter"))

    def test_against_debian_unstable(self):
        self.compare_with(newer_debian.program("prometheus-node-exporter", "sid", "usr/bin/prometheus-node-exporter"))

    def compare_with(self, node_exporter):
        both = collectors_of_ours() & collectors_of_node_exporter(node_exporter)
        self.assertGreater(len(both), 5)
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "backup.prom").write_text(TEXTFILE, encoding="utf-8")
            port = support.free_port()
            command = [node_exporter, f"--web.listen-address=127.0.0.1:{port}", *flags(both, folder)]
            with support.Server(command, port, ready="/") as theirs:
                with support.exporter_server(*flags(both, folder)) as ours:
                    found = self.lasting_differences(theirs, ours, rules_for(node_exporter))
        self.assertEqual([], found, "\n".join(report(found, 20)))

    def lasting_differences(self, theirs, ours, rules):
        """The differences seen in each of some rounds: what only moves differs in another place each time.

        A round looks at theirs, ours and theirs again, so that a counter has to lie between what they say."""
        lasting = None
        for _ in range(ROUNDS):
            before, actual, after = (parse(server.metrics()) for server in (theirs, ours, theirs))
            self.assertEqual([], actual[1], "the form of our exposition")
            self.assertEqual([], failures(actual[0]), "our collectors that failed")
            comparison = Comparison(rules, Tolerance(relative=1e-9, absolute=1e-9))
            found = {each[:3]: each for each in comparison.run(before[0], actual[0], after[0])}  # the detail is what moves
            lasting = found if lasting is None else {place: found[place] for place in lasting.keys() & found.keys()}
        return sorted(lasting.values())


if __name__ == "__main__":
    unittest.main()
