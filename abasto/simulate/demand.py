"""Patients: they begin a treatment, come back every cycle, and are turned away when the shelf is empty."""

import math
from collections import defaultdict

from abasto.simulate.network import NEVER, Position
from abasto.simulate.world import RETURN_SECONDS, USE_SECONDS, World

WEEK_DAYS = 7
RETRY_DAYS = 7
PATIENCE = 3
"""Visits in vain after which a patient is treated elsewhere."""

RETURN_SHARE = 0.012
"""Visits after which something comes back: a dose that was not given."""


class Patient:
    """Someone under treatment with one item, known only by the visits."""

    __slots__ = ("dose", "failed", "left", "position")

    def __init__(self, position: Position, dose: int, left: int) -> None:
        self.position = position
        self.dose = dose
        self.left = left
        self.failed = 0


class Demand:
    """All patients, by the day of their next visit."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._visits: dict[int, list[Patient]] = defaultdict(list)
        self._beginners: dict[int, list[Position]] = defaultdict(list)
        for site in world.network.users:
            for position in site.positions.values():
                self._already_under_treatment(position)
                position.next_beginner = self._until_next(position)
                self._plan_beginner(position)

    def serve(self) -> None:
        """Everybody who comes today."""
        world = self._world
        for position in self._beginners.pop(world.day, ()):
            while position.next_beginner < world.day + 1:
                self._visit(self._new_patient(position, position.courses))
                position.next_beginner += self._until_next(position)
            self._plan_beginner(position)
        for patient in self._visits.pop(world.day, ()):
            self._visit(patient)

    def _already_under_treatment(self, position: Position) -> None:
        """As many as there would be, had the simulation begun long ago."""
        draws = position.site.draws
        expected = position.visit_rate * position.cycle
        for _ in range(int(expected + draws.random())):
            patient = self._new_patient(position, draws.whole(1, position.courses))
            self._plan_visit(patient, draws.whole(0, position.cycle - 1))

    def _new_patient(self, position: Position, left: int) -> Patient:
        return Patient(position, position.site.draws.whole(position.least, position.most), left)

    def _until_next(self, position: Position) -> float:
        """Days until somebody else begins."""
        days = self._world.days
        today = min(int(position.next_beginner), days.count - 1)
        season = 1.0 + position.swing * math.cos(days.seasons[today] - position.peak)
        surge = position.surge if today >= position.surges_from else 1.0
        return position.site.draws.wait(position.visit_rate / position.courses * season * surge)

    def _plan_beginner(self, position: Position) -> None:
        day = self._world.days.open_day(int(position.next_beginner))
        if day < self._world.days.count:
            self._beginners[day].append(position)

    def _plan_visit(self, patient: Patient, day: int) -> None:
        day = self._world.days.open_day(day)
        if day < self._world.days.count:
            self._visits[day].append(patient)

    def _visit(self, patient: Patient) -> None:
        world = self._world
        position = patient.position
        site = position.site
        shelf = position.shelf
        position.used += patient.dose
        given = min(patient.dose, shelf.on_hand)
        second = world.second(site, USE_SECONDS)
        if given:
            shelf.take(given, world.day, second)
            shelf.month.dispensed += given
            covered = counted_within_week(world, position)
            world.move(position, second, "stock.dispensed", -given, f',"quantity":{given}', covered)
        missed = patient.dose - given
        if missed:
            shelf.month.unmet += missed
            world.tell(position, second, "demand.unmet", f',"quantity":{missed}')
        elif site.draws.random() < RETURN_SHARE:
            self._give_back(position, given)
        if given:
            patient.left -= 1
            patient.failed = 0
            if patient.left:
                self._plan_visit(patient, world.day + position.cycle)
        else:
            patient.failed += 1
            if patient.failed < PATIENCE:
                self._plan_visit(patient, world.day + RETRY_DAYS)

    def _give_back(self, position: Position, given: int) -> None:
        world = self._world
        pieces = position.site.draws.whole(1, given)
        second = world.second(position.site, RETURN_SECONDS)
        # It is put with the pieces to be used next; the ledger only knows that it came back.
        shelf = position.shelf
        top = shelf.lots[0] if shelf.lots else world.new_lot(0, position.site.draws, (60, 200))
        world.put(position, [(top[0], top[1], pieces)], second)
        shelf.month.returned += pieces
        shelf.lots_known = False
        world.move(position, second, "stock.returned", pieces, f',"quantity":{pieces}')


def counted_within_week(world: World, position: Position) -> bool:
    """Whether a count of this position is sure to come within a week and before the simulation ends."""
    weekly = position.key.ven in {"V", "E"} and position.site.silent_from == NEVER
    return weekly and world.day + WEEK_DAYS < world.days.count
