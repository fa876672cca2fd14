#!/usr/bin/env python3
"""Times `bidui compute` against other programs on the same data and prints the ratios.

    cargo build --release && python3 benches/rivals/run.py [target/release/bidui]

Times are processor seconds, the best of three runs. For bidui it is the whole process, its start and the reading of the table
included; for a rival only the call itself, without the start of its interpreter. What is not installed is said and left out:
numpy (PyPI), pt13528 (PyPI), Rscript with metafor (Debian r-cran-metafor), metRology (CRAN), rjags (Debian r-cran-rjags).
"""

import importlib.util
import json
import math
import os
import random
import resource
import subprocess
import sys
import tempfile
import time

BIDUI = sys.argv[1] if len(sys.argv) > 1 else "target/release/bidui"
RUNS = 3


def processor_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def bidui(method, table, *parameters):
    """Seconds and quantities of one method on a CSV text."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "data.csv")
        with open(path, "w") as file:
            file.write(table)
        command = [BIDUI, "compute", method, path, "--format", "json"]
        for parameter in parameters:
            command += ["--set", parameter]
        best, out = math.inf, ""
        for _ in range(RUNS):
            before = processor_of_children()
            out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            best = min(best, processor_of_children() - before)
        return best, json.loads(out)


def timed(work):
    best, result = math.inf, None
    for _ in range(RUNS):
        before = time.process_time()
        result = work()
        best = min(best, time.process_time() - before)
    return best, result


def r(script, values):
    """Seconds and first numbers that an R script prints; it finds `x` and `u` and prints the seconds first."""
    head = f"x <- c({','.join(map(repr, values[0]))}); u <- c({','.join(map(repr, values[1]))})\n"
    with tempfile.NamedTemporaryFile("w", suffix=".R") as file:
        file.write(head + script)
        file.flush()
        try:
            done = subprocess.run(["Rscript", "--vanilla", file.name], capture_output=True, text=True)
        except FileNotFoundError:
            return "Rscript is not installed"
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        return lines[0] if lines else "Rscript failed"
    numbers = [float(word) for word in done.stdout.split()]
    return numbers[0], numbers[1:]


def results(n, spread, seed):
    draw = random.Random(seed)
    u = [0.5 + draw.random() for _ in range(n)]
    return [10 + spread * s * draw.gauss(0, 1) for s in u], u


def table(x, u):
    return "value,u\n" + "".join(f"{a!r},{b!r}\n" for a, b in zip(x, u))


def line(what, rival, theirs, ours, agreement):
    if isinstance(theirs, str):
        print(f"{what:<46} {rival:<10} not run: {theirs}")
    else:
        print(f"{what:<46} {rival:<10} {theirs:9.4f} s  bidui {ours:9.4f} s  ratio {theirs / ours:8.1f}  {agreement}")


def monte_carlo():
    # Above 40 laboratories bidui draws; below it uses quadrature, which would compare two different things.
    draws, n = 1_000_000, 41
    x, u = results(n, 1.0, 3)
    ours, found = bidui("monte-carlo-median", table(x, u), f"draws={draws}")
    if importlib.util.find_spec("numpy") is None:
        return line("median of 41 laboratories, 10^6 draws", "numpy", "numpy is not installed", ours, "")
    import numpy

    def work():
        drawn = numpy.random.default_rng(1).normal(x, u, (draws, n))
        medians = numpy.median(drawn, axis=1)
        differences = drawn - medians[:, None]
        ends = numpy.quantile(differences, [0.025, 0.975], axis=0)
        return medians.mean(), medians.std(), differences.std(axis=0), ends

    theirs, result = timed(work)
    line("median of 41 laboratories, 10^6 draws", "numpy", theirs, ours,
         f"mean {result[0]:.4f} and {found['mc.mean']:.4f}")


def algorithm_a():
    n = 20_000
    x, _ = results(n, 1.0, 5)
    ours, found = bidui("algorithm-a", "values\n" + "".join(f"{v!r}\n" for v in x))
    if importlib.util.find_spec("pt13528") is None:
        return line(f"Algorithm A, {n} results", "pt13528", "pt13528 is not installed", ours, "")
    from pt13528.robust import algorithm_a as rival

    theirs, result = timed(lambda: rival(x))
    line(f"Algorithm A, {n} results", "pt13528", theirs, ours,
         f"{result['location']:.9f} and {found['x']:.9f}")


def reml():
    n = 1000
    x, u = results(n, 2.0, 9)
    ours, found = bidui("restricted-maximum-likelihood", table(x, u))
    script = """suppressMessages(library(metafor)); best <- Inf
for (k in 1:3) { t <- system.time(f <- rma(x, u^2, method="REML"))[["user.self"]]; best <- min(best, t) }
cat(sprintf("%.17g", c(best, f$b, sqrt(f$tau2))))"""
    answer = r(script, (x, u))
    theirs, numbers = answer if not isinstance(answer, str) else (answer, [])
    line(f"REML, {n} laboratories", "metafor", theirs, ours,
         f"mean {numbers[0]:.9f} and {found['reference.value']:.9f}" if numbers else "")


def subset():
    for n in (16, 20):
        x, u = results(n, 2.0, 11)
        ours, found = bidui("largest-consistent-subset", table(x, u))
        script = """suppressMessages(library(metRology))
t <- system.time(f <- LCS(x, u))[["user.self"]]
cat(sprintf("%.17g", c(t, as.numeric(f))))"""
        answer = r(script, (x, u))
        theirs, numbers = answer if not isinstance(answer, str) else (answer, [])
        line(f"largest consistent subset, {n} laboratories", "metRology", theirs, ours,
             f"{numbers[0]:.9f} and {found['reference.value']:.9f}" if numbers else "")


def bayes():
    n = 10
    x, u = results(n, 2.0, 13)
    ours, found = bidui("hierarchical-laplace", table(x, u))
    script = """suppressMessages(library(rjags))
model <- "model { for (j in 1:n) { xi[j] ~ ddexp(mu, sqrt(2)/tau); x[j] ~ dnorm(xi[j], 1/u[j]^2) }
mu ~ dnorm(0, 1e-10); tau ~ dt(0, 1/scale^2, 1) T(0,) }"
t <- system.time({
  m <- jags.model(textConnection(model), list(x=x, u=u, n=length(x), scale=mad(x)), quiet=TRUE)
  update(m, 10000, progress.bar="none")
  s <- coda.samples(m, c("mu", "tau"), 250000, thin=25, progress.bar="none") })[["user.self"]]
cat(sprintf("%.17g", c(t, mean(s[[1]][, "mu"]), sd(s[[1]][, "mu"]))))"""
    answer = r(script, (x, u))
    theirs, numbers = answer if not isinstance(answer, str) else (answer, [])
    line(f"hierarchical Bayes, Laplace, {n} laboratories", "JAGS", theirs, ours,
         f"mean {numbers[0]:.4f} and {found['mu.mean']:.4f}" if numbers else "")


if __name__ == "__main__":
    load = os.getloadavg()[0]
    print(f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, load {load:.1f}")
    for job in (monte_carlo, algorithm_a, reml, subset, bayes):
        job()
