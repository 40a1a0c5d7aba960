"""The meanings a file of cases may ask for: each peer's function by its name, with inputs as the peer calls them."""

import inspect
import math
from collections.abc import Callable
from typing import Any, get_type_hints

import msgspec

from supply.peers import averages, bhima, commcare, cstock, open_msupply, openlmis, qat


def _qat_suggest_by_mos(
    mos_now: float,
    mos_1: float,
    mos_2: float,
    min_mos: float,
    max_mos: float,
    *,
    amc: float,
    ending: float,
    unmet: float = 0,
) -> float:
    months = mos_now, mos_1, mos_2
    return qat.suggest_by_months(months, min_mos, max_mos, amc=amc, ending=ending, unmet=unmet)


def _qat_suggest_by_qty(
    end_now: float, end_1: float, end_2: float, min_qty: float, max_qty: float, *, unmet: float = 0
) -> float:
    return qat.suggest_by_quantity((end_now, end_1, end_2), min_qty, max_qty, unmet=unmet)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "bhima_amc_default": bhima.amc_default,
    "commcare_daily": commcare.daily_consumption,
    "cstock_daily": cstock.daily_consumption,
    "cstock_monthly_split": cstock.monthly_split,
    "months_of_stock": averages.months_on_hand,
    "msh_adjusted_amc": averages.msh_adjusted_amc,
    "msupply_amc_events": open_msupply.amc_of_events,
    "msupply_days_out_of_stock": open_msupply.days_out_of_stock,
    "msupply_expected_usage": open_msupply.expected_usage,
    "msupply_projection": open_msupply.projection,
    "msupply_stock_at_risk": open_msupply.stock_at_risk,
    "msupply_suggested_quantity": open_msupply.suggested_quantity,
    "nonzero_average": averages.nonzero_average,
    "olmis3_adjusted_consumption": openlmis.adjusted_consumption,
    "olmis3_average_consumption": openlmis.average_consumption,
    "olmis3_max_stock": openlmis.max_stock,
    "olmis3_order_quantity": openlmis.order_quantity,
    "olmis3_stockout_days": openlmis.stockout_days,
    "olmis3_stockout_days_capped": openlmis.stockout_days_capped,
    "plain_average": averages.plain_average,
    "qat_amc": qat.amc,
    "qat_full_demand": qat.full_demand,
    "qat_mos": qat.months_on_hand,
    "qat_suggest_by_mos": _qat_suggest_by_mos,
    "qat_suggest_by_qty": _qat_suggest_by_qty,
}


class WrongInputs(ValueError):
    """Inputs that a meaning cannot be asked with; the sentence names the field."""


def _inputs_of(function: Callable[..., Any]) -> type[msgspec.Struct]:
    """The inputs of a function as a Struct: its parameters, their types and defaults."""
    hints = get_type_hints(function)
    fields: list[Any] = []
    for name, parameter in inspect.signature(function).parameters.items():
        optional = parameter.default is not inspect.Parameter.empty
        fields.append((name, hints[name], parameter.default) if optional else (name, hints[name]))
    return msgspec.defstruct(f"{function.__name__}_inputs", fields, kw_only=True, forbid_unknown_fields=True)


_INPUTS = {name: _inputs_of(function) for name, function in FUNCTIONS.items()}


def asked(name: str, inputs: dict[str, Any]) -> Any:
    """What a meaning makes of its inputs.

    Raises:
        KeyError: no meaning of that name.
        WrongInputs: an input is missing, unknown or of another type, or has no result.
    """
    function = FUNCTIONS[name]
    try:
        read = msgspec.convert(inputs, _INPUTS[name])
    except msgspec.ValidationError as wrong:
        what, _, path = str(wrong).partition(" - at `$")
        raise WrongInputs(f"inputs{path.rstrip('`')}: {what}") from None
    try:
        found = function(**msgspec.structs.asdict(read))
        if not _is_finite(found):
            raise OverflowError("beyond the largest number")
        return found
    except (ArithmeticError, LookupError, ValueError) as wrong:
        raise WrongInputs(f"inputs: there is no result for them ({wrong})") from wrong


def _is_finite(found: Any) -> bool:
    """Whether no number of a result is infinite or none at all."""
    match found:
        case float():
            return math.isfinite(found)
        case dict():
            return all(map(_is_finite, found.values()))
        case list() | tuple():
            return all(map(_is_finite, found))
        case _:
            return True
