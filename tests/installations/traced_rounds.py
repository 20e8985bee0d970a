"""Prints the anonymous memory of a kernel in MB, as JSON: after `import tensorflow`, and after 20 traced rounds.

Anonymous memory is what a process has for itself: the files of TensorFlow, which others share and the system may drop,
are not in it. Run by the Python of an environment; it may import only what tffsim brings along.
"""

import json
import subprocess
import sys

from jupyter_client.manager import start_new_kernel

SECONDS = 300
MEMORY = 'print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("RssAnon")))'
SETUP = """
%load_ext tffsim
from tffsim.simulation import digits, fed_avg
client_data, held_out = digits.load_digits(20, "iid", seed=0)
datasets = client_data.datasets()
next_round = fed_avg.fed_avg(0.2)
weights = fed_avg.initial_weights(0)
"""
ROUND = """%%tff_execute --trace seen
weights = next_round(weights, datasets)
"""


def main() -> None:
    """Measures a Python with TensorFlow, and a kernel at two moments."""
    kib = {"bare": subprocess.check_output([sys.executable, "-c", f"import tensorflow\n{MEMORY}"], text=True)}
    manager, client = start_new_kernel(kernel_name="python3", startup_timeout=SECONDS)

    def run(cell: str) -> str:
        texts: list[str] = []

        def look(message: dict) -> None:
            if message["msg_type"] == "error":
                raise RuntimeError(message["content"]["evalue"])
            if message["msg_type"] == "stream":
                texts.append(message["content"]["text"])

        client.execute_interactive(cell, timeout=SECONDS, output_hook=look)
        return "".join(texts)

    try:
        run("import tensorflow")
        kib["kernel"] = run(MEMORY)
        for cell in (SETUP, *[ROUND] * 20):
            run(cell)
        kib["rounds"] = run(MEMORY)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    print(json.dumps({name: int(text) * 1024 / 1e6 for name, text in kib.items()}))


if __name__ == "__main__":
    main()
