"""How a run may end badly: one exception per exit code of the command line.

Every message is a sentence or two: what was found, what was needed, what to do next. None holds a
person's value. What is not one of these is a bug (exit code 1).
"""


class SkiktError(Exception):
    """A known bad ending; ``exit_code`` is what the command line answers with."""

    exit_code = 1


class ConfigurationError(SkiktError):
    """A setting, the sources file or an audience's rule cannot be used."""

    exit_code = 2


class DeliveryHeldError(SkiktError):
    """A delivery was held, or nothing that could be published has ever been delivered."""

    exit_code = 3


class GateFailedError(SkiktError):
    """A quality gate failed; what was published before is untouched."""

    exit_code = 4


class ResourcesExhaustedError(SkiktError):
    """Disk or memory ran out."""

    exit_code = 5


class WarehouseDamagedError(SkiktError):
    """The warehouse's file is no database any more; deliveries and state give it again."""

    exit_code = 5


class WarehouseBusyError(SkiktError):
    """Another run, or another program, holds the warehouse."""

    exit_code = 6


EXIT_CODES: dict[str, int] = {
    error.__name__: error.exit_code
    for error in (
        ConfigurationError,
        DeliveryHeldError,
        GateFailedError,
        ResourcesExhaustedError,
        WarehouseDamagedError,
        WarehouseBusyError,
    )
}
