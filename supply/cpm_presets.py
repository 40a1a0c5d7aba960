"""CPM policies by the name of where they are practised: a health system can move without its numbers moving.

Each preset is what the peer's own code, tests or documentation say. Where that is not sensible it is kept true all the
same; `docs/decisions/cpm.md` says where.
"""

from supply.cpm_policy import CpmPolicy, Outflows

ABASTO = CpmPolicy(name="abasto")
"""The default: the last three complete months, each corrected for its days out, of 30 days. Source: our design."""

UNCORRECTED = CpmPolicy(name="uncorrected", method="none")
"""The plain mean of the last three complete months."""

COTE_DIVOIRE = CpmPolicy(name="cote-divoire", full_month_out="uncorrected")
"""What the national system's own averages of 2016 to 2019 follow: a month out of stock for 30 days or more enters with
what was distributed in it. Source: 18,752 sheets of the USAID Intelligent Forecasting competition, 2020; 99.74 % of
their averages are ours (docs/decisions/cpm.md)."""

OPENLMIS = CpmPolicy(name="openlmis", full_month_out="uncorrected", rounding="up")
"""OpenLMIS 3: adjusted consumption `N = roundup(C x 30 M / (30 M - X))` of each period of M months with X days out, as
it is when it was out throughout; average consumption the mean of this and the former periods' N, rounded up.
Source: openlmis-requisition, `LineItemFieldsCalculator` and its test. Here a period is a complete month, and three
are averaged; a programme of quarterly requisitions has its own `window_months`."""

OPEN_MSUPPLY = CpmPolicy(
    name="open-msupply",
    window="rolling",
    month_days=30.4375,
    method="ratio",
    before_first="counted",
    outflows=Outflows(hospital="both", warehouse="both"),
)
"""Open mSupply: consumption of the last `int(3 x 30.4375)` days, today included, / 3 x n / (n - days out of stock), n =
3 x 30.4375. Outbound shipments and prescriptions are consumption everywhere, and days before the first receipt count.
Source: open-msupply, `server/service/src/item_stats.rs`, its `consumption` view and `days_out_of_stock.rs`; look-back
and days of a month are its store preferences. Its preference to adjust for days out is taken as set: without days out
both are the same."""

MSH = CpmPolicy(name="msh", window_months=6, month_days=30.5, method="ratio")
"""Management Sciences for Health: `C / (M - out / 30.5)`. Source: BHIMA's `algo_msh`, which names it, and its test in
`test/integration-stock/depots.js`; the handbook (Managing Access to Medicines and Health Technologies, MDS-3) advises
a review period of six months or more."""

BHIMA = CpmPolicy(
    name="bhima",
    window_months=6,
    window="rolling",
    month_days=30.5,
    window_days="calendar",
    method="ratio",
    outflows=Outflows(warehouse="both"),
)
"""BHIMA's default algorithm: consumption / days with stock x 30.5, over the last six months to the day. Warehouses
count transfers and what leaves for patients and services. Source: bhima, procedure `GetAMC` (`algo_def`), its test
`test/integration-stock/depots.js`, and its manual, "Average Monthly Consumption by Depot"."""

QAT = CpmPolicy(name="qat", month_days=None, full_month_out="zero")
"""Quantification Analytics Tool: full demand = consumption / (days of the month - days out) x days of the month, of
the calendar; a month out throughout enters with 0. AMC: the mean over the months that have data. Source: fasp-core-ui,
`SupplyPlanCalculations.js` and the formulas shown in `en.json`. QAT also averages forecasts of months to come; here
only the three months past are known."""

CSTOCK = CpmPolicy(
    name="cstock", window_months=2, window="rolling", window_days="calendar", method="ratio", least_days=10
)
"""cStock (Malawi): consumption over the days with stock and data, x 30; the last 60 days, at least 10 days of data.
Source: dimagi/logistics, `logistics/consumption.py` and the settings of its Malawi project. It infers consumption from
report to report (`supply.peers.cstock`); here it is what was dispensed or issued, or what counts tell of it where
nothing else does (`supply.counted_use`)."""

COMMCARE = CpmPolicy(
    name="commcare", window_months=2, window="rolling", window_days="calendar", method="ratio", least_days=10
)
"""CommCare Supply: consumption between stock reports / days between them x 30; the last 60 days, at least 10 days, days
around a stock-out left out. Source: commcare-hq, `casexml/apps/stock/consumption.py` and its test. Its periods between
reports are in `supply.peers.commcare`; here the days out are left out themselves."""

IMSS_BIENESTAR_BC = CpmPolicy(name="imss-bienestar-bc")
"""IMSS-Bienestar Baja California: how its CPM is averaged is not documented (it is handed out as a registered figure:
`official_cpm`), so it is averaged as by default, and differs from it by its name alone. The target it
practises, ceil(CPM x 3), is no part of a policy: it is that of the levels' `target_months`, 3 by default, whatever the
policy (`supply.replenishment.target_stock`). Source: makadown-coders/solicitudes-app and the design."""

CPM_POLICIES: dict[str, CpmPolicy] = {
    policy.name: policy
    for policy in (
        ABASTO,
        UNCORRECTED,
        COTE_DIVOIRE,
        OPENLMIS,
        OPEN_MSUPPLY,
        MSH,
        BHIMA,
        QAT,
        CSTOCK,
        COMMCARE,
        IMSS_BIENESTAR_BC,
    )
}
"""Every preset by its name."""
