"""CPU seconds and peak memory of commands on one file: FILE COMMAND...; the last is the peer.

Each command runs three times in turn and its best counts, because neighbours slow a machine down
and never speed it up.
"""

import os
import subprocess
import sys

TURNS = 3


def run(command, path):
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([*command.split(), path], stdout=quiet, stderr=quiet)
    _, _, used = os.wait4(process.pid, 0)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main():
    path, commands = sys.argv[1], sys.argv[2:]
    size = os.path.getsize(path) / 1e6
    best = {command: (float("inf"), 0.0) for command in commands}
    for _ in range(TURNS):
        for command in commands:
            best[command] = min(best[command], run(command, path))
    print(f"{size:.0f} MB")
    for command, (seconds, memory) in best.items():
        is_script = command.endswith(".py")
        name = os.path.basename(command.split()[-1 if is_script else 0])
        print(f"{name:20} {seconds:7.2f} CPU s  {size / seconds:6.0f} MB/CPU s  peak {memory:6.0f} MB")
    ours, peer = best[commands[0]], best[commands[-1]]
    print(f"ratio {peer[0] / ours[0]:.2f}")


main()
