"use strict";
(function () {
  // Sorting: by data-sort where a cell has it, as numbers where all are numbers; unknown figures last.
  document.querySelectorAll("table.sortable").forEach(function (table) {
    var headings = Array.from(table.tHead.rows[0].cells);
    headings.forEach(function (heading, column) {
      heading.querySelector("button").addEventListener("click", function () {
        var down = heading.getAttribute("aria-sort") === "ascending";
        headings.forEach(function (h) { h.removeAttribute("aria-sort"); });
        heading.setAttribute("aria-sort", down ? "descending" : "ascending");
        var rows = Array.from(table.tBodies[0].rows).map(function (row) {
          var cell = row.cells[column];
          return [cell.dataset.sort || cell.textContent.trim(), row];
        });
        var numeric = rows.every(function (r) { return r[0] === "" || !isNaN(Number(r[0])); });
        rows.sort(function (a, b) {
          if (a[0] === "" || b[0] === "") { return (a[0] === "") - (b[0] === ""); }
          var order = numeric ? a[0] - b[0] : (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0);
          return down ? -order : order;
        });
        rows.forEach(function (r) { table.tBodies[0].appendChild(r[1]); });
      });
    });
  });

  document.querySelectorAll(".mapset").forEach(function (set) {
    var views = Array.from(set.querySelectorAll("svg.view"));
    var whole = views[0].getAttribute("viewBox").split(" ").map(Number);
    var now = { x: 0, y: 0, zoom: 1 };

    set.querySelectorAll("input[type=checkbox]").forEach(function (box) {
      function apply() {
        set.classList.toggle("hide-" + box.value, !box.checked);
        set.classList.toggle("show-" + box.value, box.checked);
      }
      box.addEventListener("change", apply);
      apply();
    });

    function nice(most) {
      var power = Math.pow(10, Math.floor(Math.log10(most)));
      return [5, 2, 1].map(function (s) { return s * power; }).find(function (s) { return s <= most; });
    }

    function show() {
      var w = whole[2] / now.zoom, h = whole[3] / now.zoom;
      now.x = Math.min(Math.max(now.x, 0), whole[2] - w);
      now.y = Math.min(Math.max(now.y, 0), whole[3] - h);
      set.classList.toggle("zoomed", now.zoom > 1);
      views.forEach(function (view) {
        view.setAttribute("viewBox", [now.x, now.y, w, h].join(" "));
        view.style.setProperty("--k", 1 / now.zoom);
        var bar = view.parentNode.querySelector(".scalebar");
        var metres = nice(w / 4), px = metres / w * 640;
        bar.querySelectorAll("path").forEach(function (p) { p.setAttribute("d", "M0 -6V0H" + px.toFixed(1) + "V-6"); });
        bar.querySelector("text").setAttribute("x", px / 2);
        bar.querySelector("text").textContent = metres + " m";
      });
    }

    // Zoom so that the place under (fx, fy), shares of the map's width and height, stays where it is.
    function zoomAt(factor, fx, fy) {
      var zoom = Math.min(Math.max(now.zoom * factor, 1), 20);
      now.x += whole[2] * fx * (1 / now.zoom - 1 / zoom);
      now.y += whole[3] * fy * (1 / now.zoom - 1 / zoom);
      now.zoom = zoom;
      show();
    }

    set.querySelectorAll("[data-zoom]").forEach(function (button) {
      button.addEventListener("click", function () {
        if (button.dataset.zoom === "reset") { now = { x: 0, y: 0, zoom: 1 }; show(); return; }
        zoomAt(button.dataset.zoom === "in" ? 1.5 : 1 / 1.5, 0.5, 0.5);
      });
    });

    set.querySelectorAll(".mapbox").forEach(function (box) {
      var pointers = new Map();
      function share(e) {
        var r = box.getBoundingClientRect();
        return [(e.clientX - r.left) / r.width, (e.clientY - r.top) / r.height];
      }
      box.addEventListener("wheel", function (e) {
        // Without a click first the wheel scrolls the page, as a reader of a long document expects.
        if (document.activeElement !== box && !e.ctrlKey) { return; }
        e.preventDefault();
        var at = share(e);
        zoomAt(Math.exp(-e.deltaY * 0.0015), at[0], at[1]);
      }, { passive: false });
      box.addEventListener("pointerdown", function (e) {
        box.focus({ preventScroll: true });
        pointers.set(e.pointerId, share(e));
        if (now.zoom > 1 || pointers.size > 1) { box.setPointerCapture(e.pointerId); }
      });
      box.addEventListener("pointermove", function (e) {
        var old = pointers.get(e.pointerId);
        if (!old) { return; }
        var at = share(e);
        if (pointers.size === 1 && now.zoom > 1) {
          now.x -= (at[0] - old[0]) * whole[2] / now.zoom;
          now.y -= (at[1] - old[1]) * whole[3] / now.zoom;
          show();
        } else if (pointers.size === 2) {
          var other = Array.from(pointers.entries()).find(function (p) { return p[0] !== e.pointerId; })[1];
          var before = Math.hypot(old[0] - other[0], old[1] - other[1]);
          var after = Math.hypot(at[0] - other[0], at[1] - other[1]);
          if (before > 0 && after > 0) { zoomAt(after / before, (at[0] + other[0]) / 2, (at[1] + other[1]) / 2); }
        }
        pointers.set(e.pointerId, at);
      });
      ["pointerup", "pointercancel", "pointerleave"].forEach(function (name) {
        box.addEventListener(name, function (e) { pointers.delete(e.pointerId); });
      });
      // Two fingers on a map that is not zoomed yet: the page must not scroll or zoom instead.
      box.addEventListener("touchmove", function (e) { if (e.touches.length > 1) { e.preventDefault(); } }, { passive: false });
      box.addEventListener("keydown", function (e) {
        var step = 0.1 / now.zoom;
        if (e.key === "+" || e.key === "=") { zoomAt(1.5, 0.5, 0.5); }
        else if (e.key === "-") { zoomAt(1 / 1.5, 0.5, 0.5); }
        else if (e.key.indexOf("Arrow") === 0 && now.zoom > 1) {
          now.x += whole[2] * step * ((e.key === "ArrowRight") - (e.key === "ArrowLeft"));
          now.y += whole[3] * step * ((e.key === "ArrowDown") - (e.key === "ArrowUp"));
          show();
        } else { return; }
        e.preventDefault();
      });
    });
  });
}());
