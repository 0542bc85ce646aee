#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""certificate.py HBR: registration certificates between hbr and a stranger that knows only the document of their format
(tests/stranger/certificate.py). What one issues the other reads, a golden certificate says for ever what it said, and
both refuse every letter that was changed."""

import copy
import datetime
import json
import pathlib
import random
import subprocess
import sys

from lab import DENIED, DONE, NOT_FOUND, USAGE, Lab

TESTS = pathlib.Path(__file__).resolve().parents[1]
GOLDEN = TESTS / "registration" / "golden"
# Debian's own, for the sake of its packages.
STRANGER = ["/usr/bin/python3", "-B", TESTS / "stranger" / "certificate.py"]
SECRET = "07" * 32


def stranger(*words, given: str = "", refuses: bool = False) -> str:
    result = subprocess.run([*map(str, (*STRANGER, *words))], input=given, capture_output=True, text=True)
    if (result.returncode != 0) != refuses or "Traceback" in result.stderr:
        raise RuntimeError(f"certificate.py {words} ended with {result.returncode}: {result.stderr[-2000:]}")
    return result.stdout


def shown_by_hbr(lab: Lab, path: pathlib.Path, expect: int = DONE) -> dict:
    """What hbr says that a certificate says, without what every line of JSON has."""
    values = lab.json("certificate", "show", path, expect=expect)
    said = values[0] if values else {}
    return {name: value for name, value in said.items() if name not in ("type", "schema")}


def check_golden(lab: Lab) -> dict:
    """Made once by 'hbr certificate create', and never again."""
    expected = json.loads((GOLDEN / "expected.json").read_text())
    path = GOLDEN / "certificate"
    lab.check(json.loads(stranger("read", path)) == expected, "the stranger reads the golden certificate otherwise")
    shown = lab.json("certificate", "show", path, expect=DENIED)
    lab.check([line["type"] for line in shown] == ["certificate", "error"] and shown[1]["code"] == "CERT-0007",
              f"the golden certificate is old, and not taken for it: {shown[1:]}")
    lab.check(shown_by_hbr(lab, path, DENIED) == expected, "hbr reads the golden certificate otherwise")
    return expected


def check_from_hbr(lab: Lab, authorities: str) -> None:
    path, authority_file = lab.work / "from hbr", lab.work / "ca.pem"
    authority_file.write_text("# an authority of our own\n" + authorities)
    place = ("certificate", "create", "s3://backups/site/main", "--client", "wéb1", "--output", path)
    lab.run(*place, expect=NOT_FOUND)
    issuer = lab.result("certificate", "new-issuer")["issuer"]
    made = lab.result(*place, "--name", "Main vault", "--description", "Everything ☃", "--ca-file", authority_file,
                      "--endpoint", "public=https://s3.example.com,vpc=http://10.0.0.9:9000")
    said = json.loads(stranger("read", path))
    lab.check(said == shown_by_hbr(lab, path), "hbr and the stranger read a certificate of hbr differently")
    lab.check(said["issuer"] == issuer == made["issuer"], "the issuer is another one")
    lab.check(said["store"]["authorities"] == authorities, "the authorities came out otherwise")
    lab.check((said["id"], said["client"]["id"], said["endsAt"]) == (made["id"], made["clientId"], made["endsAt"]),
              "the result tells of another certificate")
    lab.run("certificate", "create", "s3://backups/main", expect=USAGE)


def check_from_stranger(lab: Lab, golden: dict) -> None:
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    path = lab.work / "from a stranger"
    said = copy.deepcopy(golden)

    def issued(seconds_ago: int) -> None:
        begin = now - datetime.timedelta(seconds=seconds_ago)
        for which, time in (("issuedAt", begin), ("endsAt", begin + datetime.timedelta(days=2))):
            said[which] = time.strftime("%Y-%m-%dT%H:%M:%SZ")
        path.write_text(stranger("issue", SECRET, given=json.dumps(said)))

    issued(0)
    lab.check(shown_by_hbr(lab, path) == said, "hbr reads a certificate of the stranger otherwise")
    # Mail and editors of Windows change the ends of lines.
    path.write_bytes(b"\r\n" + path.read_bytes().replace(b"\n", b"\r\n"))
    lab.check(shown_by_hbr(lab, path) == said, "CR LF changed what a certificate says")
    for seconds_ago, code in ((3 * 86_400, "CERT-0007"), (-86_400, "CERT-0008")):
        issued(seconds_ago)
        lab.check(lab.result("certificate", "show", path, expect=DENIED).get("code") == code, f"not refused with {code}")


def check_changed(lab: Lab) -> None:
    text = (GOLDEN / "certificate").read_text()
    path = lab.work / "changed"
    chance = random.Random(20)
    for _ in range(20):
        at = chance.choice([at for at, letter in enumerate(text) if letter.isalnum()])
        path.write_text(text[:at] + ("B" if text[at] == "A" else "A") + text[at + 1:])
        code = lab.result("certificate", "show", path, expect=None).get("code", "none")
        lab.check(code in {f"CERT-000{number}" for number in (1, 2, 3, 4, 6)}, f"letter {at} changed: {code}")
        stranger("read", path, refuses=True)


def main() -> int:
    with Lab(sys.argv[1]) as lab:
        golden = check_golden(lab)
        check_from_hbr(lab, golden["store"]["authorities"])
        check_from_stranger(lab, golden)
        check_changed(lab)
        return lab.end()


if __name__ == "__main__":
    sys.exit(main())
