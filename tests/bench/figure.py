"""One measured figure and its bound."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`value` in `unit` must be at most `bound`."""

    name: str
    value: float
    bound: float
    unit: str
    detail: str = ""

    @property
    def holds(self) -> bool:
        return self.value <= self.bound

    def line(self) -> str:
        """`ok   first window  312 ms (at most 400 ms)  ...`"""
        mark = "ok  " if self.holds else "MISS"
        figures = f"{self.value:.3g} {self.unit} (at most {self.bound:g} {self.unit})"
        return f"{mark} {self.name}: {figures}  {self.detail}".rstrip()
