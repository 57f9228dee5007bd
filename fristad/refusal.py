"""What stops the front door, each as one sentence for the operator.

FrontDoorError
├── Refused      nothing was started: something has to be put right first (exit status 2)
└── GaveUp       it ran, or began to, and could not go on (exit status 1)
"""


class FrontDoorError(Exception):
    """A sentence that says what is wrong and what to do; `status` is what the command exits with."""

    status = 1


class Refused(FrontDoorError):
    """Nothing was started: something has to be put right first."""

    status = 2


class GaveUp(FrontDoorError):
    """It ran, or began to, and could not go on."""
