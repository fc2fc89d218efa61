#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the dashboards beside it: what they have in common is said once, and limits are those of prometheus/rules.

    grafana-dashboards/make.py            writes mixnet-fleet.json, mixnet-node.json and mixnet-host.json
    grafana-dashboards/make.py --check    says whether they are as it would write them
"""
import json
import pathlib
import re
import sys

import yaml

HERE = pathlib.Path(__file__).resolve().parent
RULES = HERE.parent / "prometheus/rules"
RUNBOOKS = "file:///usr/share/doc/mixnet-exporter/runbooks/"

TARGET = 'job=~"$job",instance=~"$instance"'
NODE = TARGET + ',node=~"$node"'
RATE = "[$__rate_interval]"
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
# Told apart by those who do not see red and green (Okabe and Ito).
FINE, WARNING, CRITICAL, UNKNOWN = "#56B4E9", "#E69F00", "#D55E00", "#808080"
RECEIVED, SENT, DROPPED, OTHER = "#0072B2", "#009E73", "#D55E00", "#CC79A7"
CARDS = 'device!~"lo|veth.*|docker.*|br-.*|virbr.*"'


def limit(alert, severity):
    """The first number that the alert's rule compares its value with."""
    for file in sorted(RULES.glob("*.yml")):
        for group in yaml.safe_load(file.read_text(encoding="utf-8"))["groups"]:
            for rule in group["rules"]:
                if rule.get("alert") == alert and rule["labels"]["severity"] == severity:
                    return float(re.search(r"(?:>=|<=|>|<) ([\d.]+)", " ".join(rule["expr"].split()))[1])
    raise KeyError(f"{alert} {severity}")


def steps(*colours):
    """Thresholds: (None, colour), (value, colour), … rising."""
    return {"mode": "absolute", "steps": [{"value": value, "color": colour} for value, colour in colours]}


def at_most(alert):
    """Fine below the alert's limits."""
    out = [(None, FINE)]
    for severity, colour in (("warning", WARNING), ("critical", CRITICAL)):
        try:
            out.append((limit(alert, severity), colour))
        except KeyError:
            pass
    return steps(*out)


def at_least(alert):
    """Fine from the alert's limits on."""
    out = [(None, CRITICAL), (limit(alert, "critical"), WARNING), (limit(alert, "warning"), FINE)]
    return steps(*out)


def zero_is_fine(colour=CRITICAL):
    return steps((None, FINE), (1, colour))


def words(**texts):
    """Words for whole numbers: words(_0="down", _1="up"), each with its colour."""
    options = {name[1:]: {"text": text, "color": colour, "index": index} for index, (name, (text, colour)) in enumerate(texts.items())}
    return [{"type": "value", "options": options}]


DOWN_UP = words(_0=("down", CRITICAL), _1=("up", FINE))
NO_YES = words(_0=("no", WARNING), _1=("yes", FINE))


def target(expr, legend="__auto", ref="A", table=False, instant=None):
    instant = table if instant is None else instant
    return {
        "datasource": DATASOURCE, "refId": ref, "expr": expr, "legendFormat": legend, "editorMode": "code",
        "format": "table" if table else "time_series", "instant": instant, "range": not instant,
    }  # fmt: skip


def targets(rows):
    return [target(expr, legend, chr(ord("A") + index)) for index, (expr, legend) in enumerate(rows)]


def links_to(alert):
    return [{"title": f"Runbook of {alert}", "url": f"{RUNBOOKS}{alert}.md", "targetBlank": True}] if alert else []


def stat(title, description, expr, unit="short", thresholds=None, mappings=None, decimals=None, alert=None, width=4, legend="__auto",
         graph="none", text=None):  # fmt: skip
    defaults = {"unit": unit, "noValue": "unknown", "thresholds": thresholds or steps((None, FINE)), "color": {"mode": "thresholds"}}
    if mappings:
        defaults["mappings"] = mappings
    if decimals is not None:
        defaults["decimals"] = decimals
    return {
        "type": "stat", "title": title, "description": description, "datasource": DATASOURCE, "size": (width, 4), "links": links_to(alert),
        "targets": [target(expr, legend, instant=graph == "none")],
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}, "colorMode": "background",
                    "graphMode": graph, "justifyMode": "auto", "orientation": "auto", "textMode": text or "auto", "wideLayout": True},
    }  # fmt: skip


def colour_of(name, colour, negative=False):
    properties = [{"id": "color", "value": {"mode": "fixed", "fixedColor": colour}}]
    if negative:
        properties.append({"id": "custom.transform", "value": "negative-Y"})
    return {"matcher": {"id": "byRegexp", "options": f"/^{name}/"}, "properties": properties}


