/* Table bodies from their data-rows: every text is written as text, every address is this site's.
   React owns the element and its attributes, this script what is inside; only changed cells are touched. */
(function () {
  "use strict";
  var COLUMNS = new WeakMap(), SHOWN = new WeakMap();

  function inner(cell) {
    var made;
    if (cell.page !== undefined) {
      made = document.createElement("a");
      if (/^\/(?!\/)/.test(cell.page)) made.setAttribute("href", cell.page);
      made.setAttribute("data-page", "");
    } else if (cell.href !== undefined) {
      made = document.createElement("a");
      if (/^[?/](?!\/)/.test(cell.href)) made.setAttribute("href", cell.href);
      if (cell.href.charAt(0) === "?") made.setAttribute("data-query", "");
      else { made.target = "_blank"; made.rel = "noopener"; }
    } else if (cell.utc !== undefined) {
      made = document.createElement("time");
      made.dateTime = new Date(cell.utc).toISOString();
      made.dataset.utcMs = cell.utc;
      made.dataset.format = cell.format || "time";
    } else if (cell.share !== undefined) {
      made = document.createElement("div");
      made.className = "funnel-bar";
      var fill = document.createElement("div");
      fill.className = "funnel-fill";
      fill.style.width = 100 * cell.share + "%";
      made.appendChild(fill);
      return made;
    } else {
      made = document.createElement("span");
      if (cell.tone) { made.className = "badge-state"; made.dataset.tone = cell.tone; }
      if (cell.mono) made.className = "mono";
      if (cell.age !== undefined) made.dataset.ageOfMs = cell.age;
    }
    made.textContent = cell.text;
    if (cell.title) made.title = cell.title;
    return made;
  }
  function write(td, cell) {
    if (typeof cell !== "object" || cell === null) {
      td.textContent = cell === null ? "—" : String(cell);
      if (!td.classList.contains("right")) td.title = td.textContent;
    } else {
      td.removeAttribute("title");
      td.replaceChildren(inner(cell));
    }
  }
  function newCell(column) {
    var td = document.createElement("td");
    if (column.class) td.className = column.class;
    if (column.metric) { td.dataset.metric = column.metric; td.classList.add("num"); }
    return td;
  }
  function writeRow(tr, columns, row, before) {
    if (!row.selected !== !(before && before.selected)) { if (row.selected) tr.dataset.selected = "true"; else delete tr.dataset.selected; }
    var data = JSON.stringify(row.data), moved = !before || data !== JSON.stringify(before.data);
    columns.forEach(function (column, i) {
      var td = tr.cells[i];
      if (moved && column.metric) {
        if (before && before.data) Object.keys(before.data).forEach(function (name) { delete td.dataset[name]; });
        if (row.data) Object.keys(row.data).forEach(function (name) { td.dataset[name] = row.data[name]; });
      }
      if (!before || JSON.stringify(row.cells[i]) !== JSON.stringify(before.cells[i])) write(td, row.cells[i]);
    });
  }
  function draw(body) {
    if (!COLUMNS.has(body)) COLUMNS.set(body, JSON.parse(body.dataset.columns));
    var columns = COLUMNS.get(body), rows = JSON.parse(body.dataset.rows || "[]"), before = SHOWN.get(body) || [];
    if (!before.length) body.replaceChildren();
    while (body.rows.length > rows.length) body.deleteRow(-1);
    rows.forEach(function (row, i) {
      var tr = body.rows[i], known = i < before.length ? before[i] : null;
      if (!tr) {
        tr = document.createElement("tr");
        columns.forEach(function (column) { tr.appendChild(newCell(column)); });
        body.appendChild(tr);
      }
      writeRow(tr, columns, row, known);
    });
    if (!rows.length) {
      var td = body.insertRow().insertCell();
      td.colSpan = columns.length;
      td.className = "table-none";
      td.textContent = body.dataset.none || "";
    }
    SHOWN.set(body, rows);
  }
  function drawAll(scope) {
    if (scope.matches && scope.matches("tbody[data-rows]")) draw(scope);
    else if (scope.querySelectorAll) scope.querySelectorAll("tbody[data-rows]").forEach(draw);
  }
  new MutationObserver(function (records) {
    var changed = new Set();
    records.forEach(function (record) {
      if (record.type === "attributes") { if (record.target.matches("tbody[data-rows]")) changed.add(record.target); }
      else record.addedNodes.forEach(function (node) { if (node.nodeType === 1 && !node.closest("tbody[data-rows]")) drawAll(node); else if (node.nodeType === 1 && node.matches("tbody[data-rows]")) changed.add(node); });
    });
    changed.forEach(draw);
  }).observe(document.documentElement, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-rows", "data-none"] });
  drawAll(document);
})();
