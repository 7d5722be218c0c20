"""What the tests of every module share."""

import pytest
from hypothesis import settings

# They have a run of their own, see browser/pytest.ini.
collect_ignore = ["browser"]

# Runs on a loaded machine are slow now and then; nothing here is a test of time.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory):
    """Kernels and shells started by tests read and write no folder of whoever runs them."""
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR"):
            patch.setenv(variable, str(tmp_path_factory.mktemp(variable.lower())))
        yield
