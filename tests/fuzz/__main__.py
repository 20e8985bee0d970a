"""`python -m tests.fuzz`: nonsense for a worker; ends with 1 if an answer was improper, or an executor is left."""

import argparse
import sys

from tests.fuzz.campaign import run_campaign

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--count", type=int, default=10_000)
parser.add_argument("--seed", type=int, default=0)
options = parser.parse_args()
campaign, left = run_campaign(options.count, options.seed)
print(f"{sum(campaign.answers.values())} answers: {dict(campaign.answers)}; {left} executors left")
for answer in campaign.improper[:20]:
    print("improper:", answer)
sys.exit(bool(campaign.improper or left))
