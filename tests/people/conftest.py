"""A database for tests of who asks."""

from tests.storage.conftest import engine as engine  # the same one as where rows are tested
