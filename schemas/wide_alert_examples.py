"""Examples of alerts about many places at once, for `schemas.examples`."""

import datetime as dt

import msgspec

from schemas import alerts
from schemas.stock_examples import HOSPITAL, SHORTAGE_NUMBER, TRASTUZUMAB, WAREHOUSE, WHO, january

_RUNNING_OUT = alerts.AlertPlace(
    role="short",
    as_of=january(31, 0),
    status="critical",
    alert=SHORTAGE_NUMBER,
    usable=30,
    cpm=115.9,
    projected_stockout_on=dt.date(2026, 2, 5),
    due_quantity=60,
    late_quantity=20,
    next_due_on=dt.date(2026, 2, 9),
    **WHO,
)
_OUT = alerts.AlertPlace(
    facility="DFIMS000015",
    item=TRASTUZUMAB,
    role="short",
    as_of=january(28, 0),
    status="out",
    alert="3c0d7e91ab52f64801b7c9de2f35a846",
    usable=0,
    cpm=64.3,
    due_quantity=0,
)
_OUT_WITHOUT_CPM = msgspec.structs.replace(
    _OUT, facility="BCIMB000001", as_of=january(27, 0), alert="97ae41c05d3b28f6e1c4b70a93d2f518", cpm=None
)
_LENDS = alerts.AlertPlace(
    facility=WAREHOUSE,
    item=TRASTUZUMAB,
    role="lends",
    as_of=january(30, 0),
    status="surplus",
    usable=680,
    cpm=140,
    surplus=120,
)

WIDE_ALERTS = (
    alerts.Alert(
        alert="8b1e0c52f4a7d96310e5b2c47f8a9d01",
        fingerprint="51c7f0a2d93e4b8866a1d0cf3e72b945",
        condition="silent_facility",
        facility=HOSPITAL,
        item=None,
        state="firing",
        severity="critical",
        since=january(31, 0),
        at=january(31, 0),
        sequence=1,
        reason=(
            "Hospital de Oncología no reporta desde el 2026-01-27 a las 18:30: 3 días sin ningún registro; suele "
            "reportar cada día. Guarda 12 claves vigiladas; 1 alerta de existencias sin confirmar. "
            "Llame a la unidad: pida el conteo de hoy y que revise su envío de datos."
        ),
        reason_en=(
            "Hospital de Oncología has not reported since 2026-01-27 at 18:30: 3 days without any record; it usually "
            "reports every day. It holds 12 watched items; 1 stock alert cannot be confirmed. "
            "Call the facility: ask for today's count and to look at what sends its data."
        ),
        facts=None,
        places=(msgspec.structs.replace(_RUNNING_OUT, role="unconfirmed", as_of=january(28, 0)),),
    ),
    alerts.Alert(
        alert="f2d84a1097c3e65b20fd71b98e4c3a56",
        fingerprint="06b93de1785fa2c4d1e07b356f98a2c0",
        condition="national_shortage",
        facility=None,
        item=TRASTUZUMAB,
        state="firing",
        severity="critical",
        since=january(28, 0),
        at=january(31, 0),
        sequence=3,
        reason=(
            "Se suma: Hospital de Oncología. Trastuzumab falta en 3 de 8 unidades que la necesitan (38%): 2 sin "
            "existencia y 1 que se agota antes de que llegue un pedido; la próxima en agotarse es Hospital de "
            "Oncología, el 2026-02-05. Por llegar 40 piezas a 1 de 3 unidades con faltante, lo próximo el 2026-02-09; "
            "20 piezas con arribo vencido en 1 unidad. Hay 120 piezas de excedente en 1 unidad, lo más en Almacén "
            "Tijuana: traspáselas y trate el resto con compras, no unidad por unidad; adelante las entregas por llegar "
            "y reclame las vencidas."
        ),
        reason_en=(
            "Joining: Hospital de Oncología. Trastuzumab is short in 3 of 8 facilities that need it (38%): 2 without "
            "stock and 1 that runs out before an order could arrive; the next to run out is Hospital de Oncología, on "
            "2026-02-05. 40 pieces are due in 1 of 3 facilities short of it, the next on 2026-02-09; 20 pieces past "
            "the deadline in 1 facility. 120 pieces are surplus in 1 facility, most in Almacén Tijuana: transfer them, "
            "and settle the rest with purchasing, not place by place; bring forward what is due and claim the late "
            "deliveries."
        ),
        facts=None,
        places=(_OUT, _OUT_WITHOUT_CPM, _RUNNING_OUT, _LENDS),
    ),
)
"""What is told of many places at once: a facility that is silent, and an item short in many places."""
