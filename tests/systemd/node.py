# SPDX-License-Identifier: Apache-2.0
"""The simulated node as a service of a box, under a user of its own, and the simulated network that it is in."""
import json
import pathlib
import urllib.parse

import support
from exposition import parse

PACKAGES = ("libcivetweb1", "libdeflate0", "libhogweed6")
URL = "http://127.0.0.1:10087"
HOME = "/home/nym/.nym/nym-nodes/test"
TOKEN = "a-token-of-the-tests"
NETWORK_UNIT = """\
[Service]
ExecStart=/programs/nym-network run --sim-http-port=18000
"""
NODE_UNIT = f"""\
[Unit]
After=nym-network.service
[Service]
User=nym
Environment=HOME=/home/nym
ExecStart=/node/nym-node run --mode exit-gateway --id test --hostname "" --accept-operator-terms-and-conditions \\
  --wireguard-enabled true --config-file {HOME}/config/config.toml --nym-api-urls http://127.0.0.1:18000/api \\
  --public-ips 127.0.0.1 --sim-http-port 8080 --sim-traffic steady
LimitNOFILE=8192
"""


def shared():
    """The folders that a box with a node sees."""
    return {"/node": pathlib.Path(support.simulator()).parent}


def scrape(box):
    """The samples of a scrape: {(name, labels): value}."""
    return read(box.get(f"{URL}/metrics"))


def read(text):
    families, faults = parse(text)
    assert not faults, faults
    return {(series.name, series.labels): value.number for family in families.values() for series, value in family.series.items()}


def value(samples, name, **labels):
    """Of the one series of that name with these labels; None without one."""
    found = [number for (own, pairs), number in samples.items() if own == name and labels.items() <= dict(pairs).items()]
    assert len(found) <= 1, (name, found)
    return found[0] if found else None


def labels(samples, name):
    return [dict(pairs) for own, pairs in samples if own == name]


def start(box):
    """Starts both services, and bonds the node. Its token is one that nobody can see on its command line."""
    box.run("useradd", "--system", "--create-home", "--home-dir", "/home/nym", "nym")
    box.run("chmod", "0700", "/home/nym")
    box.write("/etc/systemd/system/nym-network.service", NETWORK_UNIT.replace("/programs", "/node"))
    box.write("/etc/systemd/system/nym-node.service", NODE_UNIT)
    box.run("systemctl", "daemon-reload")
    box.run("systemctl", "start", "nym-network.service", "nym-node.service")
    about = support.wait_for(lambda: said(box), "the node to tell of itself")
    place = {"identity": about["identity"], "host": "127.0.0.1", "port": about["ports"]["http"], "id": 1324, "roles": "entry+exit"}
    tell(box, 18000, "place", **place)
    tell(box, 8080, "token", token=TOKEN)


def said(box):
    """What the simulator printed when it was ready."""
    lines = box.run("journalctl", "--unit=nym-node.service", "--output=cat", "--no-pager").splitlines()
    found = [line for line in lines if line.startswith('{"')]
    return json.loads(found[-1]) if found else None


def tell(box, at, command, **parameters):
    """One command of a simulator's control API."""
    box.get(f"http://127.0.0.1:{at}/simulator/{command}?{urllib.parse.urlencode(parameters)}", "--request", "POST")
