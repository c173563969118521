/* The line to the server: one event stream for all tabs of this browser.

   The tab that holds a Web Lock leads: it opens the stream for every page that a visible tab wants
   and hands the frames on through a BroadcastChannel. Without locks (plain http on another host than
   this machine) each tab has its own stream. A tab that wants nothing (hidden, paused) holds none. */
(function () {
  "use strict";
  const room = (window.deskwatch = window.deskwatch || {});
  const SILENT_MS = 12000; // the server gives a sign of life every 5 s
  const PULSE_MS = 2000;
  const FORGET_MS = 15000;
  const MOST_KEYS = 8;
  const RETRY_MS = [1000, 4000];

  const prefix = JSON.parse(document.getElementById("_dash-config").textContent)
    .requests_pathname_prefix;
  const NAME = "deskwatch-live:" + prefix;
  const tab = Math.random().toString(36).slice(2) + Date.now().toString(36);
  const radio = "BroadcastChannel" in window ? new BroadcastChannel(NAME) : null;
  const locks = radio && navigator.locks ? navigator.locks : null;

  const others = new Map(); // tab → { keys it wants, when it said so }
  const latest = new Map(); // wanted key → newest frame as text
  let hear = {}; // what live.js wants to be told: onFrame, onBeat, onBuild, onState
  let wanted = null;
  let leading = false;
  let release = null;
  let contest = null;
  let source = null;
  let opening = null;
  let openKeys = "";
  let lacking = []; // keys asked for of which the server knows nothing, or nothing yet
  let lastSign = 0;
  let isUp = false;
  let retryTimer = null;
  let isGone = false;

  function say(message) {
    if (radio) radio.postMessage(Object.assign({ from: tab }, message));
  }
  function setUp(up) {
    if (up) lastSign = Date.now();
    if (isUp !== up) {
      isUp = up;
      if (wanted !== null) hear.onState(up);
    }
    tellState();
  }
  function tellState() {
    if (leading) say({ kind: "state", up: isUp, lacking: lacking });
  }
  function sign() {
    lastSign = Date.now();
    if (!isUp) setUp(true);
  }

  /* Leading */
  function keysWanted() {
    const keys = new Set(wanted === null ? [] : [wanted]);
    others.forEach(function (other) { keys.add(other.key); });
    return Array.from(keys).slice(0, MOST_KEYS);
  }
  function lead() {
    leading = true;
    say({ kind: "who" });
    refresh();
  }
  function contend() {
    if (leading || contest) return;
    if (!locks) { lead(); return; }
    contest = new AbortController();
    locks.request(NAME, { signal: contest.signal }, function () {
      if (wanted === null) return undefined;
      return new Promise(function (resolve) { release = resolve; lead(); });
    }).catch(function () { /* given up before it was our turn */ }).finally(function () {
      contest = null;
      release = null;
      if (wanted !== null && !leading) setTimeout(contend, 50);
    });
  }
  function resign() {
    if (contest && !leading) contest.abort();
    if (!leading) return;
    leading = false;
    hangUp();
    others.clear();
    latest.clear();
    if (release) release();
  }

  /* The stream */
  function hangUp() {
    clearTimeout(retryTimer);
    retryTimer = null;
    [source, opening].forEach(function (one) { if (one) one.close(); });
    source = opening = null;
    openKeys = "";
    lacking = [];
  }
  function refresh() {
    if (!leading) return;
    const keys = keysWanted();
    const text = keys.slice().sort().join("\n");
    if (!keys.length) { hangUp(); return; }
    if (text === openKeys && (source || opening)) return;
    openKeys = text;
    open(keys);
  }
  function open(keys) {
    clearTimeout(retryTimer);
    retryTimer = null;
    if (opening) opening.close();
    const next = (opening = new EventSource(
      prefix + "_live/stream?" + keys.map(function (key) { return "key=" + encodeURIComponent(key); }).join("&")
    ));
    let names = {}; // canonical key → the keys that tabs know it by
    next.addEventListener("hello", function (event) {
      const hello = JSON.parse(event.data);
      names = {};
      Object.keys(hello.keys).forEach(function (asked) {
        (names[hello.keys[asked]] = names[hello.keys[asked]] || []).push(asked);
      });
      if (opening === next) {
        if (source) source.close();
        source = next;
        opening = null;
      }
      lacking = keys.filter(function (key) { return !(key in hello.keys); });
      hear.onBuild(hello.build);
      say({ kind: "build", build: hello.build });
      sign();
      tellState();
    });
    next.addEventListener("frame", function (event) {
      sign();
      const key = /^\{"key":("(?:[^"\\]|\\.)*")/.exec(event.data);
      deliver(key ? names[JSON.parse(key[1])] || [] : [], event.data);
    });
    next.addEventListener("beat", function (event) {
      sign();
      const beat = JSON.parse(event.data);
      hear.onBeat(beat.t);
      say({ kind: "beat", t: beat.t });
    });
    next.onerror = function () {
      if (next !== source && next !== opening) return;
      setUp(false);
      if (next.readyState === EventSource.CLOSED) again(); // refused: the browser will not retry
    };
  }
  function again() {
    if (retryTimer || !leading) return;
    hangUp();
    const wait = RETRY_MS[0] + Math.random() * (RETRY_MS[1] - RETRY_MS[0]);
    retryTimer = setTimeout(function () { retryTimer = null; refresh(); }, wait);
  }
  /* A page that the stream lacks was found by the Interval: ask for it again. */
  function found(key) {
    if (!leading) { say({ kind: "found", key: key }); return; }
    if (opening || lacking.indexOf(key) < 0) return;
    openKeys = "";
    refresh();
  }
  function deliver(keys, text) {
    keys.forEach(function (key) { latest.set(key, text); });
    if (wanted !== null && keys.indexOf(wanted) >= 0) hear.onFrame(wanted, text);
    if (others.size) say({ kind: "frame", keys: keys, text: text });
  }

  /* Between tabs */
  function announce() {
    if (!leading) say({ kind: "want", key: wanted });
  }
  function noteWish(message) {
    if (!leading) return;
    if (message.key === null) others.delete(message.from);
    else others.set(message.from, { key: message.key, seen: Date.now() });
    refresh();
    tellState();
    if (latest.has(message.key)) say({ kind: "frame", keys: [message.key], text: latest.get(message.key) });
  }
  if (radio) radio.onmessage = function (event) {
    const message = event.data;
    if (message.kind === "want") { noteWish(message); return; }
    if (message.kind === "found") { if (leading) found(message.key); return; }
    if (leading || wanted === null) return;
    if (message.kind === "who") { announce(); return; }
    if (message.kind === "state") { lacking = message.lacking; setUp(message.up); return; }
    sign();
    if (message.kind === "frame" && message.keys.indexOf(wanted) >= 0) hear.onFrame(wanted, message.text);
    if (message.kind === "beat") hear.onBeat(message.t);
    if (message.kind === "build") hear.onBuild(message.build);
  };

  setInterval(function () {
    if (wanted === null) return;
    const silent = Date.now() - lastSign;
    if (leading) {
      tellState();
      others.forEach(function (other, name) { if (Date.now() - other.seen > FORGET_MS) others.delete(name); });
      if (isUp && silent > SILENT_MS) { setUp(false); again(); } else if (!retryTimer) refresh();
    } else {
      announce();
      if (isUp && silent > 3 * PULSE_MS) setUp(false);
    }
  }, PULSE_MS);
  window.addEventListener("pagehide", function () { room.line.want(null); isGone = true; });
  window.addEventListener("pageshow", function (event) {
    isGone = false;
    if (event.persisted && hear.onReturn) hear.onReturn();
  });

  room.line = {
    start: function (listener) { hear = listener; },
    /* The page this tab shows now, as "/path?filters"; null when it wants nothing. */
    want: function (key) {
      if (key === wanted || isGone) return;
      wanted = key;
      if (key === null) { announce(); resign(); isUp = false; return; }
      contend();
      if (leading) {
        refresh();
        if (latest.has(key)) hear.onFrame(key, latest.get(key));
      } else announce();
    },
    leading: function () { return leading; },
    up: function () { return isUp; },
    /* Whether the line is up and does not carry this tab's page: the server did not know it. */
    lacks: function () { return isUp && lacking.indexOf(wanted) >= 0; },
    found: function () { if (wanted !== null) found(wanted); },
  };
})();
