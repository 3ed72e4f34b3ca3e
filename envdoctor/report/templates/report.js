"use strict";
// The page says everything without this. It adds buttons that copy commands, sort tables, choose language and colours
// and open what is folded, and opens all of that for printing.
(function () {
  var parts = document.querySelectorAll(".part");

  function all(inside, selector) {
    return Array.from(inside.querySelectorAll(selector));
  }
  function each(selector, does) {
    document.querySelectorAll(selector).forEach(does);
  }
  // Each part says what happens in its own language.
  function partOf(element) {
    return element.closest(".part");
  }
  function wordsOf(element) {
    return partOf(element).querySelector(".said").dataset;
  }
  function say(element, text) {
    partOf(element).querySelector(".said").textContent = text;
  }

  // --- commands -----------------------------------------------------------------------------------------------

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

  each(".commands", function (box) {
    var words = wordsOf(box);
    var block = box.querySelector("code");
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = words.copy;
    button.setAttribute("aria-label", words.copy + ": " + box.querySelector("pre").getAttribute("aria-label"));
    button.addEventListener("click", function () {
      copied(block.textContent, block).then(
        function () { button.textContent = words.copied; say(box, words.copied); },
        function () { button.textContent = words.select; say(box, words.refused); }
      ).then(function () {
        setTimeout(function () { button.textContent = words.copy; say(box, ""); }, 2000);
      });
    });
    box.appendChild(button);
  });

  // --- colours ------------------------------------------------------------------------------------------------

  each(".tools", function (tools) { tools.hidden = false; });
  each("[data-theme-choice]", function (button) {
    button.addEventListener("click", function () {
      var theme = button.dataset.themeChoice;
      if (theme) {
        document.documentElement.setAttribute("data-theme", theme);
      } else {
        document.documentElement.removeAttribute("data-theme");
      }
      each("[data-theme-choice]", function (other) {
        other.setAttribute("aria-pressed", String(other.dataset.themeChoice === theme));
      });
    });
  });

  // --- what is folded -----------------------------------------------------------------------------------------

  each(".unfold", function (unfold) {
    unfold.addEventListener("click", function () {
      var open = unfold.getAttribute("aria-pressed") !== "true";
      unfold.setAttribute("aria-pressed", String(open));
      all(partOf(unfold), "details").forEach(function (fold) { fold.open = open; });
    });
  });

  // --- languages ----------------------------------------------------------------------------------------------

  // What is the same in all of them is there once, and goes along with what is open.
  function taken(from, to) {
    var places = all(to, "[data-shared]"), folds = all(to, "details");
    all(from, "[data-shared]").forEach(function (place, number) {
      Array.from(place.childNodes).forEach(function (node) { places[number].appendChild(node); });
    });
    all(from, "details").forEach(function (fold, number) { folds[number].open = fold.open; });
    var pressed = from.querySelector(".unfold").getAttribute("aria-pressed");
    to.querySelector(".unfold").setAttribute("aria-pressed", pressed);
  }

  each("[data-language]", function (button) {
    button.addEventListener("click", function () {
      var from = partOf(button);
      parts.forEach(function (to) {
        if (to === from || to.lang !== button.dataset.language) { return; }
        taken(from, to);
        from.hidden = true;
        to.hidden = false;
        document.documentElement.lang = to.lang;
        document.title = to.dataset.title;
        to.querySelector("[data-language][aria-pressed=true]").focus();
      });
    });
  });

  // --- tables -------------------------------------------------------------------------------------------------

  // "41,875", "38.6 ms" and "71.0% (…)" are numbers; sizes and times are brought to one unit first.
  var units = { s: 1, ms: 1e-3, "\u00b5s": 1e-6, us: 1e-6, KiB: 1024, MiB: 1048576, GiB: 1073741824 };
  function number(text) {
    var match = /^\s*(-?[\d,]*\.?\d+(?:e[-+]?\d+)?)\s*([A-Za-z\u00b5]*)/.exec(text);
    return match ? parseFloat(match[1].replace(/,/g, "")) * (units[match[2]] || 1) : NaN;
  }
  // Of equal texts the one with the smaller number in it comes first: cuda:2 before cuda:10, 2.9.1 before 2.10.0.
  var order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

  each("table.sortable", function (table) {
    var words = wordsOf(table);
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
        var rows = Array.from(body.rows);
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
        say(table, words.sorted + " " + button.textContent + ", " + (down ? words.descending : words.ascending));
      });
    });
  });

  // --- paper --------------------------------------------------------------------------------------------------

  var closed = [];
  addEventListener("beforeprint", function () {
    closed = all(document, "details").filter(function (fold) { return !fold.open; });
    closed.forEach(function (fold) { fold.open = true; });
  });
  addEventListener("afterprint", function () {
    closed.forEach(function (fold) { fold.open = false; });
  });
})();
