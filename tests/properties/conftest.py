"""How many examples, and always the same ones."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "properties", deadline=None, derandomize=True, database=None, max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
settings.load_profile("properties")
