from collections.abc import Iterator

from envdoctor.facts import Message
from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.rules.told import told


@check(
    "RUN059",
    Severity.ERROR,
    cause="dataloader-spawn",
    because_of=(
        "RUN058",
        "SYS055",
    ),
)
def not_to_be_pickled(messages: tuple[Message, ...]) -> Iterator[Finding]:
    """Something that is handed to a worker process cannot be sent to it.

    Where workers are spawned (Windows, macOS, and Linux from Python 3.14), the data set, its transforms and the
    collate function are pickled. Lambdas, functions inside functions, open files, database handles and
    generators cannot be; classes that were written in a notebook cannot be found again.

    How to mend it: use named functions at the top of a module, open files in the worker, or no workers.

    Source: https://docs.python.org/3/library/pickle.html#what-can-be-pickled-and-unpickled;
    https://pytorch.org/docs/stable/data.html (platform-specific behaviors).
    """
    found = told(messages, "cannot-pickle")
    if found is None:
        return
    yield Finding(
        what=f"An object cannot be sent to a worker process: {found.quote}.",
        why="Workers that are spawned get the data set as a pickle, and this object cannot be pickled.",
        fix=Fix(
            "Replace lambdas and inner functions by functions at the top of a module, open files and "
            "databases in the worker at first use, move classes from the notebook into a module. "
            'num_workers=0 works at once; on Linux multiprocessing_context="fork" does too.'
        ),
        verify="python train.py",
        confidence=found.confidence,
        evidence=found.evidence,
    )
