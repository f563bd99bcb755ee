#!/usr/bin/env python3
"""The same chains on a cost grid in vectorised numpy, and by `etm`, in one run and on one thread.

    cargo build --release
    python3 benches/compare_numpy.py
    python3 benches/compare_numpy.py --write 64 300 > market.toml   # the market file of 64 states and slots 0 to 300

The market: log prize an AR(1) on Rouwenhorst's chain (x' = 0.95 x + 0.15 e), five buyers, costs uniform on [0.5, 2], a
first-price auction without reserve, buyers' discount factor 0.97, holder's 0.99, one sale. `etm` is timed as a whole
process: it reads the market file, solves it exactly in cost, solves the market's spot auctions for comparison, follows
the ticket forward, and verifies bids, values and decisions. numpy does the backward induction alone, on grids of 200,
1,000 and 5,000 costs, with the arrays in memory. Times are processor times, user and system: on one thread they are
what an idle machine's clock would show.

Then the same log prize without a chain (`markets/continuous.toml`), R_0 = 1: `etm` to its tolerance of 1e-9, numpy on
chains of 200, 400 and 800 prizes and as many costs, an odd number of prizes so that 1 is one of them.
"""

import argparse
import json
import math
import os
import resource
import statistics
import subprocess
import tempfile

os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"
import numpy as np  # noqa: E402  (after the number of threads)

PERSISTENCE, DEVIATION = 0.95, 0.15
LOWER, UPPER, BUYERS = 0.5, 2.0, 5
BUYERS_FACTOR, HOLDER_FACTOR = 0.97, 0.99


def rouwenhorst(size):
    """Prizes and transition matrix."""
    stay = (1 + PERSISTENCE) / 2
    matrix = np.array([[stay, 1 - stay], [1 - stay, stay]])
    for n in range(3, size + 1):
        larger = np.zeros((n, n))
        larger[:-1, :-1] += stay * matrix
        larger[:-1, 1:] += (1 - stay) * matrix
        larger[1:, :-1] += (1 - stay) * matrix
        larger[1:, 1:] += stay * matrix
        larger[1:-1] /= 2
        matrix = larger
    spread = DEVIATION / math.sqrt(1 - PERSISTENCE**2) * math.sqrt(size - 1)
    return np.exp(np.linspace(-spread, spread, size)), matrix / matrix.sum(axis=1, keepdims=True)


def on_a_grid(prizes, transition, maturity, costs):
    """W_0 of every prize: values, bids and revenue on a grid of costs, trapezoid rule."""
    theta = np.linspace(LOWER, UPPER, costs)
    survival = np.linspace(1.0, 0.0, costs)
    rivals, nobody = survival ** (BUYERS - 1), survival**BUYERS
    between = 0.5 * (rivals[:-1] + rivals[1:])
    weight = nobody[:-1] - nobody[1:]
    inverse = 1 / rivals[:-1]
    exercise = prizes[:, None] - theta
    values = np.maximum(exercise, 0.0)
    waiting = np.empty_like(values)
    for slot in range(maturity, -1, -1):
        if slot < maturity:
            np.matmul(transition, values, out=waiting)
            waiting *= BUYERS_FACTOR
            values = np.maximum(exercise, waiting)
        bids = values.copy()
        steps = between * (values[:, :-1] - values[:, 1:])
        bids[:, :-1] -= np.cumsum(steps[:, ::-1], axis=1)[:, ::-1] * inverse
        revenue = (0.5 * (bids[:, :-1] + bids[:, 1:])) @ weight
        holder = revenue if slot == maturity else np.maximum(revenue, HOLDER_FACTOR * (transition @ holder))
    return holder


def market_file(prizes, transition, maturity):
    """The same market for `etm`."""
    return f"""ticket.maturity = {maturity}
[prize.markov_chain]
states = {prizes.tolist()}
transition = {transition.tolist()}
initial = {float(prizes[len(prizes) // 2])!r}
[buyers]
count = {BUYERS}
cost.uniform = {{ lower = {LOWER}, upper = {UPPER} }}
discount_factor = {BUYERS_FACTOR}
[auction]
format = "first_price"
reserve = "none"
[holder]
discount_factor = {HOLDER_FACTOR}
"""


