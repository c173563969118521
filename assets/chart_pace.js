/* How often the charts of a page are drawn anew. A chart takes many times longer to draw than all
   numbers of a page take to be put in place, and while it is drawn no number arrives: so the charts
   get a share of the time at most. A quick machine draws them at each frame, a slow one less often;
   the newest state is always drawn in the end. */
(function () {
  "use strict";
  const room = (window.deskwatch = window.deskwatch || {});
  const RESTS = 2; // a third of the time draws
  const LONGEST_REST_MS = 1000;

  room.chartPace = function (draw) {
    let timer = null;
    let isWanted = false;
    let isDrawing = false;
    let restsUntil = 0;

    function begin() {
      timer = null;
      isWanted = false;
      isDrawing = true;
      const begun = performance.now();
      try { draw(); } finally {
        // The charts draw in tasks that follow this one: what is queued now comes behind them.
        setTimeout(function () { setTimeout(end, 0, begun); }, 0);
      }
    }
    function end(begun) {
      isDrawing = false;
      const now = performance.now();
      restsUntil = now + Math.min(RESTS * (now - begun), LONGEST_REST_MS);
      if (isWanted) want();
    }
    function want() {
      isWanted = true;
      if (timer === null && !isDrawing) {
        timer = setTimeout(begin, Math.max(0, restsUntil - performance.now()));
      }
    }
    /* A page that was just opened, or chosen anew, does not wait for the rest after another. */
    function hurry() {
      restsUntil = 0;
      if (timer !== null) { clearTimeout(timer); timer = null; }
      if (isWanted) want();
    }
    return { want: want, hurry: hurry };
  };
})();
