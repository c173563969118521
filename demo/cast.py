"""The simulated systems that play: their bots, their files, and what is served of them."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, Final, Protocol

from demo.aurora import AuroraBot
from demo.aurora.timeline import NS
from demo.folder import Folder, Written
from demo.health_server import HealthServer
from demo.json_server import NOT_FOUND, Answers, JsonServer, Refuses
from demo.script import Piece
from demo.sources import SECRETS, SERVICE, Tables, sources_of, to_toml, variable_of
from demo.tree import Tree

SYSTEMS: Final = ("aurora", "quantum_trader", "peak_trade", "rick", "stock_trader")

MARK: Final = "# Written by python -m demo, and again at its next start."


class Bot(Protocol):
    """Writes, in its own time; `until()` gives what is due by a second after its start."""

    @property
    def next_seconds(self) -> float: ...  # noqa: D102 - the class says it

    def until(self, seconds: float) -> list[Any]: ...  # noqa: D102


class Sink(Protocol):
    """Takes what a bot writes."""

    written: Written

    def write(self, pieces: Iterable[Any]) -> None: ...  # noqa: D102

    def close(self) -> None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Player:
    """A bot and where its lines go; `loading` ends when what it needs is there."""

    system: str
    bot: Bot
    sink: Sink
    loading: threading.Thread | None = None

    def is_loaded(self, *, wait: bool = False) -> bool:
        """Whether it can begin, after waiting for it where that is wanted."""
        if self.loading is None:
            return True
        if wait:
            self.loading.join()
        return not self.loading.is_alive()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What shall play: see the options of `python -m demo`.

    live_from_ns  what is before is a past that is written at once
    """

    folder: Path
    systems: tuple[str, ...]
    seed: int
    start_ns: int
    live_from_ns: int = 0
    serve: bool = False
    rate: float = 50.0
    rotate_every_seconds: float | None = None
    bad_ratio: float = 0.0
    slow_after_seconds: float = 0.0
    sick: bool = False


