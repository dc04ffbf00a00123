// Pop-ups of features with their curves, search, the switch between maps, the time slider, and origins of figures.
(function () {
  var words = JSON.parse(document.getElementById("words").textContent);
  var scenarios = new Map(words.scenarios.map(function (s) { return [s.name, s]; }));
  var SVG = document.querySelector("svg.symbols").namespaceURI;

  function make(tag, attributes, text) {
    var node = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (k) { node.setAttribute(k, attributes[k]); });
    if (text !== undefined) { node.textContent = text; }
    return node;
  }
  function draw(tag, attributes, text) {
    var node = document.createElementNS(SVG, tag);
    Object.keys(attributes).forEach(function (k) { node.setAttribute(k, attributes[k]); });
    if (text !== undefined) { node.textContent = text; }
    return node;
  }

  // A small chart: one curve for each scenario, with its largest value written out.
  function chart(title, step, curves, rim) {
    var box = make("div", { "class": "curve" });
    box.appendChild(make("p", { "class": "small" }, title));
    var all = curves.reduce(function (a, c) { return a.concat(c.values); }, rim === undefined ? [] : [rim]);
    var high = Math.max.apply(null, all.concat([0])), low = Math.min.apply(null, all.concat([0]));
    if (high === low) { high = low + 1; }
    var w = 300, h = 90, longest = Math.max.apply(null, curves.map(function (c) { return c.values.length; }));
    var svg = draw("svg", { viewBox: "0 0 " + (w + 44) + " " + (h + 26), role: "img", "aria-label": title });
    function y(v) { return 6 + (high - v) / (high - low) * h; }
    function x(i) { return 40 + i / Math.max(longest - 1, 1) * w; }
    svg.appendChild(draw("path", { d: "M40 6V" + (h + 6) + "H" + (w + 40), "class": "axis" }));
    [high, low].forEach(function (v) {
      svg.appendChild(draw("text", { x: 36, y: y(v) + 4, "text-anchor": "end" }, String(Math.round(v * 100) / 100)));
    });
    svg.appendChild(draw("text", { x: w + 40, y: h + 22, "text-anchor": "end" }, words.minutes.replace("{minutes}", step * (longest - 1))));
    if (rim !== undefined) { svg.appendChild(draw("path", { d: "M40 " + y(rim) + "H" + (w + 40), "class": "rim" })); }
    curves.forEach(function (c) {
      var d = c.values.map(function (v, i) { return (i ? "L" : "M") + x(i).toFixed(1) + " " + y(v).toFixed(1); }).join("");
      svg.appendChild(draw("path", { d: d, "class": "curve-" + c.scenario.line }));
    });
    box.appendChild(svg);
    curves.forEach(function (c) {
      var most = c.values.reduce(function (a, v) { return Math.abs(v) > Math.abs(a) ? v : a; }, 0);
      box.appendChild(make("p", { "class": "small key-" + c.scenario.line }, c.scenario.label + ": " + words.maximum + " " + most));
    });
    return box;
  }

  var popup = document.getElementById("popup"), opener = null;
  function close() {
    if (popup.hidden) { return; }
    popup.hidden = true;
    document.querySelectorAll(".picked").forEach(function (e) { e.classList.remove("picked"); });
    if (opener) { opener.focus({ preventScroll: true }); }
  }
  popup.querySelector(".close").addEventListener("click", close);
  document.addEventListener("keydown", function (e) { if (e.key === "Escape") { close(); } });

  function show(set, id, at) {
    var marks = Array.from(set.querySelectorAll("[data-f]")).filter(function (e) { return e.dataset.f === id; });
    if (!marks.length) { return; }
    close();
    opener = at.from;
    marks.forEach(function (e) { e.classList.add("picked"); });
    var body = popup.querySelector(".what");
    body.textContent = "";
    body.appendChild(make("h2", {}, id));
    var told = new Set();
    marks.forEach(function (e) {
      var title = e.querySelector("title"), scenario = e.closest("figure").dataset.scenario;
      if (!title) { return; }
      var text = title.textContent.split(" · ").slice(1).join(" · ");
      if (told.has(scenario + text)) { return; }
      told.add(scenario + text);
      body.appendChild(make("p", {}, scenarios.get(scenario).label + ": " + text));
    });
    var data = set.series;
    [["d", words.depth, 0.01], ["f", words.flow, 0.1]].forEach(function (kind) {
      var curves = [], rim;
      words.scenarios.forEach(function (scenario) {
        var own = data.of && data.of[scenario.name], found = own && own[kind[0]][id];
        if (!found) { return; }
        if (kind[0] === "d" && own.rim[id] !== undefined) { rim = own.rim[id] * kind[2]; }
        curves.push({ scenario: scenario, values: found.map(function (v) { return Math.round(v * kind[2] * 1000) / 1000; }) });
      });
      if (curves.length) { body.appendChild(chart(kind[1], data.step, curves, rim)); }
    });
    popup.hidden = false;
    var wide = popup.offsetWidth, tall = popup.offsetHeight;
    popup.style.left = Math.max(8, Math.min(at.x + 12, innerWidth - wide - 8)) + "px";
    popup.style.top = Math.max(8, Math.min(at.y + 12, innerHeight - tall - 8)) + "px";
    // A pointer stays with its map, so that the wheel goes on zooming; a keyboard goes into the pop-up.
    if (at.keyboard) { popup.querySelector(".close").focus({ preventScroll: true }); }
  }

  document.querySelectorAll(".mapset").forEach(function (set) {
    var holder = set.querySelector("script.series");
    var loaded = null;
    // Parsed when first asked for: a page of many communities opens at once.
    Object.defineProperty(set, "series", {
      get: function () { return loaded = loaded || (holder ? JSON.parse(holder.textContent) : {}); }
    });

    set.querySelectorAll(".switch input").forEach(function (radio) {
      radio.addEventListener("change", function () {
        var all = radio.value === "both";
        set.classList.toggle("only", !all);
        set.querySelectorAll("figure[data-scenario]").forEach(function (figure) {
          figure.hidden = !all && figure.dataset.scenario !== radio.value;
        });
      });
    });

    set.querySelectorAll(".mapbox").forEach(function (box) {
      var down = null;
      box.addEventListener("pointerdown", function (e) { down = [e.clientX, e.clientY]; });
      box.addEventListener("click", function (e) {
        if (down && Math.hypot(e.clientX - down[0], e.clientY - down[1]) > 5) { return; }
        // A ponding site's circle lies over the pipes: what is under it is what was meant.
        var feature = document.elementsFromPoint(e.clientX, e.clientY)
          .map(function (hit) { return box.contains(hit) ? hit.closest("[data-f]") : null; })
          .find(function (found) { return found; });
        if (feature) { show(set, feature.dataset.f, { x: e.clientX, y: e.clientY, from: box }); } else { close(); }
      });
    });

    var search = set.querySelector(".search input"), found = set.querySelector(".found");
    search.addEventListener("input", function () {
      found.textContent = "";
      var asked = search.value.trim().toLowerCase();
      if (!asked) { return; }
      var ids = new Set();
      set.querySelectorAll("[data-f]").forEach(function (e) {
        if (e.dataset.f.toLowerCase().indexOf(asked) >= 0) { ids.add(e.dataset.f); }
      });
      found.appendChild(make("span", { "class": "small" }, ids.size ? words.found.replace("{count}", ids.size) : words.none));
      Array.from(ids).slice(0, 12).forEach(function (id) {
        var button = make("button", { type: "button" }, id);
        button.addEventListener("click", function () {
          var r = button.getBoundingClientRect();
          show(set, id, { x: r.left, y: r.bottom, from: button, keyboard: true });
        });
        found.appendChild(button);
      });
    });
    search.addEventListener("keydown", function (e) {
      var first = found.querySelector("button");
      if (e.key === "Enter" && first) { e.preventDefault(); first.click(); }
    });

    var range = set.querySelector(".slide input");
    if (!range) { return; }
    var output = set.querySelector(".slide output"), play = set.querySelector(".play"), timer = null;
    function ready() {
      var data = set.series, n = 0;
      Object.values(data.of || {}).forEach(function (own) {
        Object.keys(own.d).forEach(function (id) { n = Math.max(n, own.d[id].length); });
        n = Math.max(n, ((own.water || {}).png || []).length);
      });
      range.max = Math.max(n - 1, 1);
    }
    function paint() {
      var data = set.series, t = Number(range.value);
      set.classList.add("sliding");
      output.textContent = words.minutes.replace("{minutes}", t * data.step);
      set.querySelectorAll("figure[data-scenario]").forEach(function (figure) {
        var own = (data.of || {})[figure.dataset.scenario], view = figure.querySelector("svg.view");
        var group = view.querySelector(".l-slide") || view.appendChild(draw("g", { "class": "l-slide" }));
        group.textContent = "";
        if (!own) { return; }
        if (own.water) {
          var png = own.water.png[Math.min(t, own.water.png.length - 1)], box = own.water.box;
          if (png) {
            group.appendChild(draw("image", {
              "class": "water", x: box[0] - Number(view.dataset.left), y: Number(view.dataset.top) - box[1],
              width: box[2], height: box[3], preserveAspectRatio: "none", href: "data:image/png;base64," + png
            }));
          }
        }
        view.querySelectorAll(".node[data-f]").forEach(function (node) {
          var id = node.dataset.f, depths = own.d[id], rim = own.rim[id];
          if (!depths || rim === undefined || !(depths[Math.min(t, depths.length - 1)] > rim)) { return; }
          var above = depths[Math.min(t, depths.length - 1)] - rim;
          var place = node.querySelector("g[transform]").getAttribute("transform");
          var mark = draw("g", { transform: place, "class": "wet" });
          var kept = draw("g", { "class": "k" });
          kept.appendChild(draw("circle", { r: Math.min(30, 5 + Math.sqrt(above) * 4) }));
          kept.appendChild(draw("text", { y: 4, "text-anchor": "middle" }, above + " cm"));
          mark.appendChild(kept);
          group.appendChild(mark);
        });
      });
    }
    range.addEventListener("pointerdown", ready);
    range.addEventListener("focus", ready);
    range.addEventListener("input", paint);
    play.addEventListener("click", function () {
      if (timer) { clearInterval(timer); timer = null; play.textContent = words.play; return; }
      ready();
      play.textContent = words.pause;
      if (Number(range.value) >= Number(range.max)) { range.value = 0; }
      timer = setInterval(function () {
        if (Number(range.value) >= Number(range.max)) { play.click(); return; }
        range.value = Number(range.value) + 1;
        paint();
      }, 250);
    });
  });

  var dialog = document.getElementById("trace");
  if (dialog) {
    var traces = null;
    dialog.querySelector(".close").addEventListener("click", function () { dialog.close(); });
    document.addEventListener("click", function (e) {
      var button = e.target.closest ? e.target.closest("button.trace") : null;
      if (!button) { return; }
      traces = traces || JSON.parse(document.getElementById("traces").textContent);
      var list = dialog.querySelector("dl");
      list.textContent = "";
      button.dataset.trace.split(",").forEach(function (key, i) {
        var lines = traces.of[key];
        if (!lines) { return; }
        if (i) { list.appendChild(make("dt", { "class": "rule" }, "")); list.appendChild(make("dd", { "class": "rule" }, "")); }
        for (var n = 0; n < lines.length; n += 2) {
          list.appendChild(make("dt", {}, traces.words[lines[n]]));
          list.appendChild(make("dd", {}, traces.words[lines[n + 1]]));
        }
      });
      dialog.showModal();
    });
  }
}());
