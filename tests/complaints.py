"""For tests of checks that read complaints: what a text complains of, as it is found in a paste."""

from envdoctor.facts import Message
from envdoctor.intake.read import read


def complaints(text: str) -> tuple[Message, ...]:
    """Return the messages of a paste."""
    messages = read(text.encode()).messages
    assert isinstance(messages, tuple)
    return messages


ELSEWHERE = {
    "a question": "# How many workers should I use?\n\nWhat is a good num_workers for 8 cores, does pin_memory help?\n",
    "a wish": "# Feature request: a faster DataLoader\n\nA cache of the workers would speed up slow training.\n",
    "praise": "# Thanks\n\nDDP on 4 GPUs gives 3.8x, AMP another 2x, cudnn.benchmark = True. It just works.\n",
    "doubt": "# fp16 or bf16?\n\nI wonder whether autocast is slower with bfloat16, and DataParallel than DDP.\n",
    "a release": "# conv3d is slower in PyTorch 2.1 than in 2.0\n\nIt takes 30 ms with 2.1 and 20 ms with 2.0.\n",
    "a loss": "# Loss stays at 2.30\n\nLearning rate 0.01, GPU utilisation 97 %. Is the network too small?\n",
    "an installer": "# conda takes forever to solve the environment\n\nIt has been solving for two hours.\n",
    "an error": "# It fails\n\n```\nRuntimeError: CUDA error: device-side assert triggered\n```\nIt runs on 4 GPUs.\n",
    "stock advice": (
        "# Lightning warns\n\n```\nUserWarning: The dataloader, train_dataloader, does not have many workers which may "
        "be a bottleneck. Consider increasing the value of the `num_workers` argument\n```\nHow do I hide this?\n"
    ),
    "denial": "# Timers call data loading the slow part, but it is not.\n",
}
"""What complains of no slow run."""
