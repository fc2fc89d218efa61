#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A real Prometheus scrapes ours for a minute, in both formats, and has nothing to complain of."""
import http.server
import json
import pathlib
import tempfile
import threading
import time
import unittest
import urllib.parse

import newer_debian
import support

SECONDS = 60
INTERVAL_SECONDS = 2
CONFIGURATION = """\
global:
  scrape_interval: {interval}s
  scrape_timeout: {interval}s
scrape_configs:
  - job_name: as_it_asks
    static_configs: [{{targets: ['127.0.0.1:{direct}']}}]
  - job_name: text
    static_configs: [{{targets: ['127.0.0.1:{text}']}}]
"""
# Each has to give one or more series for either job.
QUERIES = (
    "sum by (job) (rate(node_cpu_seconds_total[30s])) > 0",
    "node_memory_MemTotal_bytes > node_memory_MemFree_bytes",
    "1 - node_filesystem_avail_bytes / node_filesystem_size_bytes >= 0",
    "rate(node_network_receive_bytes_total{device='lo'}[30s]) > 0",
    "time() - node_boot_time_seconds > 0",
    "node_load1 >= 0",
    "sum by (job) (node_scrape_collector_success) > 10",
    "node_uname_info",
    "mixnet_exporter_build_info",
)


class TextProxy(http.server.ThreadingHTTPServer):
    """Stands before a server and asks it for the text format, whatever it is asked for itself: Prometheus 2.42 asks for
    OpenMetrics and cannot be told otherwise. Notes the Content-Type of the answers."""

    def __init__(self, upstream):
        super().__init__(("127.0.0.1", 0), TextProxyHandler)
        self.upstream = upstream
        self.content_types = set()
        self.thread = threading.Thread(target=self.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.thread.join()
        self.server_close()


class TextProxyHandler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asked = dict(self.headers.items())
        asked["Accept"] = "text/plain;version=0.0.4"
        answer = self.server.upstream.get(self.path, asked)
        self.server.content_types.add(answer.headers["Content-Type"])
        self.send_response(answer.status)
        for name in ("Content-Type", "Content-Encoding"):
            if answer.headers[name]:
                self.send_header(name, answer.headers[name])
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *_):
        pass


class PrometheusScrape(unittest.TestCase):
    maxDiff = None

    def test_debian_12(self):
        self.scrape_with(support.program("prometheus"))

    def test_prometheus_3(self):
        self.scrape_with(newer_debian.program("prometheus", "sid", "usr/bin/prometheus"))

    def scrape_with(self, program):
        with tempfile.TemporaryDirectory() as folder, support.exporter_server() as ours, TextProxy(ours) as proxy:
            file = pathlib.Path(folder, "prometheus.yml")
            ports = {"direct": ours.port, "text": proxy.server_address[1]}
            file.write_text(CONFIGURATION.format(interval=INTERVAL_SECONDS, **ports), encoding="utf-8")
            port = support.free_port()
            command = [program, f"--config.file={file}", f"--storage.tsdb.path={folder}/data"]
            with support.Server([*command, f"--web.listen-address=127.0.0.1:{port}"], port) as prometheus:
                time.sleep(SECONDS)
                self.check_targets(prometheus)
                self.check_data(prometheus)
                self.check_types(prometheus)
                self.check_log(prometheus)
            self.assertTrue(proxy.content_types)
            for content_type in proxy.content_types:
                self.assertRegex(content_type, r"^text/plain; ?version=0\.0\.4")

    def check_targets(self, prometheus):
        targets = api(prometheus, "targets")["activeTargets"]
        self.assertEqual(["as_it_asks", "text"], sorted(target["labels"]["job"] for target in targets))
        for target in targets:
            self.assertEqual(("up", ""), (target["health"], target["lastError"]), target)
        always_up = query(prometheus, f"min_over_time(up[{SECONDS}s]) == 1")
        self.assertEqual(2, len(always_up))
        scrapes = query(prometheus, f"count_over_time(up[{SECONDS}s]) > {SECONDS // INTERVAL_SECONDS // 2}")
        self.assertEqual(2, len(scrapes))

    def check_data(self, prometheus):
        for expression in QUERIES:
            jobs = {series["metric"].get("job") for series in query(prometheus, expression)}
            self.assertEqual({"as_it_asks", "text"}, jobs, expression)
        # A mount or a neighbour may come between the two scrapes, but not between all of them.
        support.wait_for(lambda: len(self.sample_counts(prometheus)) == 1, "both formats to have the same number of samples")

    def sample_counts(self, prometheus):
        return {series["value"][1] for series in query(prometheus, "scrape_samples_post_metric_relabeling")}

    def check_types(self, prometheus):
        """OpenMetrics names a counter without _total, and some Prometheus' metadata follow it."""
        found = {row["type"] for row in api(prometheus, "targets/metadata?metric=node_cpu_seconds_total")}
        found |= {row["type"] for row in api(prometheus, "targets/metadata?metric=node_cpu_seconds")}
        self.assertEqual({"counter"}, found)

    def check_log(self, prometheus):
        complaints = [
            line
            for line in prometheus.output().splitlines()
            if ("level=warn" in line.lower() or "level=error" in line.lower()) and "scrape" in line.lower()
        ]
        self.assertEqual([], complaints)


def api(prometheus, path):
    answer = json.loads(prometheus.get("/api/v1/" + path).body)
    assert answer["status"] == "success", answer
    return answer["data"]


def query(prometheus, expression):
    return api(prometheus, "query?query=" + urllib.parse.quote(expression))["result"]


if __name__ == "__main__":
    unittest.main()
