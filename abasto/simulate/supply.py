"""Orders and deliveries: hospitals order from their warehouse every week, warehouses from suppliers every fortnight.

Deliveries come late, in parts, not at all; orders are moved to another date or cancelled when nothing is there.
"""

from dataclasses import replace

from abasto.simulate.network import Position
from abasto.simulate.world import ARRIVE_SECONDS, OFFICE_SECONDS, USE_SECONDS, Plan, World

HOSPITAL_ORDERS_AT_DAYS, HOSPITAL_TARGET_DAYS = 60, 85
WAREHOUSE_ORDERS_AT_DAYS, WAREHOUSE_TARGET_DAYS = 85, 120
"""Days of usual use: order when less is on hand and on order, up to the target."""

HOSPITAL_PROMISE_DAYS = 5
TRANSIT_DAYS = (1, 4)
SUPPLIER_DAYS = (18, 35)
DEADLINE_DAYS = 10
SHELF_LIFE_DAYS = (270, 720)

LATE, LATE_DAYS = 0.12, (3, 14)
IN_PARTS, PART_DAYS = 0.10, (2, 9)
SUPPLIER_CUTS = 0.04
"""Orders of which a supplier cancels a part."""
BACKORDERED, BACKORDER_DAYS, ATTEMPTS = 0.5, 14, 3
MOVED = 0.6
"""Late deliveries that are announced with a new date; the others are just late."""

SUPPLIERS = 6
SMOOTHING = 0.1
"""Weight of the last week in what a hospital takes for its usual use."""


