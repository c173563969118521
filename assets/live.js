/* What a tab does with live frames, whichever way they come: by the stream (live_line.js) or by the
   Interval. A frame is the complete state of a page; it is applied as text and numbers, property by
   property, never as markup. */
(function () {
  "use strict";
  const room = (window.deskwatch = window.deskwatch || {});
  const root = document.documentElement;
  const FILTERS = ["window", "at", "account", "source", "symbol", "order", "mode", "status"];
  const TAKE_OVER_MS = 3000; // the Interval takes over when the stream is down for so long
  const POLL_LOST_MS = 3500;
  const HIDDEN_MS = 2000; // a stream outlives a glance at another tab
  const WHOLE_MS = 5000; // everything is applied again this often: nothing can stay wrong for long
  const STATES = {
    live: ["live", "live", "Updates arrive as they happen"],
    polling: ["polling", "interval", "The page asks once a second"],
    lost: ["connection lost", "offline", "No answer from Deskwatch; trying again"],
    paused: ["paused", "paused", "Live updates are paused"],
  };
  const PAST = ["past moment", "past", "Not live: the numbers and ages are those of the moment chosen"];

  const isPush = root.dataset.live !== "interval";
  const prefix = JSON.parse(document.getElementById("_dash-config").textContent)
    .requests_pathname_prefix;
  const skews = [];
  let key = null;
  let newest = null; // the newest frame of this key, parsed
  let shown = null; // the frame that is on the page
  let wholeCharts = false;
  let applied = {}; // component id → its props as they were last applied
  let wholeUntil = 0;
  let lackUntil = 0;
  let lastWhole = 0;
  let downSince = Date.now();
  let lastPoll = 0;
  let hiddenSince = 0;
  let offSince = 0;
  let shownState = "";
  let shownInterval = null;
  let retry = null;
  let content = null;

  room.live = { applied: 0, version: null, key: null, problem: null };

  /* Dash */
  function layoutOf(id) {
    try { return window.dash_component_api.getLayout(id) || null; } catch (_error) { return null; }
  }
  function set(id, props) {
    try { window.dash_clientside.set_props(id, props); return true; } catch (_error) { return false; }
  }

  /* Where this tab is */
  function currentKey() {
    const from = new URLSearchParams(location.search);
    const kept = new URLSearchParams();
    FILTERS.forEach(function (name) { if (from.get(name)) kept.set(name, from.get(name)); });
    const query = kept.toString();
    return "/" + location.pathname.slice(prefix.length) + (query ? "?" + query : "");
  }
  function isPaused() { return new URLSearchParams(location.search).get("paused") === "1"; }
  function isPast() { return Boolean(new URLSearchParams(location.search).get("at")); }
  function isHidden() { return document.hidden || document.visibilityState === "hidden"; }
  function isOurs(frameKey) {
    const theirs = new URL(frameKey, "http://x");
    const ours = new URL(key, "http://x");
    return theirs.pathname === (ours.pathname.replace(/\/+$/, "") || "/") &&
      FILTERS.every(function (name) {
        const value = ours.searchParams.get(name);
        return name === "at" ? !value === !theirs.searchParams.get(name)
          : value === null ? name === "window" || !theirs.searchParams.has(name)
          : value === theirs.searchParams.get(name);
      });
  }

  /* Frames */
  function take(text) {
    const frame = JSON.parse(text);
    if (key === null || !isOurs(frame.key)) return false;
    newest = frame;
    if (!isHidden() && !isPaused()) apply();
    return true;
  }
  function apply() {
    clearTimeout(retry);
    retry = null;
    if (!newest) return;
    shown = newest;
    const now = Date.now();
    const whole = now < wholeUntil || now - lastWhole > WHOLE_MS;
    if (whole) lastWhole = now;
    put(false, whole);
    // Numbers first: a chart takes longer to draw than all of them, and they would wait for it.
    wholeCharts = wholeCharts || whole;
    charts.want();
    room.live.applied += 1;
    room.live.version = newest.v;
    room.live.key = newest.key;
    if (!newest.problem !== !room.live.problem || newest.problem !== room.live.problem) tellProblem(newest.problem);
  }
  const charts = room.chartPace(function () {
    if (shown) put(true, wholeCharts);
    wholeCharts = false;
  });
  function put(isCharts, whole) {
    Object.keys(shown.props).forEach(function (id) {
      const props = shown.props[id];
      if ("figure" in props !== isCharts) return;
      const text = JSON.stringify(props);
      if (!whole && applied[id] === text) return;
      if (layoutOf(id) && set(id, props)) applied[id] = text;
      // A page that is still being laid out lacks some ids: come back for them.
      else if (!retry && Date.now() < lackUntil) retry = setTimeout(apply, 60);
    });
  }
  function forget() {
    applied = {};
    charts.hurry();
    wholeUntil = Date.now() + 500;
    lackUntil = Date.now() + 4000;
  }
  function tellProblem(text) {
    room.live.problem = text;
    if (text) root.dataset.problem = "true"; else delete root.dataset.problem;
    notice("problem", text, "act");
    window.dispatchEvent(new CustomEvent("deskwatch:problem"));
  }
  function notice(name, text, tone) {
    const box = document.getElementById("desk-notices") || document.body;
    let line = box.querySelector('[data-notice="' + name + '"]');
    if (!text) { if (line) line.remove(); return null; }
    if (!line) {
      line = document.createElement("p");
      line.className = "notice";
      line.dataset.notice = name;
      line.dataset.tone = tone;
      line.setAttribute("role", "alert");
      box.prepend(line);
    }
    if (line.firstChild === null || line.firstChild.nodeValue !== text) line.textContent = text;
    return line;
  }
  function noteBuild(build) {
    const line = build === root.dataset.build ? notice("build", null) :
      notice("build", "Deskwatch was updated since this page was loaded. ", "warn");
    if (!line || line.querySelector("button")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "control";
    button.textContent = "Load the new one";
    button.addEventListener("click", function () { location.reload(); });
    line.append(button);
  }

  /* The server's clock, as far as this browser's differs: the smallest difference has the least delay. */
  function noteClock(serverMs) {
    skews.push(serverMs - Date.now());
    if (skews.length > 20) skews.shift();
    room.skewMs = Math.max.apply(null, skews);
  }

  /* The Interval */
  function steerInterval(on) {
    const interval = layoutOf("live-interval");
    if (!interval) return;
    const off = interval.props.disabled === true;
    if (!on) { offSince = 0; if (!off) set("live-interval", { disabled: true }); return; }
    if (!off) { offSince = 0; return; }
    // It is off also while its callback runs; only one that stays off needs a push.
    if (!offSince) offSince = Date.now();
    const idle = !lastPoll || Date.now() - lastPoll > POLL_LOST_MS;
    if (shownInterval !== true || (idle && Date.now() - offSince > 5000)) {
      offSince = 0;
      set("live-interval", { disabled: false });
    }
  }
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    deskwatch: {
      polled: function (beat, text) {
        if (!beat) return window.dash_clientside.no_update;
        lastPoll = Date.now();
        noteClock(beat.t);
        noteBuild(beat.build);
        if (text && take(text) && isPush && room.line.lacks()) room.line.found();
        steer();
        return beat.tag;
      },
    },
  });

  /* State */
  function stateNow() {
    if (isPaused()) return "paused";
    if (isPush && room.line.up()) return room.line.lacks() ? "polling" : "live";
    if (lastPoll && Date.now() - lastPoll < POLL_LOST_MS) return "polling";
    const grace = shownState ? 0 : isPush ? 1500 : 2 * POLL_LOST_MS;
    return Date.now() - downSince > grace ? "lost" : "";
  }
  function showState() {
    const state = stateNow();
    const shown = layoutOf("connection");
    // What moves while a past moment is looked at are late lines alone: that is not "live".
    const isRefused = document.querySelector("#content .refused") !== null;
    const words = isPast() && !isRefused && (state === "live" || state === "polling") ? PAST : STATES[state];
    if (!state || (shown && shown.props["data-connection"] === state && shown.props["data-state"] === words[1])) return;
    const props = { children: words[0], title: words[2], "data-connection": state, "data-state": words[1] };
    if (set("connection", props)) shownState = state;
  }
  function steer() {
    const paused = isPaused();
    const hidden = isHidden();
    if (!hidden) hiddenSince = 0; else if (!hiddenSince) hiddenSince = Date.now();
    const away = hidden && Date.now() - hiddenSince >= HIDDEN_MS;
    const here = currentKey();
    if (here !== key) {
      key = here;
      newest = shown = null;
      forget();
    }
    const active = !paused && !away;
    if (isPush) room.line.want(active ? key : null);
    if (room.line.up() || !active) downSince = Date.now();
    const poll = active && (!isPush || room.line.lacks() || Date.now() - downSince > TAKE_OVER_MS);
    steerInterval(poll);
    shownInterval = poll;
    showState();
    watchContent();
  }
  function watchContent() {
    const now = document.getElementById("_pages_content");
    if (now === content || !now) return;
    content = now;
    new MutationObserver(function () { forget(); apply(); }).observe(now, { childList: true });
  }

  function boot() {
    const ready = window.dash_clientside && window.dash_clientside.set_props &&
      window.dash_component_api && room.line && layoutOf("live-interval");
    if (!ready) { setTimeout(boot, 25); return; }
    room.line.start({
      onFrame: function (_key, text) { take(text); showState(); },
      onBeat: noteClock,
      onBuild: noteBuild,
      onState: function (up) { if (!up) downSince = Date.now(); steer(); },
      onReturn: steer,
    });
    document.addEventListener("visibilitychange", function () {
      steer();
      if (!isHidden() && !isPaused()) apply();
    });
    window.addEventListener("deskwatch:pause", function () { steer(); if (!isPaused()) { forget(); apply(); } });
    ["popstate", "_dashprivate_pushstate", "_dashprivate_historychange"].forEach(function (name) {
      window.addEventListener(name, function () { setTimeout(steer, 0); forget(); });
    });
    setInterval(steer, 250);
    downSince = Date.now();
    steer();
  }
  boot();
})();
