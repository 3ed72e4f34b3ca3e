"use strict";
// The page says everything without this. It adds buttons that copy commands, and opens what is folded for printing.
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

  var closed = [];
  addEventListener("beforeprint", function () {
    closed = Array.prototype.filter.call(document.querySelectorAll("details"), function (part) { return !part.open; });
    closed.forEach(function (part) { part.open = true; });
  });
  addEventListener("afterprint", function () {
    closed.forEach(function (part) { part.open = false; });
  });
})();
