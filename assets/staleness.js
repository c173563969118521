/* Ages by the browser's own clock: a frozen server cannot look alive.

   A panel says when its data was true (data-as-of-ms) and how long that is good for
   (data-stale-after-seconds). Fresh up to that, late up to three times that, dead beyond. What the
   server said about an empty or sick source stays as it is. */
(function () {
  "use strict";
  const room = (window.deskwatch = window.deskwatch || {});
  const EVERY_MS = 500;
  const DEAD_FACTOR = 3;
  const AGED = ["fresh", "late", "dead"];

  function now() { return Date.now() + (room.skewMs || 0); }
  function two(number) { return String(number).padStart(2, "0"); }
  /* The same words as formats.age() of the server. */
  function ageText(seconds) {
    const sign = seconds <= -1 ? "\u2212" : "";
    const left = Math.trunc(Math.abs(seconds));
    if (left < 1) return "now";
    if (left < 60) return sign + left + " s";
    if (left < 3600) return sign + Math.trunc(left / 60) + " min " + two(left % 60) + " s";
    if (left < 172800) return sign + Math.trunc(left / 3600) + " h " + two(Math.trunc((left % 3600) / 60)) + " min";
    return sign + String(Math.trunc(left / 86400)).replace(/\B(?=(\d{3})+$)/g, "\u2009") + " days";
  }
  function write(node, text) {
    if (node && node.textContent !== text) node.textContent = text;
  }
  function agePanel(panel, moment) {
    const data = panel.dataset;
    if (room.live && room.live.problem) {
      if (data.state !== "error") { data.stateBefore = data.state; data.state = "error"; }
    } else if (data.stateBefore) {
      data.state = data.stateBefore;
      delete data.stateBefore;
    }
    const label = panel.querySelector("[data-age]");
    if (!data.asOfMs) { write(label, ""); return; }
    const seconds = (moment - Number(data.asOfMs)) / 1000;
    if (data.replay === "true") { write(label, "then"); return; }
    write(label, ageText(seconds));
    const limit = Number(data.staleAfterSeconds);
    if (AGED.indexOf(data.state) < 0 || !(limit > 0)) return;
    const state = seconds > DEAD_FACTOR * limit ? "dead" : seconds > limit ? "late" : "fresh";
    if (data.state !== state) data.state = state;
  }
  function age() {
    const moment = now();
    document.querySelectorAll("[data-panel]").forEach(function (panel) { agePanel(panel, moment); });
    document.querySelectorAll("[data-age-of-ms]").forEach(function (node) {
      const since = node.dataset.ageOfMs;
      if (since) write(node, ageText((moment - Number(since)) / 1000));
    });
  }
  room.ageText = ageText;
  window.addEventListener("deskwatch:problem", age);
  setInterval(age, EVERY_MS);
})();
