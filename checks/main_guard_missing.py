from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.told import told


@check("RUN058", Severity.ERROR, cause="dataloader-spawn")
def main_guard_missing(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """A script starts worker processes without guarding its main part.

    On Windows and macOS a worker starts as a new Python that imports the script. Without a guard the import
    starts workers again, and Python stops it with a message about its bootstrapping phase.

    How to mend it: put what runs into a function, and call it below if __name__ == "__main__".

    Source: https://docs.python.org/3/library/multiprocessing.html#multiprocessing-programming;
    https://pytorch.org/docs/stable/notes/windows.html.
    """
    found = told(messages, "main-guard-missing")
    if found is None:
        return
    yield Finding(
        what=f"A worker process started the script anew: {found.quote}.",
        why="On Windows and macOS workers import the script; without a guard it starts workers in its turn.",
        fix=Fix(
            'Move the code that runs into a function main() and call it below if __name__ == "__main__":. '
            "To see that nothing else is wrong, try num_workers=0."
        ),
        verify="python train.py",
        confidence=found.confidence,
        evidence=found.evidence,
    )
