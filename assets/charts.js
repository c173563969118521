/* The three tools of every chart: show all of it, show it as a table, save it as an image.
   The table is made of what plotly drew, so it costs the server nothing and cannot disagree. */
(function () {
  "use strict";
  var MOST_ROWS = 500;

  function plot(graph) { return graph.querySelector(".js-plotly-plot"); }
  function cell(row, kind, text) {
    var made = document.createElement(kind);
    made.textContent = text;
    row.appendChild(made);
  }
  function moment(ms) { return new Date(ms).toISOString().replace("T", " ").replace("Z", ""); }
  function shown(value) { return typeof value === "number" && isFinite(value) ? String(Number(value.toPrecision(6))) : "—"; }
  function lineRows(traces, points) {
    var head = ["time (UTC)"].concat(traces.map(function (t) { return t.name + " (" + t.meta.unit + ")"; })), byTime = new Map();
    points.forEach(function (list, i) {
      list.forEach(function (point) {
        if (typeof point.x !== "number" || !isFinite(point.y)) return;
        if (!byTime.has(point.x)) byTime.set(point.x, traces.map(function () { return "—"; }));
        byTime.get(point.x)[i] = shown(point.y);
      });
    });
    var times = Array.from(byTime.keys()).sort(function (a, b) { return a - b; });
    return { head: head, rows: times.map(function (ms) { return [moment(ms)].concat(byTime.get(ms)); }) };
  }
  function heatRows(trace, drawn) {
    var rows = [];
    for (var c = 0; c + 1 < drawn.x.length; c++) for (var r = 0; r < drawn.z.length; r++) {
      if (drawn.z[r][c] > 0) rows.push([moment(drawn.x[c]), shown(trace.y[r]) + "–" + shown(trace.y[r + 1]), shown(drawn.z[r][c])]);
    }
    return { head: ["time (UTC)", "ms", trace.meta.unit], rows: rows };
  }
  function fill(box, made) {
    var table = document.createElement("table"), head = document.createElement("tr"), body = document.createElement("tbody");
    table.className = "data-table";
    made.head.forEach(function (text) { cell(head, "th", text); });
    made.rows.slice(-MOST_ROWS).reverse().forEach(function (values) {
      var row = document.createElement("tr");
      values.forEach(function (text) { cell(row, "td", text); });
      body.appendChild(row);
    });
    var top = document.createElement("thead");
    top.appendChild(head); table.appendChild(top); table.appendChild(body);
    box.replaceChildren(table);
  }
  function showTable(graph, gd) {
    var box = graph.querySelector(".graph-table"), on = graph.dataset.view !== "table";
    graph.dataset.view = on ? "table" : "chart";
    if (!on) { box.replaceChildren(); window.Plotly.Plots.resize(gd); return; }
    var traces = gd._fullData.filter(function (t) { return t.meta && t.meta.table; });
    var points = traces.map(function (t) { return gd.calcdata[t.index]; });
    if (traces.length) fill(box, traces[0].type === "heatmap" ? heatRows(traces[0], points[0][0]) : lineRows(traces, points));
  }
  function save(graph, gd) {
    var layout = Object.assign({}, gd.layout, { paper_bgcolor: "#fff", plot_bgcolor: "#fff", title: { text: graph.getAttribute("aria-label"), font: { size: 13 } }, margin: { l: 60, r: 20, t: 44, b: 44 } });
    window.Plotly.downloadImage({ data: gd.data, layout: layout }, { format: "png", width: 1200, height: 600, filename: "deskwatch" });
  }
  document.addEventListener("click", function (event) {
    var tool = event.target.closest("[data-graph-tool]");
    if (!tool) return;
    var graph = tool.closest(".graph"), gd = plot(graph);
    if (!gd || !window.Plotly) return;
    if (tool.dataset.graphTool === "zoom") window.Plotly.relayout(gd, { "xaxis.autorange": true, "yaxis.autorange": true });
    else if (tool.dataset.graphTool === "table") showTable(graph, gd);
    else save(graph, gd);
  });
})();
