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
  function moment(value) {
    var date = typeof value === "number" ? new Date(value) : new Date(String(value).replace(" ", "T") + "Z");
    return isNaN(date) ? "" : date.toISOString().replace("T", " ").replace("Z", "");
  }
  function shown(value) { return typeof value === "number" && isFinite(value) ? String(Number(value.toPrecision(6))) : "—"; }
  function lineRows(traces) {
    var head = ["time (UTC)"].concat(traces.map(function (t) { return t.name + " (" + t.meta.unit + ")"; }));
    var rows = Array.from(traces[0].x, function (x, i) {
      return [moment(x)].concat(traces.map(function (t) { return shown(t.y[i]); }));
    });
    return { head: head, rows: rows.filter(function (r) { return r.slice(1).some(function (v) { return v !== "—"; }); }) };
  }
  function heatRows(trace) {
    var rows = [];
    for (var c = 0; c + 1 < trace.x.length; c++) for (var r = 0; r < trace.z.length; r++) {
      if (trace.z[r][c] > 0) rows.push([moment(trace.x[c]), shown(trace.y[r]) + "–" + shown(trace.y[r + 1]), shown(trace.z[r][c])]);
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
    if (traces.length) fill(box, traces[0].type === "heatmap" ? heatRows(traces[0]) : lineRows(traces));
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