def graph(title, description, rows, unit="short", alert=None, width=12, stacked=False, overrides=(), maximum=None, minimum=0,
          thresholds=None, decimals=None):  # fmt: skip
    """`thresholds` are drawn as dashed lines."""
    custom = {
        "drawStyle": "line", "lineWidth": 1, "fillOpacity": 25 if stacked else 0, "showPoints": "auto", "spanNulls": False,
        "axisPlacement": "auto", "stacking": {"mode": "normal" if stacked else "none", "group": "A"},
        "thresholdsStyle": {"mode": "dashed" if thresholds else "off"}, "hideFrom": {"legend": False, "tooltip": False, "viz": False},
    }  # fmt: skip
    defaults = {"unit": unit, "custom": custom, "color": {"mode": "palette-classic"}, "noValue": "no data",
                "thresholds": thresholds or steps((None, FINE))}  # fmt: skip
    if minimum is not None:
        defaults["min"] = minimum
    if maximum is not None:
        defaults["max"] = maximum
    if decimals is not None:
        defaults["decimals"] = decimals
    return {
        "type": "timeseries", "title": title, "description": description, "datasource": DATASOURCE, "size": (width, 8),
        "links": links_to(alert), "targets": targets(rows), "fieldConfig": {"defaults": defaults, "overrides": list(overrides)},
        "options": {"legend": {"displayMode": "table", "placement": "bottom", "showLegend": True, "calcs": ["lastNotNull", "max"]},
                    "tooltip": {"mode": "multi", "sort": "desc"}},
    }  # fmt: skip


