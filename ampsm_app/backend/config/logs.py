"""The program's own log: one file for all processes, rotated, without secrets."""

import logging
import logging.handlers
import os
import time
from collections.abc import Mapping
from pathlib import Path

from ampsm_app.backend.config import paths
from ampsm_app.backend.config.redaction import Redactor
from ampsm_app.backend.config.tree import LogLevel

LOGGER = "ampsm_app"
_FILE = "ampsm.log"
_SIZE = 5 * 1024 * 1024
_KEPT = 3
_LAYOUT = "%(asctime)s.%(msecs)03dZ %(levelname)s %(process)d %(name)s: %(message)s"


def open_log(
    level: LogLevel, redactor: Redactor, env: Mapping[str, str] = os.environ, folder: Path | None = None
) -> Path | None:
    """Log what `ampsm_app` says from `level` on; called again, it takes the new level and redactor.

    Gives the file; None where the folder cannot be written, since no command may fail over its log.
    """
    logger = logging.getLogger(LOGGER)
    close_log()
    logger.setLevel(level.upper())
    logger.propagate = False
    file = (folder or paths.log_dir(env)) / _FILE
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handler = SharedRotatingFile(file, maxBytes=_SIZE, backupCount=_KEPT, encoding="utf-8")
    except OSError:
        logger.addHandler(logging.NullHandler())
        return None
    handler.setFormatter(_RedactingFormatter(redactor))
    logger.addHandler(handler)
    return file


def close_log() -> None:
    """Let go of the log file."""
    logger = logging.getLogger(LOGGER)
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()


class _RedactingFormatter(logging.Formatter):
    """Redacts the whole record as it is written: message, arguments and traceback. Times are UTC."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__(_LAYOUT, "%Y-%m-%dT%H:%M:%S")
        self.converter = time.gmtime
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        return self._redactor.redact(super().format(record))


class SharedRotatingFile(logging.handlers.RotatingFileHandler):
    """A rotating log that several processes write: who finds it rotated goes on in the new file."""

    def shouldRollover(self, record: logging.LogRecord) -> bool:  # noqa: N802  (the base class's name)
        """Whether the record no longer fits, asked of the file that has the name now."""
        if not self._has_the_name():
            self._reopen()
        return bool(super().shouldRollover(record))

    def doRollover(self) -> None:  # noqa: N802  (the base class's name)
        """Rotate, unless another process just did or holds the file open where that forbids renaming."""
        from filelock import FileLock, Timeout

        try:
            with FileLock(f"{self.baseFilename}.lock", timeout=1):
                if self._has_the_name():
                    super().doRollover()
                else:
                    self._reopen()
        except (OSError, Timeout):
            self._reopen()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  (the base class's name)
        """Nothing: the terminal belongs to the command, not to its log."""

    def _has_the_name(self) -> bool:
        if self.stream is None:
            return True
        mine = os.fstat(self.stream.fileno())
        try:
            named = Path(self.baseFilename).stat()
        except FileNotFoundError:
            return False
        return (mine.st_dev, mine.st_ino) == (named.st_dev, named.st_ino)

    def _reopen(self) -> None:
        if self.stream is not None:
            self.stream.close()
        self.stream = self._open()
