"""Stand in for sslyze: note each batch, misbehave for hosts whose names ask for it, and else answer with a scan made before.

It stands under the name `sslyze` in a folder of the test's; `answer.json` beside it is the scan, `batches` the notes.
"""

import copy
import json
import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
flags = dict(argument.lstrip("-").partition("=")[::2] for argument in sys.argv[1:])
lines = Path(flags["targets_in"]).read_text().splitlines()
hosts = [line.partition("{")[0] for line in lines]
with (HERE / "batches").open("a") as notes:
    here = Path.cwd()
    about = {"pid": os.getpid(), "folder": str(here), "mode": here.stat().st_mode & 0o777}
    notes.write(json.dumps({"lines": lines, "hosts": hosts, "flags": flags} | about) + "\n")
asked = " ".join(hosts)
if "hang" in asked:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    (HERE / "child").write_text(str(child.pid))
    time.sleep(60)
if "crash" in asked:
    sys.exit("Traceback (most recent call last):\nMemoryError: no room")
out = Path(flags["json_out"])
if "garbage" in asked:
    out.write_text('{"server_scan_results": [')
    sys.exit(0)
if "huge" in asked:
    out.write_bytes(b" " * 20_000_000)
    sys.exit(0)
answer = json.loads((HERE / "answer.json").read_text())
(pattern,) = answer["server_scan_results"]
answer["server_scan_results"] = []
for host in hosts:
    name, _, port = host.rpartition(":")
    if "forgotten" not in host:
        entry = copy.deepcopy(pattern)
        entry["server_location"] |= {"hostname": name.strip("[]"), "port": int(port)}
        answer["server_scan_results"].append(entry)
out.write_text(json.dumps(answer))
sys.exit(1)
