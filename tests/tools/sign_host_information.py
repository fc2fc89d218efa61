#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/fixtures/network/host_information.jsonl: answers of /host-information of nodes of all releases, signed by
another implementation of ed25519 than the one they are verified with. Needs python3-cryptography. What is signed is written
out here as serde_json writes nym's structs; the keys are made of words, so that the file comes out the same each time.

    tests/tools/sign_host_information.py > tests/fixtures/network/host_information.jsonl
"""
import hashlib
import json

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def base58(data):
    number, out = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        out = DIGITS[digit] + out
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + out


def digest(word):
    return hashlib.sha256(word.encode()).digest()


def key(word):
    return base58(digest(word))


def dump(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


IDENTITY = Ed25519PrivateKey.from_private_bytes(digest("identity"))
OTHER = Ed25519PrivateKey.from_private_bytes(digest("another identity"))
PUBLIC = base58(IDENTITY.public_key().public_bytes_raw())
LEGACY = 2**32 - 1


def host(keys, addresses=("203.0.113.17", "2001:db8:4::17"), hostname="nym-exit.example.org"):
    return {"ip_address": list(addresses), "hostname": hostname, "keys": keys}


def keys_of_today(rotation=167, primary="sphinx", following=None, noise=1):
    return {
        "ed25519_identity": PUBLIC,
        "x25519_sphinx": key("sphinx"),
        "primary_x25519_sphinx_key": {"rotation_id": rotation, "public_key": key(primary)},
        "pre_announced_x25519_sphinx_key":
            None if following is None else {"rotation_id": following, "public_key": key("next sphinx")},
        "x25519_versioned_noise":
            None if noise is None else {"supported_version": noise, "x25519_pubkey": key("noise")},
    }


def show(name, good, sent, signed=None, signer=IDENTITY):
    text = dump(sent if signed is None else signed)
    print(dump({"name": name, "good": good, "body": {"data": sent, "signature": base58(signer.sign(text.encode()))}}))


def without(data, *names):
    out = dict(data, keys={name: value for name, value in data["keys"].items() if name not in names})
    return out


today = host(keys_of_today())
show("today", True, today)
show("today, the next key announced", True, host(keys_of_today(following=168)))
show("today, without noise", True, host(keys_of_today(noise=None)))
show("today, a noise of the future", True, host(keys_of_today(noise=255)))
show("today, another primary key", True, host(keys_of_today(primary="next sphinx")))

v3 = {"ed25519_identity": PUBLIC, "x25519_sphinx": key("sphinx"), "x25519_noise": None}
show("third form, as it was sent", True, host(v3))
show("third form with noise, sent as today", True, host(keys_of_today(LEGACY)), host(dict(v3, x25519_noise=key("noise"))))
show("third form of the primary key", True, host(keys_of_today(primary="next sphinx")),
     host(dict(v3, x25519_sphinx=key("next sphinx"), x25519_noise=key("noise"))))
show("second form, as it was sent", True, host(dict(v3, x25519_noise="")))
show("second form with noise, sent as today", True, host(keys_of_today()), host(dict(v3, x25519_noise=key("noise"))))
show("noise under its former name, which nym-api does not read", False, host(dict(v3, x25519_noise=key("noise"))))
v1 = {"ed25519": PUBLIC, "x25519": key("sphinx")}
show("first form, as it was sent", True, host(v1))
show("first form, sent as today", True, today, host(v1))

legacy = host(keys_of_today(LEGACY))
show("today, the primary key left out", True, without(legacy, "primary_x25519_sphinx_key"), legacy)
show("today, the primary key null", True, host(dict(legacy["keys"], primary_x25519_sphinx_key=None)), legacy)
show("today, nulls left out", True, without(host(keys_of_today(noise=None)), "pre_announced_x25519_sphinx_key",
                                            "x25519_versioned_noise"), host(keys_of_today(noise=None)))
former = {"x25519": key("sphinx"), "ed25519": PUBLIC}
former.update(without(today, "ed25519_identity", "x25519_sphinx")["keys"])
show("today, under former names", True, host(former), today)
show("in another order", True, {name: today[name] for name in ("keys", "hostname", "ip_address")}, today)
show("with more than is signed", True, dict(host(dict(today["keys"], x=1)), y=[None]), today)
show("more is signed than nym-api reads", False, dict(host(dict(today["keys"], x=1)), y=[None]))

long_form = ["2001:0db8:0000:0000:0000:0000:0000:0017", "2001:DB8:0:0:1:0:0:17", "::ffff:cb00:7111", "::cb00:7111",
             "2001:db8:0:1:1:1:1:1", "::"]
short_form = ["2001:db8::17", "2001:db8::1:0:0:17", "::ffff:203.0.113.17", "::cb00:7111", "2001:db8:0:1:1:1:1:1", "::"]
show("addresses in the long form", True, host(keys_of_today(), long_form), host(keys_of_today(), short_form))
show("no addresses", True, host(keys_of_today(), []))
show("hostname null", True, host(keys_of_today(), hostname=None))
no_name = host(keys_of_today(), hostname=None)
show("hostname left out", True, {name: no_name[name] for name in ("ip_address", "keys")}, no_name)
show("hostname with all that is escaped", True,
     host(keys_of_today(), hostname="a\"b\\c/d\b\f\n\r\t\x01\x1f\x7f nöde.例え \U0001f980"))

show("of another key", False, today, signer=OTHER)
