"""Runs a cell with `%%tff_execute` in a kernel of the environment whose Python runs this; prints what came, as JSON.

It may import only what tffsim brings along.
"""

import json

from jupyter_client.manager import start_new_kernel

SECONDS = 300
LOAD = """
%load_ext tffsim
import time
import numpy as np
import tffsim as tff
mean = tff.federated_computation(lambda x: tff.federated_mean(x), tff.FederatedType(np.float32, tff.CLIENTS))
"""
WATCHED = """%%tff_execute --trace seen
for _ in range(10):
    value = mean([1.0, 2.0, 6.0])
    time.sleep(0.2)
value
"""
AFTER = "assert float(value) == 3.0 and seen.invocations.num_rows == 10"


def main() -> None:
    """Starts the kernel, runs the cells, counts the messages of the widget."""
    seen = {"messages": 0, "problems": []}

    def look(message: dict) -> None:
        kind, content = message["msg_type"], message["content"]
        if kind == "comm_msg":
            seen["messages"] += 1
        elif kind == "error":
            seen["problems"].append(f"{content['ename']}: {content['evalue']}")
        elif kind == "stream":
            seen["problems"].append(content["text"])

    manager, client = start_new_kernel(kernel_name="python3", startup_timeout=SECONDS)
    try:
        for cell in (LOAD, WATCHED, AFTER):
            client.execute_interactive(cell, timeout=SECONDS, output_hook=look)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