def states(title, description, rows, mappings, width=12, height=6, alert=None):
    """How something was, over the time."""
    return {
        "type": "state-timeline", "title": title, "description": description, "datasource": DATASOURCE, "size": (width, height),
        "links": links_to(alert), "targets": targets(rows),
        "fieldConfig": {"defaults": {"unit": "short", "mappings": mappings, "noValue": "no data", "color": {"mode": "thresholds"},
                                     "thresholds": steps((None, UNKNOWN)), "custom": {"fillOpacity": 80, "lineWidth": 0}},
                        "overrides": []},
        "options": {"mergeValues": True, "showValue": "never", "alignValue": "left", "rowHeight": 0.8,
                    "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True}, "tooltip": {"mode": "single"}},
    }  # fmt: skip


def cell(name, **properties):
    ids = {"unit": "unit", "thresholds": "thresholds", "mappings": "mappings", "decimals": "decimals", "width": "custom.width",
           "links": "links"}  # fmt: skip
    out = [{"id": ids[key], "value": value} for key, value in properties.items()]
    if "thresholds" in properties or "mappings" in properties:
        out += [{"id": "custom.cellOptions", "value": {"type": "color-background", "mode": "basic"}},
                {"id": "color", "value": {"mode": "thresholds"}}]  # fmt: skip
    return {"matcher": {"id": "byName", "options": name}, "properties": out}


def table(title, description, columns, overrides, sort, hidden=(), height=9, width=24, transformations=None):
    """`columns` are (name, expression); the rows are joined by their labels."""
    rows = [target(expr, name, chr(ord("A") + index), table=True) for index, (name, expr) in enumerate(columns)]
    names = {f"Value #{chr(ord('A') + index)}": name for index, (name, _) in enumerate(columns)}
    if len(columns) == 1:
        names["Value"] = columns[0][0]
    organise = {"id": "organize", "options": {"excludeByName": {"Time": True, **{name: True for name in hidden}},
                                              "renameByName": {**names, "node": "Node", "instance": "Host"}, "indexByName": {}}}  # fmt: skip
    return {
        "type": "table", "title": title, "description": description, "datasource": DATASOURCE, "size": (width, height), "links": [],
        "targets": rows, "transformations": transformations or [{"id": "merge", "options": {}}, organise],
        "fieldConfig": {"defaults": {"unit": "short", "noValue": "none", "custom": {"align": "auto", "cellOptions": {"type": "auto"}},
                                     "thresholds": steps((None, FINE))}, "overrides": overrides},
        "options": {"showHeader": True, "cellHeight": "sm", "sortBy": [{"displayName": sort[0], "desc": sort[1]}]},
    }  # fmt: skip


def row(title, collapsed=False):
    return {"type": "row", "title": title, "collapsed": collapsed, "size": (24, 1)}


def placed(panels):
    """Gives each panel its place, from left to right, and its number; a collapsed row takes those below it."""
    out, x, y, tallest, inside = [], 0, 0, 0, None
    for number, panel in enumerate(panels, 1):
        panel = {"id": number, **panel}
        width, height = panel.pop("size")
        if panel["type"] == "row" or x + width > 24:
            x, y, tallest = 0, y + tallest, 0
        panel["gridPos"] = {"x": x, "y": y, "w": width, "h": height}
        x, tallest = x + width, max(tallest, height)
        if panel["type"] == "row":
            x, y, tallest = 0, y + 1, 0
            panel["panels"] = []
            inside = panel["panels"] if panel["collapsed"] else None
            out.append(panel)
        else:
            (out if inside is None else inside).append(panel)
    return out


def query_variable(name, label, metric, several=True):
    query = f"label_values({metric}, {name})"
    return {
        "type": "query", "name": name, "label": label, "datasource": DATASOURCE, "definition": query,
        "query": {"query": query, "refId": "StandardVariableQuery"}, "refresh": 2, "sort": 1, "hide": 0, "multi": several,
        "includeAll": several, **({"allValue": ".+"} if several else {}), "regex": "", "options": [],
        "current": {"selected": True, "text": ["All"] if several else "", "value": ["$__all"] if several else ""},
    }  # fmt: skip


def annotation(name, expr, colour, title, on=True):
    return {"name": name, "datasource": DATASOURCE, "enable": on, "hide": False, "iconColor": colour, "expr": expr, "step": "60s",
            "titleFormat": title}  # fmt: skip


DASHBOARDS = (("mixnet-fleet", "Fleet"), ("mixnet-node", "Node"), ("mixnet-host", "Host & exporter"))


def dashboard(uid, title, description, variables, panels, annotations):
    links = [{"type": "link", "title": name, "url": f"/d/{other}/{other}", "icon": "dashboard", "keepTime": True, "includeVars": True,
              "asDropdown": False, "targetBlank": False, "tags": [], "tooltip": ""} for other, name in DASHBOARDS if other != uid]  # fmt: skip
    datasource = {"type": "datasource", "name": "datasource", "label": "Data source", "query": "prometheus", "hide": 0, "multi": False,
                  "includeAll": False, "refresh": 1, "regex": "", "options": [], "current": {}}  # fmt: skip
    return {
        "uid": uid, "title": f"Mixnet: {title}", "description": description, "tags": ["mixnet"], "schemaVersion": 39, "version": 1,
        "editable": False, "graphTooltip": 1, "refresh": "1m", "timezone": "browser", "time": {"from": "now-6h", "to": "now"},
        "links": links, "annotations": {"list": annotations}, "templating": {"list": [datasource, *variables]}, "panels": placed(panels),
    }  # fmt: skip


JOB = query_variable("job", "Job", "mixnet_nodes")
INSTANCE = query_variable("instance", "Host", 'mixnet_nodes{job=~"$job"}')
FIRING = annotation("Alerts", f'ALERTS{{alertstate="firing",alertname!="MixnetWatchdog",severity=~"warning|critical",{TARGET}}}',
                    CRITICAL, "{{alertname}} {{node}}", on=False)  # fmt: skip
RESTARTS = annotation("Restarts", f"changes(mixnet_node_process_start_time_seconds{{{TARGET}}}[$__interval]) > 0", OTHER, "{{node}} restarted")
VERSIONS = annotation("Versions", f"mixnet_node_build_info{{{TARGET}}} unless mixnet_node_build_info{{{TARGET}}} offset 5m", SENT,
                      "{{node}} runs {{version}}", on=False)  # fmt: skip


def dropped_ratio(selector, by):
    dropped = f"sum by ({by}) (rate(mixnet_node_packets_dropped_total{{{selector}}}{RATE}))"
    return f"{dropped} / (sum by ({by}) (rate(mixnet_node_packets_sent_total{{{selector}}}{RATE})) + {dropped})"


def node_cpu(selector, target_selector):
    return (f"sum by (instance, node) (rate(mixnet_node_process_cpu_seconds_total{{{selector}}}{RATE})) / on (instance) group_left () "
            f'count by (instance) (node_cpu_seconds_total{{mode="idle",{target_selector}}})')  # fmt: skip


def node_memory(selector, target_selector):
    return (f"sum by (instance, node) (mixnet_node_process_resident_memory_bytes{{{selector}}}) / on (instance) group_left () "
            f"sum by (instance) (node_memory_MemTotal_bytes{{{target_selector}}})")  # fmt: skip


def fleet():
    alerts = f'ALERTS{{alertstate="firing",severity="%s",{TARGET}}}'
    # 0 only where rules are evaluated: the watchdog always fires.
    none = '0 * count(ALERTS{alertname="MixnetWatchdog"})'
    panels = [
        stat("Nodes down", "Nodes whose process does not run. Not 0: see which in the table.",
             f"sum(1 - mixnet_node_process_up{{{TARGET}}})", thresholds=zero_is_fine(), alert="MixnetNodeDown", width=3),
        stat("Hosts not seen", "Exporters that cannot be scraped: nothing is known of their nodes.", f"sum(1 - up{{{TARGET}}})",
             thresholds=zero_is_fine(), alert="MixnetExporterDown", width=3),
        stat("Critical alerts", "That fire now. Unknown: Prometheus has not loaded the rules.",
             f"count({alerts % 'critical'}) or {none}", thresholds=zero_is_fine(), width=3),
        stat("Warnings", "That fire now.", f"count({alerts % 'warning'}) or {none}", thresholds=zero_is_fine(WARNING), width=3),
        stat("Lowest score", "The worst node's score in the network; 1 is best. Selection goes with its 20th power.",
             f"min(mixnet_network_node_performance_ratio{{{TARGET}}})", "percentunit", at_least("MixnetNodeScoreLow"), decimals=1,
             alert="MixnetNodeScoreLow", width=3),
        stat("Most dropped", "The worst node's share of packets that are dropped, of all to be sent on.",
             f"max({dropped_ratio(TARGET, 'instance, node')})", "percentunit", at_most("MixnetNodePacketsDropped"), decimals=2,
             alert="MixnetNodePacketsDropped", width=3),
        stat("In the set", "Nodes that are in the set of this epoch, and earn.",
             f"sum(mixnet_network_node_in_rewarded_set{{{TARGET}}})", width=3),
        stat("Behind in version", "Nodes whose version is worth less than the whole config score.",
             f"sum(mixnet_network_node_expected_config_score_ratio{{{TARGET}}} < bool 1)", thresholds=zero_is_fine(WARNING),
             alert="MixnetNodeVersionBehind", width=3),
        table("Nodes, the worst first", "A row for each node, sorted by its score. A click on the name leads to the node.", [
            ("Runs", f"max by (instance, node) (mixnet_node_process_up{{{TARGET}}})"),
            ("Score", f"max by (instance, node) (mixnet_network_node_performance_ratio{{{TARGET}}})"),
            ("Routing", f"max by (instance, node) (mixnet_network_node_routing_score_ratio{{{TARGET}}})"),
            ("Version", f"max by (instance, node) (mixnet_network_node_expected_config_score_ratio{{{TARGET}}})"),
            ("In the set", f"max by (instance, node) (mixnet_network_node_in_rewarded_set{{{TARGET}}})"),
            ("Dropped", dropped_ratio(TARGET, "instance, node")),
            ("Packets in", f"sum by (instance, node) (rate(mixnet_node_packets_received_total{{{TARGET}}}{RATE}))"),
            ("CPU", node_cpu(TARGET, TARGET)),
            ("Memory", node_memory(TARGET, TARGET)),
            ("Up for", f"max by (instance, node) (time() - mixnet_node_process_start_time_seconds{{{TARGET}}})"),
        ], [
            cell("Runs", mappings=DOWN_UP), cell("In the set", mappings=NO_YES),
            cell("Score", unit="percentunit", decimals=1, thresholds=at_least("MixnetNodeScoreLow")),
            cell("Routing", unit="percentunit", decimals=1), cell("Version", unit="percentunit", decimals=1,
                                                                  thresholds=at_least("MixnetNodeVersionBehind")),
            cell("Dropped", unit="percentunit", decimals=2, thresholds=at_most("MixnetNodePacketsDropped")),
            cell("Packets in", unit="pps", decimals=0),
            cell("CPU", unit="percentunit", decimals=0, thresholds=at_most("MixnetNodeCpuHigh")),
            cell("Memory", unit="percentunit", decimals=0, thresholds=at_most("MixnetNodeMemoryHigh")), cell("Up for", unit="dtdurations"),
            cell("Node", links=[{"title": "The node", "url": "/d/mixnet-node/mixnet-node?var-node=${__value.raw}&${__url_time_range}"}]),
        ], ("Score", False)),
        table("Alerts that fire", "With their severity; the runbooks are in docs/runbooks.",
              [("Firing", f'ALERTS{{alertstate="firing",alertname!="MixnetWatchdog",{TARGET}}}')], [], ("severity", False),
              hidden=("__name__", "alertstate", "job", "Firing", "Value"), height=7),
        graph("Scores", "Each node's score in the network, which selection and rewards go by.",
              [(f"mixnet_network_node_performance_ratio{{{TARGET}}}", "{{node}}")], "percentunit", "MixnetNodeScoreLow", maximum=1,
              minimum=None, thresholds=at_least("MixnetNodeScoreLow"), decimals=1),
        graph("Dropped packets", "Of all to be sent on, by node. Above the line it costs the score.",
              [(dropped_ratio(TARGET, "instance, node"), "{{node}}")], "percentunit", "MixnetNodePacketsDropped",
              thresholds=at_most("MixnetNodePacketsDropped")),
        graph("Packets received", "Packets a second from other nodes and clients. None for long: the port is not reachable.",
              [(f"sum by (instance, node) (rate(mixnet_node_packets_received_total{{{TARGET}}}{RATE}))", "{{node}}")], "pps",
              "MixnetNodeNoPackets"),
        graph("Node CPU", "The nodes' share of their machines' CPUs.", [(node_cpu(TARGET, TARGET), "{{node}}")], "percentunit",
              "MixnetNodeCpuHigh", thresholds=at_most("MixnetNodeCpuHigh")),
    ]  # fmt: skip
    return dashboard("mixnet-fleet", "Fleet", "Is any of my nodes unwell, and which first?", [JOB, INSTANCE], panels,
                     [FIRING, RESTARTS, VERSIONS])  # fmt: skip


def node():
    one = query_variable("node", "Node", f"mixnet_node_info{{{TARGET}}}", several=False)
    received = f"sum by (hop) (rate(mixnet_node_packets_received_total{{{NODE}}}{RATE}))"
    sent = f"sum by (type) (rate(mixnet_node_packets_sent_total{{{NODE}}}{RATE}))"
    panels = [
        stat("Runs", "Its process, seen at the scrape.", f"max(mixnet_node_process_up{{{NODE}}})", mappings=DOWN_UP, alert="MixnetNodeDown",
             width=3),
        stat("Says it is up", "Its HTTP API, which the network asks too.", f"max(mixnet_node_healthy{{{NODE}}})", mappings=DOWN_UP,
             alert="MixnetNodeApiDown", width=3),
        stat("Score", "In the network; 1 is best. Routing by config score.", f"max(mixnet_network_node_performance_ratio{{{NODE}}})",
             "percentunit", at_least("MixnetNodeScoreLow"), decimals=1, alert="MixnetNodeScoreLow", width=3),
        stat("In the set", "Whether it earns in this epoch.", f"max(mixnet_network_node_in_rewarded_set{{{NODE}}})",
             mappings=NO_YES, width=3),
        stat("Dropped", "Share of the packets to be sent on.", f"max({dropped_ratio(NODE, 'instance, node')})", "percentunit",
             at_most("MixnetNodePacketsDropped"), decimals=2, alert="MixnetNodePacketsDropped", width=3),
        stat("CPU used", "Share of the machine's CPUs.", f"max({node_cpu(NODE, TARGET)})", "percentunit", at_most("MixnetNodeCpuHigh"), decimals=0,
             alert="MixnetNodeCpuHigh", width=3),
        stat("Memory used", "Share of the machine's memory.", f"max({node_memory(NODE, TARGET)})", "percentunit",
             at_most("MixnetNodeMemoryHigh"), decimals=0, alert="MixnetNodeMemoryHigh", width=3),
        stat("Up for", "Since its process was started.", f"max(time() - mixnet_node_process_start_time_seconds{{{NODE}}})", "dtdurations",
             alert="MixnetNodeRestarting", width=3),
        row("Packets"),
        graph("Packets", "Packets a second: received above, sent below the line. They go in step; sent far below received means loss.",
              [(received, "received, {{hop}}"), (sent, "sent, {{type}}")], "pps", minimum=None,
              overrides=[colour_of("received, forward", RECEIVED), colour_of("received, final", "#56B4E9"),
                         colour_of("sent, forward", SENT, True), colour_of("sent, ack", "#F0E442", True)]),
        graph("Lost packets", "Dropped by direction and hop, malformed and replayed, a second. Malformed ones peak when keys rotate.", [
            (f"sum by (direction, hop) (rate(mixnet_node_packets_dropped_total{{{NODE}}}{RATE}))", "dropped, {{direction}} {{hop}}"),
            (f"sum(rate(mixnet_node_packets_malformed_total{{{NODE}}}{RATE}))", "malformed"),
            (f"sum(rate(mixnet_node_packets_excessive_delay_total{{{NODE}}}{RATE}))", "delay shortened"),
        ], "pps", "MixnetNodePacketsDropped", overrides=[colour_of("dropped", DROPPED), colour_of("malformed", OTHER)]),
        graph("Queues", "Packets that wait: to be delayed, while they are, and in the buffers of connections. Takes the node's token.", [
            (f"max by (node) (mixnet_node_forwarder_queue_packets{{{NODE}}})", "waiting to be delayed"),
            (f"max by (node) (mixnet_node_delayed_packets{{{NODE}}})", "being delayed"),
            (f"max by (node, hop) (mixnet_node_pending_packets{{{NODE}}})", "in buffers, {{hop}}"),
        ], "short", "MixnetNodeDelayQueueHigh"),
        graph("Waiting for a CPU", "Share of the time in which something of the node waited for a CPU, and in which its quota held it back.", [
            (f"sum(rate(mixnet_node_cgroup_pressure_cpu_waiting_seconds_total{{{NODE}}}{RATE}))", "waiting"),
            (f"sum(rate(mixnet_node_cgroup_cpu_throttled_periods_total{{{NODE}}}{RATE})) / "
             f"sum(rate(mixnet_node_cgroup_cpu_periods_total{{{NODE}}}{RATE}))", "held back by its quota"),
            (f'sum(rate(node_cpu_seconds_total{{mode="steal",{TARGET}}}{RATE})) / sum(rate(node_cpu_seconds_total{{{TARGET}}}{RATE}))',
             "withheld by the hypervisor"),
        ], "percentunit", "MixnetNodeCpuThrottled", thresholds=at_most("MixnetNodeCpuThrottled")),
        row("Connections and tunnels"),
        graph("Connections", "Established TCP connections by the node's port, and to other nodes. A few hundred at port mix in the set.", [
            (f'sum by (port) (mixnet_node_connections{{state="established",{NODE}}})', "at {{port}}"),
            (f'sum by (port) (mixnet_node_outbound_connections{{state="established",{NODE}}})', "to {{port}} of others"),
        ]),
        graph("Connections that are not well", "In close_wait: the node does not close them. In syn_sent: they do not get out.", [
            (f'sum(mixnet_node_connections{{state="close_wait",{NODE}}})', "close_wait"),
            (f'sum(mixnet_node_outbound_connections{{state="syn_sent",{NODE}}})', "syn_sent, to others"),
            (f'sum(mixnet_node_connections{{state="syn_recv",{NODE}}})', "syn_recv"),
        ], "short", "MixnetNodeConnectionsStuck"),
        graph("Tunnels", "Bits a second from clients above, to clients below the line, by interface. Empty for a mixnode.", [
            (f"sum by (device) (rate(mixnet_node_tunnel_receive_bytes_total{{{NODE}}}{RATE})) * 8", "from clients, {{device}}"),
            (f"sum by (device) (rate(mixnet_node_tunnel_transmit_bytes_total{{{NODE}}}{RATE})) * 8", "to clients, {{device}}"),
        ], "bps", "MixnetNodeWireguardIdle", minimum=None, overrides=[colour_of("from", RECEIVED), colour_of("to", SENT, True)]),
        graph("WireGuard peers", "Peers with a handshake in the last three minutes: by the kernel, and as the node counts them.", [
            (f"max by (node) (mixnet_node_wireguard_active_peers{{{NODE}}})", "active"),
            (f"max by (node) (mixnet_node_wireguard_reported_active_peers{{{NODE}}})", "active, as the node says"),
        ]),
        states("Ports", "Whether a socket listens on each port of its modes.",
               [(f"max by (port) (mixnet_node_port_listening{{{NODE}}})", "{{port}}")],
               words(_0=("closed", CRITICAL), _1=("listens", FINE)), alert="MixnetNodePortClosed"),
        graph("UDP drops", "Datagrams a second that did not fit into the sockets' buffers: too little CPU, or too small buffers.",
              [(f"sum by (port) (rate(mixnet_node_udp_receive_drops_total{{{NODE}}}{RATE}))", "{{port}}")], "pps", "MixnetNodeUdpDrops",
              thresholds=at_most("MixnetNodeUdpDrops")),
        row("Process and cgroup"),
        graph("CPU", "CPUs that it keeps busy, by mode, and how many its cgroup may use, where that is limited.", [
            (f"sum by (mode) (rate(mixnet_node_process_cpu_seconds_total{{{NODE}}}{RATE}))", "{{mode}}"),
            (f"max by (node) (mixnet_node_cgroup_cpu_quota_cores{{{NODE}}})", "may use"),
        ], "short", "MixnetNodeCpuHigh", decimals=2),
        graph("Memory", "Its own, of files and shared, and the limit, where there is one. It grows by a filter at a key rotation.", [
            (f"max by (node) (mixnet_node_process_resident_anon_bytes{{{NODE}}})", "its own"),
            (f"max by (node) (mixnet_node_process_resident_file_bytes{{{NODE}}})", "of files"),
            (f"max by (node) (mixnet_node_process_resident_shmem_bytes{{{NODE}}})", "shared"),
            (f"max by (node) (mixnet_node_cgroup_memory_max_bytes{{{NODE}}})", "limit"),
        ], "bytes", "MixnetNodeMemoryHigh"),
        graph("File descriptors", "Open ones, of those that it may have.", [
            (f"max by (node) (mixnet_node_process_open_fds{{{NODE}}} / mixnet_node_process_max_fds{{{NODE}}})", "in use"),
        ], "percentunit", "MixnetNodeFileDescriptorsHigh", thresholds=at_most("MixnetNodeFileDescriptorsHigh"), maximum=1),
        graph("Data", "Bytes of its databases and of its filters against replays.", [
            (f"sum by (database) (mixnet_node_data_database_bytes{{{NODE}}})", "{{database}}"),
            (f"max by (node) (mixnet_node_data_replay_filters_bytes{{{NODE}}})", "replay filters"),
        ], "bytes", "MixnetDiskSpaceLow"),
        row("What the network makes of it"),
        graph("Scores", "The score, its two parts, and what its version is worth. Config 0: not described, or no terms.", [
            (f"max by (node) (mixnet_network_node_performance_ratio{{{NODE}}})", "score"),
            (f"max by (node) (mixnet_network_node_routing_score_ratio{{{NODE}}})", "routing"),
            (f"max by (node) (mixnet_network_node_config_score_ratio{{{NODE}}})", "config"),
            (f"max by (node) (mixnet_network_node_expected_config_score_ratio{{{NODE}}})", "config, expected"),
        ], "percentunit", "MixnetNodeScoreLow", maximum=1, minimum=None, thresholds=at_least("MixnetNodeScoreLow"), decimals=1),
        graph("Selection and stake", "Its weight in the draw for the rewarded set, and its stake by the saturation point.", [
            (f"max by (node) (mixnet_network_node_selection_weight_ratio{{{NODE}}})", "weight in the draw"),
            (f"max by (node) (mixnet_network_node_stake_saturation_uncapped_ratio{{{NODE}}})", "stake saturation"),
        ], "percentunit", "MixnetNodeOutOfRewardedSet"),
        states("Role", "Its role in each epoch.", [(f"max by (role) (mixnet_network_node_role{{{NODE}}}) == 1", "{{role}}")],
               words(_1=("this one", FINE))),
        states("Probes", "What the last probe could do, by part and test.",
               [(f"min by (part, test) (mixnet_network_node_probe_success{{{NODE}}})", "{{part}} {{test}}")],
               words(_0=("fails", CRITICAL), _1=("works", FINE)), height=10, alert="MixnetNodeProbeFails"),
        row("Sessions", collapsed=True),
        graph("Sessions of a day", "Of the last complete UTC day: clients, sessions begun and ended.", [
            (f"max by (node) (mixnet_node_day_unique_users{{{NODE}}})", "clients"),
            (f"max by (node) (mixnet_node_day_sessions_started{{{NODE}}})", "begun"),
            (f"max by (node) (mixnet_node_day_sessions_finished{{{NODE}}})", "ended"),
        ]),
        graph("Failed registrations and credentials", "A second. One client's are nothing; many: the clock, the keys, or WireGuard.", [
            (f"sum(rate(mixnet_node_lp_registration_failures_total{{{NODE}}}{RATE}))", "registrations over LP"),
            (f"sum by (reason) (rate(mixnet_node_ecash_verification_failures_total{{{NODE}}}{RATE}))", "credentials, {{reason}}"),
            (f"sum(rate(mixnet_node_wireguard_peer_addition_failures_total{{{NODE}}}{RATE}))", "WireGuard peers"),
        ], "ops", "MixnetNodeWireguardPeersRefused"),
    ]  # fmt: skip
    return dashboard("mixnet-node", "Node", "What is this node doing?", [JOB, INSTANCE, one], panels, [FIRING, RESTARTS, VERSIONS])


def host():
    cpu = f"sum by (instance) (rate(node_cpu_seconds_total{{{TARGET}}}{RATE}))"
    busy = f'1 - sum by (instance) (rate(node_cpu_seconds_total{{mode=~"idle|iowait|steal",{TARGET}}}{RATE})) / {cpu}'
    steal = f'sum by (instance) (rate(node_cpu_seconds_total{{mode="steal",{TARGET}}}{RATE})) / {cpu}'
    memory = f"node_memory_MemAvailable_bytes{{{TARGET}}} / node_memory_MemTotal_bytes{{{TARGET}}}"
    root = f'1 - node_filesystem_avail_bytes{{mountpoint="/",{TARGET}}} / node_filesystem_size_bytes{{mountpoint="/",{TARGET}}}'
    panels = [
        stat("CPU busy", "The busiest host: all but idle, waiting for disks and steal.", f"max({busy})", "percentunit",
             at_most("MixnetHostCpuHigh"), decimals=0, alert="MixnetHostCpuHigh", width=3),
        stat("Steal", "CPU time that the hypervisor withholds, of the worst host.", f"max({steal})", "percentunit",
             at_most("MixnetHostCpuSteal"), decimals=1, alert="MixnetHostCpuSteal", width=3),
        stat("Memory left", "Of the host with the least.", f"min({memory})", "percentunit", at_least("MixnetHostMemoryLow"), decimals=0,
             alert="MixnetHostMemoryLow", width=3),
        stat("Disk used", "Of /, on the fullest host.", f"max({root})", "percentunit", at_most("MixnetDiskSpaceLow"), decimals=0,
             alert="MixnetDiskSpaceLow", width=3),
        stat("Clock kept", "By a time service, on all hosts.", f"min(mixnet_host_clock_synchronised{{{TARGET}}})", mappings=NO_YES,
             alert="MixnetHostClockWrong", width=3),
        stat("Conntrack", "Share of the kernel's table that is taken. When it is full new connections are dropped.",
             f"max(node_nf_conntrack_entries{{{TARGET}}} / node_nf_conntrack_entries_limit{{{TARGET}}})", "percentunit",
             at_most("MixnetHostConntrackFull"), decimals=0, alert="MixnetHostConntrackFull", width=3),
        stat("Failing collectors", "Of the exporter. What a host does not have is no failure.",
             f"sum(1 - node_scrape_collector_success{{{TARGET}}})", thresholds=zero_is_fine(WARNING),
             alert="MixnetExporterCollectorFailing", width=3),
        stat("Config good", "Whether the exporters' configuration files were valid when they were read last.",
             f"min(mixnet_exporter_config_last_reload_successful{{{TARGET}}})", mappings=NO_YES, alert="MixnetExporterConfigInvalid",
             width=3),
        row("CPU and memory"),
        graph("CPU busy", "By host.", [(busy, "{{instance}}")], "percentunit", "MixnetHostCpuHigh", maximum=1,
              thresholds=at_most("MixnetHostCpuHigh")),
        graph("CPU by mode", "CPUs of all chosen hosts together that are busy, by mode. Much softirq is the network.",
              [(f'sum by (mode) (rate(node_cpu_seconds_total{{mode!="idle",{TARGET}}}{RATE}))', "{{mode}}")], stacked=True, decimals=2),
        graph("Waiting", "Share of the time in which some task waited for a CPU, a disk or memory. Below a tenth is fine.", [
            (f"rate(node_pressure_cpu_waiting_seconds_total{{{TARGET}}}{RATE})", "CPU, {{instance}}"),
            (f"rate(node_pressure_io_waiting_seconds_total{{{TARGET}}}{RATE})", "disk, {{instance}}"),
            (f"rate(node_pressure_memory_waiting_seconds_total{{{TARGET}}}{RATE})", "memory, {{instance}}"),
        ], "percentunit"),
        graph("Memory", "In use, that cannot be given back, and all.", [
            (f"node_memory_MemTotal_bytes{{{TARGET}}} - node_memory_MemAvailable_bytes{{{TARGET}}}", "in use, {{instance}}"),
            (f"node_memory_MemTotal_bytes{{{TARGET}}}", "all, {{instance}}"),
        ], "bytes", "MixnetHostMemoryLow"),
        row("Disks"),
        graph("Disk used", "Of each file system.",
              [(f"1 - node_filesystem_avail_bytes{{{TARGET}}} / node_filesystem_size_bytes{{{TARGET}}}", "{{instance}} {{mountpoint}}")],
              "percentunit", "MixnetDiskSpaceLow", maximum=1, thresholds=at_most("MixnetDiskSpaceLow")),
        graph("Disk traffic", "Read above, written below the line.", [
            (f"sum by (instance) (rate(node_disk_read_bytes_total{{{TARGET}}}{RATE}))", "read, {{instance}}"),
            (f"sum by (instance) (rate(node_disk_written_bytes_total{{{TARGET}}}{RATE}))", "written, {{instance}}"),
        ], "Bps", minimum=None, overrides=[colour_of("written", SENT, True)]),
        row("Network"),
        graph("Network traffic", "Bits a second: received above, sent below the line. Flat at the top: the uplink is full.", [
            (f"sum by (instance) (rate(node_network_receive_bytes_total{{{CARDS},{TARGET}}}{RATE})) * 8", "received, {{instance}}"),
            (f"sum by (instance) (rate(node_network_transmit_bytes_total{{{CARDS},{TARGET}}}{RATE})) * 8", "sent, {{instance}}"),
        ], "bps", minimum=None, overrides=[colour_of("received", RECEIVED), colour_of("sent", SENT, True)]),
        graph("Lost on the host", "Packets a second that no program saw: by the cards, by the kernel's queues, by UDP sockets.", [
            (f"sum by (instance) (rate(node_network_receive_drop_total{{{CARDS},{TARGET}}}{RATE}))", "cards, {{instance}}"),
            (f"sum by (instance) (rate(node_softnet_dropped_total{{{TARGET}}}{RATE}))", "queues, {{instance}}"),
            (f"rate(node_netstat_Udp_RcvbufErrors{{{TARGET}}}{RATE})", "UDP sockets, {{instance}}"),
        ], "pps", "MixnetHostNetworkDrops"),
        row("The exporter"),
        graph("Scrapes", "How long they take, as Prometheus sees it. Above 10 s they fail.",
              [(f"scrape_duration_seconds{{{TARGET}}}", "{{instance}}")], "s"),
        graph("Series", "Samples of each scrape.", [(f"scrape_samples_scraped{{{TARGET}}}", "{{instance}}")]),
        graph("CPU of the exporter", "Share of one CPU. Far below 1 %.", [(f"rate(process_cpu_seconds_total{{{TARGET}}}{RATE})", "{{instance}}")],
              "percentunit"),
        graph("Memory of the exporter", "Resident. Some 10 MB.", [(f"process_resident_memory_bytes{{{TARGET}}}", "{{instance}}")], "bytes"),
        states("Collectors that fail", "Empty where none does.",
               [(f"node_scrape_collector_success{{{TARGET}}} == 0", "{{instance}} {{collector}}")], words(_0=("fails", CRITICAL)),
               alert="MixnetExporterCollectorFailing"),
        states("Sources", "Whether the nodes' APIs and the network's gave a usable answer.", [
            (f"min by (node) (mixnet_node_api_up{{{TARGET}}})", "{{node}}"),
            (f"min by (api) (mixnet_network_api_up{{{TARGET}}})", "{{api}}"),
        ], DOWN_UP, alert="MixnetNodeApiDown"),
    ]  # fmt: skip
    return dashboard("mixnet-host", "Host & exporter", "Is the machine the bottleneck, and is the exporter itself well?", [JOB, INSTANCE],
                     panels, [FIRING])  # fmt: skip


def main():
    same = True
    for made in (fleet(), node(), host()):
        file = HERE / f"{made['uid']}.json"
        text = json.dumps(made, indent=1, ensure_ascii=False) + "\n"
        if "--check" in sys.argv:
            same &= file.is_file() and file.read_text(encoding="utf-8") == text
        else:
            file.write_text(text, encoding="utf-8")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
