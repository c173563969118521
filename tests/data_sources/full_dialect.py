"""A dialect with every table and every key that there is, each key on a line of its own."""

FULL = """\
name = "full"
title = "Every table and every key"
like = "generic"

[[signs]]
keys = ["when"]
codes = ["GO"]
weight = 1.0

[record]
time = ["when"]
code = ["what"]
code_as = "trimmed"
details = ["details", "@record"]
text_lines = true
text_signs = ['^x']
folder_is_account = true
timezone = "Europe/Kyiv"

[record.unwrap]
key = "inner"
when_has = ["what"]

[[record.texts]]
keys = ["note"]
pattern = '(?P<sym>[A-Z]{3})'

[record.clock]
file = "times.jsonl"
time = ["at"]
of = ["a.jsonl"]
few = ["b.jsonl"]
numbers = ["line"]

[columns.side]
from = ["way"]
as = "side"
else = "missing"

[columns.side.map]
up = "buy"

[columns.price]
from = ["cents"]
as = "absolute"
scale = 0.01

[[columns.quantity.from]]
path = "lots"
as = "absolute"
scale = 100.0

[columns.quantity.from.when]
kind = "order.filled"

[columns.quantity.from.unless]
what = "NO"

[[columns.venue.from]]
path = "where"
as = "upper"

[columns.venue.from.map]
x = "XNAS"

[[rules]]

[rules.when]
code = "GO"

[rules.then]
kind = "order.filled"
twin = true
test = false
text = "gone"

[[defaults]]

[defaults.when]
kind = "order.*"

[defaults.then]
position_effect = "open"

[[duplicates]]
same = ["id"]
within_seconds = 1.5
remembered = 300

[duplicates.when]
kind = "order.filled"

[[duplicates]]
same = ["trade"]
by_id = true

[duplicates.when]
kind = "trade.closed"

[[claims]]
what = "positions"
value = ["count"]
rank = 1

[claims.when]
kind = "equity"

[saved]
stream = "key"
id = "number"
fields = "values"

[orders]
expiry_seconds = 300
day_calendar = "XLON"
ends_told = true
fills_are_parts = true

[pace]
stale_after_seconds = 3600
calendar = "XLON"

[limits.leverage]
warning_ratio = 1.0
limit_ratio = 1.25
critical_ratio = 1.5
above = true
rule = "the handbook"

[limits.daily_drawdown]
warning_ratio = 0.04
limit_ratio = 0.05
default_profile = "micro"
rule = "the handbook"

[limits.var_95]
limit_money = 1000.0
critical_money = 1500.0
currencies = ["USD"]
rule = "the handbook"

[stream]
identity = ["id"]
replays = true

[stream.session_begins]
what = "START"

[frames.trades]
each = "legs"

[frames.trades.when]
kind = "trade.closed"

[frames.trades.columns]
entry_price = ["in.price"]

[frames.trades.columns.pnl_ratio]
from = ["pnl_percent"]
as = "ratio_of_percent"
scale = 1.0

[frames.trades.columns.position_side]
from = ["side"]
as = "lower"
else = "missing"
is = "long"

[frames.trades.columns.position_side.map]
buy = "long"

[frames.positions]
within_seconds = 60

[frames.positions.when]
kind = "position"

[[frames.equity]]

[frames.equity.when]
kind = "equity"

[frames.equity.columns]
equity = ["nav"]
"""