class Supply:
    """All orders under way."""

    def __init__(self, world: World) -> None:
        self._world = world

    def receive(self) -> None:
        """What arrives this morning."""
        world = self._world
        for plan in world.reschedules.pop(world.day, ()):
            self._schedule(plan, plan.pieces, plan.comes)
        for plan in world.arrivals.pop(world.day, ()):
            self._arrive(plan)

    def fulfil(self) -> None:
        """What warehouses send to their clients today."""
        for plan in self._world.fulfilments.pop(self._world.day, ()):
            self._fulfil(plan)

    def review(self) -> None:
        """Who looks at the stock today orders."""
        world = self._world
        weekday, week = world.days.weekdays[world.day], world.day // 7
        for site in world.network.users:
            if site.weekday == weekday:
                for position in site.positions.values():
                    self._review_hospital(position)
        for index, warehouse in enumerate(world.network.warehouses):
            if warehouse.weekday == weekday and (week + index) % 2 == 0:
                for position in warehouse.positions.values():
                    self._review_warehouse(position)

    def _review_hospital(self, position: Position) -> None:
        position.usual += SMOOTHING * (position.used / 7 - position.usual)
        position.used = 0
        stock = position.shelf.on_hand + position.on_order
        if stock >= position.usual * HOSPITAL_ORDERS_AT_DAYS + position.safety:
            return
        pieces = max(1, round(position.usual * HOSPITAL_TARGET_DAYS) + position.safety - stock)
        position.on_order += pieces
        origin = ""
        if position.supplier is not None:
            position.supplier.used += pieces
            origin = f',"origin":"{position.supplier.site.code}"'
        plan = Plan(position, pieces, position.site.next_order(), origin)
        self._schedule(plan, pieces, self._world.day + HOSPITAL_PROMISE_DAYS)
        self._world.fulfilments[self._world.day + 1].append(plan)

    def _fulfil(self, plan: Plan) -> None:
        """The warehouse sends what it has; for the rest there is another attempt, or the end of the order."""
        world, position = self._world, plan.position
        held = position.supplier
        if held is None:
            return
        shipped = min(plan.pieces, held.shelf.on_hand)
        if shipped:
            second = world.second(held.site, USE_SECONDS)
            lots = held.shelf.take(shipped, world.day, second)
            held.shelf.month.issued += shipped
            rest = f',"quantity":{shipped},"destination":"{position.site.code}"'
            world.move(held, second, "stock.issued", -shipped, rest)
            sent = Plan(position, shipped, plan.order, plan.who, lots)
            self._deliver(sent, world.day + world.draws.whole(*TRANSIT_DAYS))
        missing = plan.pieces - shipped
        if not missing:
            return
        if plan.attempt + 1 < ATTEMPTS and position.site.draws.chance(BACKORDERED):
            again = world.day + BACKORDER_DAYS
            self._schedule(plan, plan.pieces + plan.sent_before, again + HOSPITAL_PROMISE_DAYS - 1)
            rest_of_it = Plan(position, missing, plan.order, plan.who, attempt=plan.attempt + 1)
            rest_of_it.sent_before = plan.sent_before + shipped
            world.fulfilments[again].append(rest_of_it)
        else:
            position.on_order -= missing
            whole = not shipped and not plan.sent_before
            self._cancel(plan, None if whole else missing, world.second(position.site, OFFICE_SECONDS))

    def _review_warehouse(self, position: Position) -> None:
        site = position.site
        stock = position.shelf.on_hand + position.on_order
        if stock >= position.usual * WAREHOUSE_ORDERS_AT_DAYS * position.generous + position.safety:
            return
        world = self._world
        target = round(position.usual * WAREHOUSE_TARGET_DAYS * position.generous) + position.safety
        pieces = max(1, target - stock)
        supplier = f',"supplier":"Proveedor simulado {site.draws.whole(1, SUPPLIERS)}"'
        plan = Plan(position, pieces, site.next_order(), supplier)
        promised = world.day + site.draws.whole(*SUPPLIER_DAYS)
        ordered_at = self._schedule(plan, pieces, promised, deadline=promised + DEADLINE_DAYS)
        if pieces > 1 and site.draws.chance(SUPPLIER_CUTS):
            cut = site.draws.whole(1, pieces - 1)
            # After the order: an order replaces whatever was said of its line before.
            self._cancel(plan, cut, ordered_at + 60)
            plan.pieces -= cut
        position.on_order += plan.pieces
        free = next((end for begin, end in position.blocked if begin <= promised <= end), None)
        if free is not None:
            self._put_off(plan, promised, free + site.draws.whole(5, 20))
        else:
            self._deliver(plan, promised)

    def _put_off(self, plan: Plan, promised: int, comes: int) -> None:
        """The supplier has nothing: goods come when it has again, announced or not."""
        self._world.arrivals[comes].append(plan)
        self._perhaps_announce(plan, promised, comes)

    def _deliver(self, plan: Plan, promised: int) -> None:
        """Goods are on their way: at the date, late, or in parts."""
        world, draws = self._world, plan.position.site.draws
        comes = promised
        if draws.chance(LATE):
            comes += draws.whole(*LATE_DAYS)
            if plan.position.site.kind == "warehouse":
                self._perhaps_announce(plan, promised, comes)
        if plan.pieces > 1 and not plan.lots and draws.chance(IN_PARTS):
            part = draws.whole(1, plan.pieces - 1)
            world.arrivals[comes].append(replace(plan, pieces=part))
            comes += draws.whole(*PART_DAYS)
            plan = replace(plan, pieces=plan.pieces - part)
        world.arrivals[comes].append(plan)

    def _perhaps_announce(self, plan: Plan, promised: int, comes: int) -> None:
        if plan.position.site.draws.chance(MOVED):
            self._world.reschedules[promised].append(replace(plan, comes=comes))

    def _arrive(self, plan: Plan) -> None:
        world, position = self._world, plan.position
        lots = plan.lots or [world.new_lot(plan.pieces, position.site.draws, SHELF_LIFE_DAYS)]
        lots = [lot for lot in lots if lot[0] >= world.day]
        pieces = sum(lot[2] for lot in lots)
        position.on_order -= plan.pieces
        if not pieces:
            return
        second = world.second(position.site, ARRIVE_SECONDS)
        world.put(position, lots, second)
        named = world.lots_json(lots) if position.site.reports_lots else ""
        rest = f',"order":"{plan.order}","quantity":{pieces}{named}'
        world.move(position, second, "arrival.received", pieces, rest)

    def _schedule(self, plan: Plan, pieces: int, expected: int, deadline: int | None = None) -> int:
        world = self._world
        limit = "" if deadline is None else f',"deadline":"{world.days.text(deadline)}"'
        expected_on = world.days.text(expected)
        rest = f',"order":"{plan.order}","quantity":{pieces},"expected_on":"{expected_on}"{limit}{plan.who}'
        second = world.second(plan.position.site, OFFICE_SECONDS)
        world.tell(plan.position, second, "arrival.scheduled", rest)
        return second

    def _cancel(self, plan: Plan, pieces: int | None, second: int) -> None:
        """Pieces of an order, or all of it, will not come."""
        part = "" if pieces is None else f',"quantity":{pieces}'
        self._world.tell(plan.position, second, "arrival.cancelled", f',"order":"{plan.order}"{part}')
