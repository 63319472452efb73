/* The page of a broadcast: while texts are on their way it asks every second how far they are. */
"use strict";
(() => {
  const at = id => document.getElementById(id);
  const panel = at("progress");
  if (!panel || !panel.dataset.moving) return;
  const draw = told => {
    at("share").value = told.share;
    at("lines").replaceChildren(...told.lines.map(line => {
      const item = document.createElement("li");
      item.textContent = line;
      return item;
    }));
    at("state").textContent = told.state_words;
    at("state").className = "state-" + told.state;
  };
  const look = async () => {
    let told = null;
    try {
      const answer = await fetch(panel.dataset.address, { headers: { Accept: "application/json" } });
      if (answer.ok) told = await answer.json();
    } catch { /* the line is down: the next look may find it again */ }
    if (told) draw(told);
    /* its end brings other buttons; but nobody loses what they are typing */
    if (told && !told.moving && !document.querySelector("details[open]")) { location.reload(); return; }
    if (!told || told.moving) setTimeout(look, 1000);
  };
  setTimeout(look, 500);
})();