def used(who):
    """Processor seconds of this process or of the children it has waited for."""
    part = resource.getrusage(who)
    return part.ru_utime + part.ru_stime


class Etm:
    """A whole process: what it prints."""

    who = resource.RUSAGE_CHILDREN

    def __init__(self, command):
        self.command = command

    def __call__(self):
        return subprocess.run(self.command, check=True, capture_output=True).stdout


class Grid:
    """Backward induction in memory: the holder's values."""

    who = resource.RUSAGE_SELF

    def __init__(self, *arguments):
        self.arguments = arguments

    def __call__(self):
        return on_a_grid(*self.arguments)


def timed(run, runs):
    """Median processor seconds of `runs` runs after one that does not count, and the last answer."""
    return timed_in_turn([run], runs)[0]


def timed_in_turn(several, runs):
    """The same of several, run one after the other in every round: what slows the machine slows all of them."""
    answers, seconds = [run() for run in several], [[] for _ in several]
    for _ in range(runs):
        for k, run in enumerate(several):
            start = used(run.who)
            answers[k] = run()
            seconds[k].append(used(run.who) - start)
    return [(statistics.median(times), answer) for times, answer in zip(seconds, answers)]


def compare(etm, runs):
    print(f"numpy {np.__version__}, median processor times of {runs} runs; gap: numpy's W_0 against etm's, relative")
    print(f"{'states':>6} {'T':>4} {'etm, ms':>8}  {'costs':>6} {'numpy, ms':>9} {'etm/numpy':>9} {'gap':>6}")
    for size, maturity in [(16, 32), (64, 50), (200, 50)]:
        prizes, transition = rouwenhorst(size)
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write(market_file(prizes, transition, maturity))
            file.flush()
            command = [etm, "--quiet", "solve", "--json", file.name]
            ours, output = timed(Etm(command), runs)
        exact = json.loads(output)["seller_value"]
        for costs in [200, 1000, 5000]:
            theirs, holder = timed(Grid(prizes, transition, maturity, costs), runs)
            gap = abs(float(holder[size // 2]) / exact - 1)
            start = f"{size:6} {maturity:4} {ours * 1e3:8.1f}"
            print(f"{start}  {costs:6} {theirs * 1e3:9.1f} {ours / theirs:9.2f} {gap:6.0e}", flush=True)


def compare_without_chain(etm, runs):
    market = os.path.join(os.path.dirname(os.path.abspath(__file__)), "markets", "continuous.toml")
    print(f"{'prizes':>6} {'T':>4} {'etm, ms':>8}  {'costs':>6} {'numpy, ms':>9} {'etm/numpy':>9} {'gap':>6}")
    for maturity in [50, 500]:
        command = [etm, "--quiet", "solve", "--json", market, "--set", f"ticket.maturity={maturity}"]
        sizes = [201, 401, 801] if maturity == 50 else [201]
        grids = [Grid(*rouwenhorst(size), maturity, size - 1) for size in sizes]
        # The coarsest grid in turn with `etm`; the finer ones take a second each.
        (ours, output), coarsest = timed_in_turn([Etm(command), grids[0]], runs)
        exact = json.loads(output)["seller_value"]
        for size, (theirs, holder) in zip(sizes, [coarsest] + [timed(grid, runs) for grid in grids[1:]]):
            gap = abs(float(holder[size // 2]) / exact - 1)
            start = f"{'any':>6} {maturity:4} {ours * 1e3:8.1f}"
            print(f"{start}  {size - 1:6} {theirs * 1e3:9.1f} {ours / theirs:9.2f} {gap:6.0e}", flush=True)


def main():
    parser = argparse.ArgumentParser(description="etm against vectorised numpy on the same chains, one thread each")
    parser.add_argument("--etm", default="target/release/etm", help="the command to time (%(default)s)")
    parser.add_argument("--runs", type=int, default=9, help="runs of each (%(default)s)")
    parser.add_argument("--write", nargs=2, type=int, metavar=("STATES", "T"), help="print a market file instead")
    arguments = parser.parse_args()
    if arguments.write:
        size, maturity = arguments.write
        print(market_file(*rouwenhorst(size), maturity), end="")
    else:
        compare(arguments.etm, arguments.runs)
        compare_without_chain(arguments.etm, arguments.runs)


if __name__ == "__main__":
    main()
