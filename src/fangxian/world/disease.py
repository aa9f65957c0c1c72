"""The disease of a world: how an infection runs its course, and how likely a contact passes it on."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Self

import numpy as np
import numpy.typing as npt
import yaml

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SETTINGS = ("household", "workplace", "school", "train", "aircraft", "coach", "venue", "other")
"""Settings of contacts; their places in this tuple stand for them in tables. `other` is a meal among relatives."""


@dataclass(frozen=True, kw_only=True)
class Disease:
    """Parameters of a disease; days are days, chances are per contact of a usual length at the height of infectiousness."""

    incubation_log_mean: float
    incubation_log_sd: float
    asymptomatic: float
    asymptomatic_infectiousness: float
    infectious_days_before_onset: int
    infectious_days_after_onset: int
    chance: dict[str, float]
    adjacent_seat_chance: float
    seeks_care: float
    days_to_care_before_response: float
    days_to_care_after_response: float
    days_in_hospital: float
    first_positive_test: float

    @classmethod
    def packaged(cls) -> Self:
        """Read the disease that ships."""
        return cls(**yaml.safe_load(files(__package__).joinpath("disease.yaml").read_text("utf-8")))

    def chances(self) -> Floats:
        """Return the chance of each setting, in the order of SETTINGS."""
        return np.array([self.chance[setting] for setting in SETTINGS])

    def infectiousness(self, days_since_onset: Integers) -> Floats:
        """Return how infectious a person is, 1.0 at the day of onset and falling on both sides; 0 outside the span."""
        inside = (days_since_onset >= -self.infectious_days_before_onset) & (days_since_onset <= self.infectious_days_after_onset)
        return np.where(inside, np.exp(-0.5 * (days_since_onset / 3.0) ** 2), 0.0)
