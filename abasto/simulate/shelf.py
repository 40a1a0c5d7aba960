"""What truly lies on a shelf, what became of it, and what a ledger of the published events must say about it."""

from collections.abc import Iterable

Lot = tuple[int, str, int]
"""(last usable day, lot, pieces)"""

StockOut = tuple[int, int, int | None, int | None, int]
"""(from day, second, to day, second, whole days out); open while the end is `None`"""


class Month:
    """What happened to a position in one local month."""

    __slots__ = ("days_out", "dispensed", "issued", "returned", "unmet")

    def __init__(self) -> None:
        self.dispensed = self.issued = self.returned = self.unmet = self.days_out = 0

    def __bool__(self) -> bool:
        return bool(self.dispensed or self.issued or self.returned or self.unmet or self.days_out)


class Shelf:
    """Usable pieces of one item in one facility, lot by lot, the first to expire on top.

    `book` is what the ledger of the published events must hold: the latest count and the movements after it.
    It differs from `on_hand` while a loss was not seen or a count was wrong. It is not `sure` where the rules cannot
    know which lot a piece came from and one of them expired; the next count settles that.
    """

    __slots__ = ("_last", "_out_from", "book", "days_out", "lots", "lots_known", "month", "on_hand", "quarantine",
                 "stock_outs", "sure")  # fmt: skip

    def __init__(self) -> None:
        self.lots: list[Lot] = []
        self.quarantine: list[Lot] = []
        self.on_hand = 0
        self.book: int | None = None
        self.sure = True
        self.lots_known = True
        self.month = Month()
        self.stock_outs: list[StockOut] = []
        self.days_out = 0
        self._out_from: tuple[int, int] | None = None
        self._last = (0, 0)

    def put(self, lots: Iterable[Lot], day: int, second: int) -> None:
        """Pieces come in."""
        self.lots = sorted([*self.lots, *lots])
        before = self.on_hand
        self.on_hand = sum(lot[2] for lot in self.lots)
        self._last = max(self._last, (day, second))
        if before == 0 and self.on_hand and self._out_from is not None:
            self.stock_outs.append((*self._out_from, day, second, self.days_out))
            self._out_from = None
            self.days_out = 0

    def take(self, pieces: int, day: int, second: int) -> list[Lot]:
        """Pieces leave, by first expiry; no more than there are. The lots they came from."""
        taken: list[Lot] = []
        lots = self.lots
        self.on_hand -= pieces
        while pieces:
            last_day, lot, held = lots[0]
            if held > pieces:
                lots[0] = (last_day, lot, held - pieces)
                taken.append((last_day, lot, pieces))
                break
            taken.append(lots.pop(0))
            pieces -= held
        self._last = max(self._last, (day, second))
        if self.on_hand == 0:
            self._out_from = self._last
        return taken

    def moved(self, delta: int) -> None:
        """A published movement."""
        if self.book is not None:
            self.book += delta

    def counted(self, pieces: int) -> None:
        """A published count of the usable pieces."""
        self.book = pieces
        self.sure = True

    def out_since(self) -> tuple[int, int] | None:
        """The day and second since which nothing is there."""
        return self._out_from

    def end_day(self, day: int) -> None:
        """A local day ends: was it a whole day without stock?"""
        if self._out_from is not None and self._out_from[0] < day:
            self.days_out += 1
            self.month.days_out += 1

    def close(self) -> None:
        """The simulation ends: a stock-out that lasts stays open."""
        if self._out_from is not None:
            self.stock_outs.append((*self._out_from, None, None, self.days_out))
