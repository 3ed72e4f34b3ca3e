"use strict";
// The page says everything without this. It adds buttons that copy commands, sort tables, choose colours and open what
// is folded, and opens all of that for printing.
(function () {
  function copied(text, block) {
    if (navigator.clipboard && navigator.clipboard.writeText) {
      return navigator.clipboard.writeText(text).catch(function () { return selected(block); });
    }
    return selected(block);
  }

  // A page on a plain server has no clipboard, and a browser may refuse it: select the text, and copy the selection.
  function selected(block) {
    var range = document.createRange();
    range.selectNodeContents(block);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    return document.execCommand("copy") ? Promise.resolve() : Promise.reject(new Error("copy was refused"));
  }

  var said = document.getElementById("said");
  document.querySelectorAll(".commands").forEach(function (box) {
    var block = box.querySelector("code");
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.setAttribute("aria-label", "Copy: " + box.querySelector("pre").getAttribute("aria-label"));
    button.addEventListener("click", function () {
      copied(block.textContent, block).then(
        function () { button.textContent = "Copied"; said.textContent = "Copied"; },
        function () { button.textContent = "Select it"; said.textContent = "The browser refuses to copy; select the text"; }
      ).then(function () {
        setTimeout(function () { button.textContent = "Copy"; said.textContent = ""; }, 2000);
      });
    });
    box.appendChild(button);
  });

  // --- colours -------------------------------------------------------------------------------------------------

  var tools = document.getElementById("tools");
  tools.hidden = false;
  var choices = tools.querySelectorAll("[data-theme-choice]");
  choices.forEach(function (button) {
    button.addEventListener("click", function () {
      var theme = button.getAttribute("data-theme-choice");
      if (theme) {
        document.documentElement.setAttribute("data-theme", theme);
      } else {
        document.documentElement.removeAttribute("data-theme");
      }
      choices.forEach(function (other) { other.setAttribute("aria-pressed", String(other === button)); });
    });
  });

  // --- what is folded ------------------------------------------------------------------------------------------

  var unfold = document.getElementById("unfold");
  unfold.addEventListener("click", function () {
    var open = unfold.getAttribute("aria-pressed") !== "true";
    unfold.setAttribute("aria-pressed", String(open));
    document.querySelectorAll("details").forEach(function (part) { part.open = open; });
  });

  // --- tables --------------------------------------------------------------------------------------------------

  // "41,875", "38.6 ms" and "71.0% (…)" are numbers; sizes and times are brought to one unit first.
  var units = { s: 1, ms: 1e-3, "\u00b5s": 1e-6, us: 1e-6, KiB: 1024, MiB: 1048576, GiB: 1073741824 };
  function number(text) {
    var match = /^\s*(-?[\d,]*\.?\d+(?:e[-+]?\d+)?)\s*([A-Za-z\u00b5]*)/.exec(text);
    return match ? parseFloat(match[1].replace(/,/g, "")) * (units[match[2]] || 1) : NaN;
  }
  // Of equal texts the one with the smaller number in it comes first: cuda:2 before cuda:10, 2.9.1 before 2.10.0.
  var order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

  document.querySelectorAll("table.sortable").forEach(function (table) {
    var body = table.tBodies[0];
    var heads = table.querySelectorAll("thead th");
    if (body.rows.length < 2) { return; }
    heads.forEach(function (head, column) {
      var button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.textContent = head.textContent;
      head.textContent = "";
      head.appendChild(button);
      button.addEventListener("click", function () {
        var down = head.getAttribute("aria-sort") === "ascending";
        var rows = Array.prototype.slice.call(body.rows);
        var texts = new Map(rows.map(function (row) { return [row, row.cells[column].textContent.trim()]; }));
        var versions = rows.some(function (row) { return /^\d+\.\d+\.\d/.test(texts.get(row)); });
        rows.sort(function (one, other) {
          var a = number(texts.get(one)), b = number(texts.get(other));
          var known = isNaN(a) - isNaN(b);
          if (known) { return known; }
          var result = versions || isNaN(a) ? order.compare(texts.get(one), texts.get(other)) : a - b;
          return down ? -result : result;
        });
        rows.forEach(function (row) { body.appendChild(row); });
        heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        said.textContent = "Sorted by " + button.textContent + (down ? ", descending" : ", ascending");
      });
    });
  });

  var closed = [];
  addEventListener("beforeprint", function () {
    closed = Array.prototype.filter.call(document.querySelectorAll("details"), function (part) { return !part.open; });
    closed.forEach(function (part) { part.open = true; });
  });
  addEventListener("afterprint", function () {
    closed.forEach(function (part) { part.open = false; });
  });
})();
