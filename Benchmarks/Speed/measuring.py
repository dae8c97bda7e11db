"""Times and memory of child processes, as the operating system accounts for them."""
import dataclasses, datetime, os, pathlib, re, statistics, sys, time


@dataclasses.dataclass
class Cost:
    """Medians over the runs of one command."""

    wall: float  # seconds
    processor: float  # seconds of all threads, user and system
    peak: float  # MiB resident


def run(command, log):
    """The cost of one run; standard output is thrown away. Ends this program where the command fails.

    The peak of a child is never below what this Python itself has (some 15 MiB), since it begins as a copy of it.
    """
    command = [str(word) for word in command]
    actions = [
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, str(log), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644),
    ]
    start = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    if code:
        complaint = pathlib.Path(log).read_text(errors="replace").strip()
        sys.exit(f"speed: {' '.join(command)} ended with {code}: {complaint[-2000:]}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


class Contest:
    """Commands that are run in turn, one after the other, round by round, so that a machine that grows slower does so for all."""

    def __init__(self, rounds, log):
        self.rounds, self.log = rounds, log
        self.contenders = {}
        self.costs = {}

    def add(self, name, *commands, before=None):
        """Several commands count as one, the times added up. `before` is called ahead of each run and not counted."""
        self.contenders[name] = (commands, before)

    def run(self):
        self.costs = {name: [] for name in self.contenders}
        for number in range(self.rounds):
            for name, (commands, before) in self.contenders.items():
                progress(f"{name}, round {number + 1} of {self.rounds}")
                if before:
                    before()
                costs = [run(command, self.log) for command in commands]
                whole = Cost(sum(cost.wall for cost in costs), sum(cost.processor for cost in costs), max(cost.peak for cost in costs))
                self.costs[name].append(whole)
        progress("")
        return self

    def __getitem__(self, name):
        costs = self.costs[name]
        return Cost(*(statistics.median(getattr(cost, field.name) for cost in costs) for field in dataclasses.fields(Cost)))

    def ratio(self, name, other):
        """The median of the rounds' ratios of wall time."""
        return statistics.median(mine.wall / theirs.wall for mine, theirs in zip(self.costs[name], self.costs[other]))


def warm(paths):
    """Reads files once, so that no command is the one that pays for the disk."""
    for path in paths:
        with open(path, "rb", buffering=0) as file:
            while file.read(1 << 20):
                pass


def progress(words):
    if sys.stderr.isatty():
        print(f"\r\x1b[K{words}", end="", file=sys.stderr, flush=True)


def machine():
    """Processor, cores in use, memory and the day."""
    model = "unknown processor"
    memory = ""
    try:
        found = re.search(r"^model name\s*:\s*(.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
        model = found.group(1) if found else model
        kibibytes = re.search(r"^MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text(), re.MULTILINE)
        memory = f", {int(kibibytes.group(1)) / 2**20:.0f} GiB"
    except OSError:
        pass
    cores = len(os.sched_getaffinity(0))
    return f"{model}, {cores} {'core' if cores == 1 else 'cores'}{memory}, {datetime.date.today()}"


def warn_if_busy():
    load = os.getloadavg()[0]
    if load > 0.5:
        print(f"speed: other programs are at work here (load {load:.1f}); ratios of one run suffer less from that than seconds, but they do", file=sys.stderr)
