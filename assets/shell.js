/* The viewer's own switches: window, zone, theme, pause, pages by key. All of it lives in the address,
   but the theme, which is the browser's. Nothing here touches a live property of Dash. */
(function () {
  "use strict";
  var WINDOWS = ["1m", "5m", "15m", "1h", "6h", "all"], ZONES = ["utc", "browser", "exchange"];
  var KEPT = ["window", "at", "account", "source", "symbol", "order", "mode", "status", "tz", "paused"], OF_ONE_PAGE = ["order", "mode", "status"];
  var root = document.documentElement, formatters = {}, observer = null;

  function query() { return new URLSearchParams(location.search); }
  function address(path, params) {
    var text = params.toString();
    return path + (text ? "?" + text : "");
  }
  /* Dash's Location listens to popstate; the browser alone cares for zone and pause. */
  function visit(url) {
    history.pushState({}, "", url);
    window.dispatchEvent(new PopStateEvent("popstate"));
    sync();
  }
  function change(changes, own) {
    var params = query();
    Object.keys(changes).forEach(function (name) {
      if (changes[name] === null) params.delete(name); else params.set(name, changes[name]);
    });
    var url = address(location.pathname, params);
    if (own) { history.replaceState({}, "", url); sync(); } else visit(url);
  }
  function kept(except) {
    var from = query(), to = new URLSearchParams();
    KEPT.forEach(function (name) { if (from.has(name) && except.indexOf(name) < 0) to.set(name, from.get(name)); });
    return to;
  }

  /* Theme */
  function setTheme(name, keep) {
    root.setAttribute("data-bs-theme", name);
    if (document.body) document.body.dataset.agThemeMode = name;
    if (keep) try { localStorage.setItem("deskwatch-theme", name); } catch (_e) { /* private mode */ }
  }
  function firstTheme() {
    try { var said = localStorage.getItem("deskwatch-theme"); if (said) return said; } catch (_e) { /* private mode */ }
    return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  function otherTheme() { setTheme(root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark", true); }

  /* Zone: the server says UTC; another zone is written over it as elements come and change. */
  function zone() { var z = query().get("tz"); return ZONES.indexOf(z) < 0 ? "utc" : z; }
  function zoneName() {
    if (zone() === "browser") return Intl.DateTimeFormat().resolvedOptions().timeZone;
    var shell = document.getElementById("shell");
    return zone() === "exchange" && shell ? shell.dataset.exchangeZone || "UTC" : "UTC";
  }
  function written(ms, kind, name) {
    var key = kind + name;
    if (!formatters[key]) {
      var options = { timeZone: name, hourCycle: "h23", hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 };
      if (kind !== "time") { options.year = "numeric"; options.month = "2-digit"; options.day = "2-digit"; }
      formatters[key] = new Intl.DateTimeFormat("en-GB", options);
    }
    var parts = {};
    formatters[key].formatToParts(new Date(ms)).forEach(function (part) { parts[part.type] = part.value; });
    var clock = parts.hour + ":" + parts.minute + ":" + parts.second + "." + parts.fractionalSecond;
    if (kind === "time") return clock;
    var day = parts.year + "-" + parts.month + "-" + parts.day;
    return day + " " + (kind === "day" ? clock.slice(0, 5) : clock);
  }
  function localize(element, name) {
    if (element.hasAttribute("data-zone-label")) {
      var label = name === "UTC" ? "UTC" : name.split("/").pop().replace(/_/g, " ");
      var text = (element.getAttribute("data-zone-label") || "") + label;
      if (element.textContent !== text) element.textContent = text;
      return;
    }
    var shown = written(Number(element.dataset.utcMs), element.dataset.format || "time", name);
    if (element.textContent !== shown) element.textContent = shown;
  }
  function localizeAll(scope, name) {
    if (scope.matches && scope.matches("time[data-utc-ms],[data-zone-label]")) localize(scope, name);
    if (scope.querySelectorAll) scope.querySelectorAll("time[data-utc-ms],[data-zone-label]").forEach(function (e) { localize(e, name); });
  }
  function watchTimes() {
    var name = zoneName();
    if (observer) { observer.disconnect(); observer = null; }
    localizeAll(document, name);
    if (name === "UTC") return;
    observer = new MutationObserver(function (records) {
      records.forEach(function (record) {
        var at = record.target.nodeType === 1 ? record.target : record.target.parentElement;
        var time = at && at.closest("time[data-utc-ms],[data-zone-label]");
        if (time) localize(time, name);
        record.addedNodes.forEach(function (node) { if (node.nodeType === 1) localizeAll(node, name); });
      });
    });
    observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["data-utc-ms"] });
  }

  function chosenWindow() {
    var shell = document.getElementById("shell");
    return query().get("window") || (shell && shell.dataset.defaultWindow) || "5m";
  }

  /* What the address says, shown on the switches */
  function sync() {
    var params = query(), chosen = chosenWindow();
    all("[data-window]").forEach(function (link) {
      mark(link, "aria-current", link.dataset.window === chosen ? "true" : null);
    });
    all("[data-zone]").forEach(function (button) { mark(button, "aria-pressed", String(button.dataset.zone === zone())); });
    all("[data-nav]").forEach(function (link) {
      var paths = link.dataset.nav.split(" ");
      mark(link, "aria-current", paths.some(leadsHere) ? "page" : null);
      link.setAttribute("href", address(paths[0], kept(OF_ONE_PAGE)));
    });
    var at = params.get("at"), paused = params.get("paused") === "1";
    mark(root, "data-replay", at ? "true" : null);
    var said = document.getElementById("replay-at");
    if (said) said.textContent = at === "last" ? "its newest event" : at || "";
    setPaused(paused);
    choose(params.get("source") || "");
    chips(params);
    watchTimes();
  }
  /* The pages of one thing, "/session/*", belong to the entry of the list that leads to them. */
  function leadsHere(path) {
    var here = location.pathname;
    return path.slice(-1) === "*" ? here.indexOf(path.slice(0, -1)) === 0 : here === path;
  }
  function all(selector) { return Array.prototype.slice.call(document.querySelectorAll(selector)); }
  function mark(element, name, value) {
    if (value === null) element.removeAttribute(name); else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
  function chooser() { return document.getElementById("source-chooser"); }
  /* A page names the sources that there are, also those that came after it was opened; one alone is
     no choice. */
  function offerSources() {
    var head = document.querySelector("[data-sources]"), list = chooser();
    if (!head || !list) return;
    var said = head.getAttribute("data-sources");
    if (list.dataset.offered === said) return;
    var names = JSON.parse(said);
    list.dataset.offered = said;
    list.replaceChildren(new Option("all " + names.length, ""));
    names.forEach(function (one) { list.add(new Option(one[1], one[0])); });
    document.getElementById("source-choice").hidden = names.length < 2;
    choose(query().get("source") || "");
    chips(query());
  }
  function choose(name) {
    var list = chooser();
    if (!list || !list.length) return;
    list.value = name;
    if (list.value !== name) {
      list.add(new Option(name + " (not attached)", name));
      list.value = name;
    }
    mark(list, "data-chosen", name ? "true" : null);
  }
  function chips(params) {
    var box = document.getElementById("filter-chips");
    if (!box) return;
    box.textContent = "";
    var chosen = ["account", "symbol", "order", "mode", "status"];
    if (document.getElementById("source-choice").hidden) chosen.unshift("source");
    chosen.forEach(function (name) {
      if (!params.get(name)) return;
      var chip = document.createElement("button");
      chip.type = "button"; chip.className = "control"; chip.dataset.drop = name;
      chip.title = "Show all again"; chip.textContent = name + ": " + params.get(name) + " ✕";
      box.appendChild(chip);
    });
  }
  function setPaused(on) {
    if ((root.getAttribute("data-paused") === "true") === on) return;
    mark(root, "data-paused", on ? "true" : null);
    var button = document.getElementById("pause-button");
    if (button) mark(button, "aria-pressed", String(on));
    window.dispatchEvent(new CustomEvent("deskwatch:pause", { detail: { paused: on } }));
  }
  function togglePause() { change({ paused: query().get("paused") === "1" ? null : "1" }, true); }
  function nextZone() { var next = ZONES[(ZONES.indexOf(zone()) + 1) % 3]; change({ tz: next === "utc" ? null : next }, true); }
  function stepWindow(step) {
    var at = WINDOWS.indexOf(chosenWindow()), to = Math.min(Math.max(at + step, 0), WINDOWS.length - 1);
    if (to !== at) change({ window: WINDOWS[to] });
  }
  function toggleHelp(open) {
    var dialog = document.getElementById("help");
    if (!dialog) return;
    if (dialog.open) dialog.close(); else if (open !== false) dialog.showModal();
  }
  var ACTIONS = {
    pause: togglePause, theme: otherTheme, help: toggleHelp,
    close: function () { toggleHelp(false); }, live: function () { change({ at: null }); }
  };

  document.addEventListener("click", function (event) {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    var target = event.target.closest("[data-action],[data-zone],[data-drop],a[data-nav],a[data-page],a[data-query]");
    if (!target) return;
    event.preventDefault();
    if (target.dataset.action) ACTIONS[target.dataset.action]();
    else if (target.dataset.zone) change({ tz: target.dataset.zone === "utc" ? null : target.dataset.zone }, true);
    else if (target.dataset.drop) { var dropped = {}; dropped[target.dataset.drop] = null; change(dropped); }
    else if (target.hasAttribute("data-nav")) visit(target.getAttribute("href"));
    else if (target.hasAttribute("data-page")) {
      var there = kept(OF_ONE_PAGE);
      new URLSearchParams(target.search).forEach(function (value, name) { there.set(name, value); });
      visit(address(target.pathname, there));
    }
    else {
      var changes = {};
      new URLSearchParams(target.search).forEach(function (value, name) { changes[name] = value || null; });
      if (target.pathname !== location.pathname) {
        var params = kept(Object.keys(changes));
        Object.keys(changes).forEach(function (name) { if (changes[name] !== null) params.set(name, changes[name]); });
        visit(address(target.pathname, params));
      } else change(changes);
    }
  });
  document.addEventListener("change", function (event) {
    if (event.target.id !== "source-chooser") return;
    change({ source: event.target.value || null });
    /* Who chose by hand has the keys again; who chose by keys goes on from here. */
    if (!event.target.matches(":focus-visible")) event.target.blur();
  });
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) || event.target.isContentEditable) return;
    var key = event.key, links = all(".shell-nav a");
    if (key === "?") toggleHelp();
    else if (document.querySelector("dialog[open]")) return;
    else if (key === "p") togglePause();
    else if (key === "t") otherTheme();
    else if (key === "z") nextZone();
    else if (key === "s" && chooser().offsetParent) chooser().focus();
    else if (key === "l" && query().has("at")) change({ at: null });
    else if (key === "[") stepWindow(-1);
    else if (key === "]") stepWindow(1);
    else if (/^[1-9]$/.test(key) && links[key - 1]) visit(links[key - 1].getAttribute("href"));
    else return;
    event.preventDefault();
  });
  window.addEventListener("popstate", sync);

  setTheme(firstTheme(), false);
  /* The shell is there once Dash has drawn it; zone labels and times of a page come later. */
  var waiting = new MutationObserver(function () {
    if (!document.getElementById("pause-button")) return;
    waiting.disconnect();
    setTheme(root.getAttribute("data-bs-theme"), false);
    sync();
    var content = document.getElementById("_pages_content");
    new MutationObserver(offerSources).observe(content, { childList: true });
    new MutationObserver(offerSources).observe(content, { subtree: true, attributeFilter: ["data-sources"] });
    offerSources();
  });
  waiting.observe(root, { childList: true, subtree: true });
})();
