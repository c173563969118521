"""What keys are usually called, by what they mean; without case and signs, the surest first."""

from __future__ import annotations

from typing import Final, NamedTuple

from data_sources.guessing.keys import Key

STRONG: Final[dict[str, str]] = {
    "time": "tsevent eventts timestamp ts eventtime transacttime time @timestamp datetime tsutc"
    " timestamputc createdat occurredat loggedat observedat recordedat emittedat updatetime"
    " asctime logtime tsiso isotime",
    "code": "eventcode event eventtype eventname evt msgtype messagetype type action kind topic"
    " orderstatus ordstatus status exectype state orderstate",
    "client_order_id": "clientorderid clordid clientoid cloid cid clientid orderlinkid localorderid"
    " internalorderid userref",
    "venue_order_id": "venueorderid exchangeorderid brokerorderid exchorderid externalorderid"
    " exchordid brokerid extorderid",
    "order_id": "orderid ordid oid ordno orderno ordernumber orderref id ref",
    "symbol": "symbol sym ticker instrument instrumentid pair market product productid security"
    " asset coin contract currencypair tradingpair",
    "side": "side orderside buysell direction dir bs tradetype",
    "position_effect": "positioneffect openclose effect",
    "quantity": "quantity qty orderqty origqty size sz amount amt volume vol shares lots contracts"
    " units",
    "fill_quantity": "lastqty fillqty filledqtynow lastshares lastfilledqty fillquantity lastsize"
    " tradeqty execqty lastquantity fillsize",
    "done_quantity": "cumqty filledqty executedqty cumulativeqty filledquantity filled cumquantity"
    " executedquantity filledsize totalfilled",
    "price": "price px limitprice orderprice limitpx",
    "fill_price": "lastpx lastprice fillprice fillpx execprice executionprice tradeprice avgprice"
    " averageprice avgpx avgfillprice averagefillprice filledavgprice",
    "latency_seconds": "latency took elapsed rtt roundtrip roundtriptime acklatency duration"
    " responsetime delay orderlatency latencytime",
    "reason": "reason why rejectreason denyreason rejreason rejectionreason cause errorcode"
    " cancelreason exitreason closereason",
    "text": "message msg text note comment description error detail",
    "venue": "venue exchange exch mic broker exchangename",
    "strategy_id": "strategyid strategy strat stratid strategyname algo algoid botid bot",
    "currency": "currency ccy quotecurrency",
    "confidence_ratio": "confidence confidenceratio confidencescore probability prob",
    "reduce_only": "reduceonly closeonly isclose closing",
    "exit_price": "exitprice exit exitpx avgexitprice avgexit closeprice closerate sellprice",
    "entry_price": "entryprice entry entrypx avgentryprice avgentry openprice openrate buyprice",
    "pnl": "netpnl pnlnet realizedpnl realisedpnl pnl pnlusd pnlusdt pnlusdc pnleur pnlabs"
    " pnlamount netprofit realizedprofit profitabs profit profitloss profitusd realizedpl pl"
    " grosspnl",
    "level": "level loglevel levelname severity lvl",
    "pnl_ratio": "pnlratio pnlpct pnlpercent pnlpc plpc profitratio profitpct profitpercent"
    " returnratio returnpct returnpercent roi roipct netreturnpct",
    "equity": "equity totalequity accountequity portfoliovalue accountvalue nav netliquidation"
    " netliq equityusd equityusdt",
    "cash": "cash cashbalance freecash cashusd availablecash",
    "buying_power": "buyingpower bp",
    "ts_closed": "closedat closetime timeclose closets tsclose tsclosed exitedat exittime exitts"
    " tsexit exitat closedate exitdate closetimestamp exittimestamp",
    "ts_opened": "openedat opentime timeopen opents tsopen tsopened enteredat entrytime entryts"
    " tsentry entryat opendate entrydate opentimestamp entrytimestamp",
}
WEAK: Final[dict[str, str]] = {
    "time": "t at when date utc created updated stamp clock epoch",
    "code": "name what op operation e stage phase method",
    "symbol": "s stock inst",
    "side": "action way sidetype",
    "quantity": "q n num count",
    "price": "p rate limit",
    "latency_seconds": "lat ping wait",
    "strategy_id": "model system",
    "reason": "code info",
}
WEAK_RATIO: Final = 0.8
SCALES: Final = {
    "nanoseconds": ("nanoseconds", "nanos", "ns"),
    "microseconds": ("microseconds", "micros", "usec", "us", "µs"),
    "milliseconds": ("milliseconds", "millis", "msec", "ms"),
    "seconds": ("seconds", "secs", "sec", "s"),
}


class Named(NamedTuple):
    """How well a name fits a meaning: 1 for a usual name, less for a looser one; its place."""

    ratio: float
    rank: int
    unit: str


_STRONG: Final = {role: {n: i for i, n in enumerate(t.split())} for role, t in STRONG.items()}
_WEAK: Final = {role: {n: i for i, n in enumerate(t.split())} for role, t in WEAK.items()}


def named(key: Key, role: str) -> Named | None:
    """Whether a key is called as what it might mean, without or with a unit at its end."""
    found = [each for name in key.names for each in _named(name, role)]
    return max(found, key=lambda each: (each.ratio, -each.rank), default=None)


def _named(name: str, role: str) -> list[Named]:
    found = []
    ways = [(name, "")]
    if role in ("time", "latency_seconds"):
        for unit, ends in SCALES.items():
            ways += [(name.removesuffix(end), unit) for end in ends if name.endswith(end)]
    for text, unit in ways:
        if text in _STRONG[role]:
            found.append(Named(1.0, _STRONG[role][text], unit))
        elif text in _WEAK.get(role, {}):
            found.append(Named(WEAK_RATIO, 100 + _WEAK[role][text], unit))
    return found