class Cast:
    """The players; `close()` ends their files and their servers.

    Raises:
        OSError: when the folder cannot be written.

    Attributes:
        players: who writes.
        roots: system → its folder.
        urls: system → what is served of it.
    """

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._ends = contextlib.ExitStack()
        self._closed = threading.Event()
        self.players: list[Player] = []
        self.roots: dict[str, Path] = {}
        self.urls: dict[str, dict[str, str]] = {}
        try:
            for system in wanted.systems:
                root = self.roots[system] = wanted.folder / system
                self.urls[system] = {}
                getattr(self, f"_{system}")(root)
            self._configuration()
        except BaseException:
            self.close()
            raise

    @property
    def sources(self) -> Tables:
        """The sources of a desk that watches all of them."""
        found: Tables = {}
        for system, root in self.roots.items():
            found |= sources_of(system, root.resolve(), self.urls[system])
        return found

    @property
    def environment(self) -> dict[str, str]:
        """The secrets of these sources, by the variables in which a desk looks for them."""
        return {
            variable_of(name, key): table[key]
            for name, table in self.sources.items()
            for key in SECRETS
            if key in table
        }

    @property
    def written(self) -> Written:
        """What all of them wrote so far."""
        total = Written()
        for player in self.players:
            one = player.sink.written
            total.lines += one.lines
            total.events += one.events
            total.bad += one.bad
            total.bytes += one.bytes
            total.rotations += one.rotations
        return total

    def close(self) -> None:
        """End files and servers."""
        self._closed.set()
        self._ends.close()

    def _configuration(self) -> None:
        """Leave a configuration beside the folders: `python app.py --config …` watches them."""
        tables: Tables = {}
        for system in self.roots:
            tables |= sources_of(system, Path(system), self.urls[system])
        path = self._wanted.folder / "deskwatch.toml"
        # Somebody's own configuration is never written over.
        if not path.exists() or path.read_text().startswith(MARK):
            path.write_text(f"{MARK}\n{to_toml(tables)}")

    def _enter(
        self, system: str, bot: Bot, sink: Sink, loading: threading.Thread | None = None
    ) -> None:
        self._ends.callback(sink.close)
        self.players.append(Player(system, bot, sink, loading))

    def _aurora(self, root: Path) -> None:
        wanted = self._wanted
        told = {"rate": wanted.rate, "live_ns": wanted.live_from_ns}
        bot = AuroraBot(Random(wanted.seed), start_ns=wanted.start_ns, **told)
        folder = Folder(
            root,
            start_ns=wanted.start_ns,
            rotate_every_seconds=wanted.rotate_every_seconds,
            bad_ratio=wanted.bad_ratio,
            random=Random(wanted.seed),
        )
        self._enter("aurora", bot, folder)
        if wanted.serve:
            server = HealthServer(lambda: bot.halted, lambda: folder.newest_ns)
            self._ends.callback(server.close)
            self.urls["aurora"]["health"] = server.url

    def _quantum_trader(self, root: Path) -> None:
        from demo.quantum_trader import QuantumTrader
        from demo.quantum_trader.services import Services

        wanted = self._wanted
        bot = QuantumTrader(wanted.seed, wanted.start_ns)
        self._enter("quantum_trader", bot, Tree(root))
        if not wanted.serve:
            return
        bot.book.counters.begin = datetime.fromtimestamp(wanted.live_from_ns / NS, UTC)
        services = Services(wanted.seed, bot.book, bot.health, sick=wanted.sick)
        urls = {name: self._json(answers).base_url for name, answers in services.of().items()}
        told = {SERVICE + name: url for name, url in urls.items()}
        told |= {"health": f"{urls['backend']}/health", "metrics": f"{urls['backend']}/metrics"}
        self.urls["quantum_trader"] |= told
        self._redis()

    def _redis(self) -> None:
        """Streams too, where Redis is installed."""
        from demo.quantum_trader.backbone import Backbone
        from demo.quantum_trader.streams import Streams, installed

        program = installed()
        if program is None:
            return
        streams = Streams(program)
        backbone = Backbone(self._wanted.seed, self._wanted.start_ns)
        self._enter("quantum_trader", backbone, streams)
        self.urls["quantum_trader"]["redis"] = streams.url

    def _peak_trade(self, root: Path) -> None:
        from demo.peak_trade import PeakTrade

        self._enter("peak_trade", PeakTrade(self._wanted.seed, self._wanted.start_ns), Tree(root))

    def _rick(self, root: Path) -> None:
        from demo.rick import Arena, Rick
        from demo.rick.order_lists import OrderLists
        from demo.rick.viewers import Viewers

        tree = Tree(root)
        self._enter("rick", Rick(self._wanted.seed, self._wanted.start_ns), tree)
        if self._wanted.serve:
            arena = Arena()
            self._ends.callback(arena.close)
            lists, viewers = OrderLists(), Viewers()

            def hear(piece: Piece) -> None:
                arena.hear(piece)
                lists.hear(piece)

            tree.listener = hear
            orders = self._json(lists.answers, viewers.refuses).base_url
            self.urls["rick"] |= {"arena": arena.url, "orders": orders, "token": viewers.token()}
            if self._wanted.sick:
                self.urls["rick"]["account"] = "asked"

    def _stock_trader(self, root: Path) -> None:
        from demo.stock_trader import StockTrader
        from demo.stock_trader.bot import ACCOUNTS

        wanted = self._wanted
        # A calendar of exchanges loads slowly; nobody else has to wait for it.
        loading = threading.Thread(target=self._load_calendar, daemon=True)
        ports: dict[str, int] = {}
        if wanted.serve:
            started = time.monotonic()
            for account in ACCOUNTS:
                errors = int(wanted.sick and bool(ports))  # of the second account's bot
                ports[account] = self._json(_bot_health(account, started, errors)).port
            self._broker(loading)
            self.urls["stock_trader"]["accounts"] = "served"
        bot = StockTrader(wanted.seed, wanted.start_ns, ports)
        loading.start()
        self._enter("stock_trader", bot, Tree(root), loading)

    def _load_calendar(self) -> None:
        if not self._closed.wait(self._wanted.slow_after_seconds):
            from demo.alpaca_desk import SESSIONS, sessions_until

            day = datetime.fromtimestamp(self._wanted.start_ns // NS, UTC)
            sessions_until(f"{day:%Y-%m-%d}", SESSIONS)

    def _broker(self, loading: threading.Thread) -> None:
        from demo.alpaca_server import KEY, SECRET, AlpacaServer

        def now() -> datetime:
            """This moment, told when the calendar is there: the same one for all who ask."""
            loading.join()
            return datetime.now(UTC)

        broker = AlpacaServer(seed=self._wanted.seed, now=now)
        self._ends.callback(broker.close)
        urls = {"broker": broker.url, "api_key": KEY, "secret_key": SECRET}
        self.urls["stock_trader"] |= urls

    def _json(self, answers: Answers, refuses: Refuses = lambda _: None) -> JsonServer:
        server = JsonServer(answers, refuses)
        self._ends.callback(server.close)
        return server


def _bot_health(account: str, started: float, errors: int) -> Answers:
    """The health of an account's bot: 503 with a body when it is not healthy."""
    from demo.stock_trader.bot import health

    def answer(path: str) -> tuple[int, Any]:
        if path != "/health":
            return NOT_FOUND
        uptime, now = time.monotonic() - started, datetime.now(UTC).isoformat()
        body = health(account, uptime, now, errors=errors)
        return (200 if body["status"] == "healthy" else 503), body

    return answer
