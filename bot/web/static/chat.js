/* The chat page: takes over the page that the server drew, listens for what is told, and sends what is said.
   Every message carries a key made here; it is sent again under the same key until the server has it. */
"use strict";
(() => {
  const at = id => document.getElementById(id);
  const words = at("words").dataset;
  const log = at("log"), lines = at("lines"), form = at("form"), box = at("box"), files = at("files");
  const picked = at("picked"), problem = at("problem"), connection = at("connection"), newer = at("newer");
  const LIMIT = Number(words.limit), MOST = 10, NEAR = 120;
  const waiting = [];
  let chosenFiles = [], sending = false, last = Number(words.last), pause = 0;

  const make = (tag, className, text) => {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text) node.textContent = text;
    return node;
  };
  const newKey = () => {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    const hex = Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };

  /* scrolling: stay at the newest line, unless the person is reading further up */
  const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
  const toEnd = () => { log.scrollTop = log.scrollHeight; newer.hidden = true; };
  let staying = true;
  newer.addEventListener("click", toEnd);
  log.addEventListener("scroll", () => { staying = atEnd(); if (staying) newer.hidden = true; });
  const changed = new ResizeObserver(() => { if (staying) toEnd(); });
  changed.observe(log);
  changed.observe(lines);

  /* links and telephone numbers in what is told */
  const LINK = /(https?:\/\/[^\s，。；、）)」]+)|(^|[^\d.])(12315|12345|96110|110|119|120)(?![\d.\-元年月日])/g;
  const fill = (node, ...children) => { node.textContent = ""; node.append(...children); };
  const enliven = node => {
    const text = node.textContent;
    let from = 0;
    const found = [];
    for (const match of text.matchAll(LINK)) {
      const start = match.index + (match[2] || "").length;
      const link = make("a", "", match[1] || match[3]);
      link.href = match[1] || "tel:" + match[3];
      found.push(text.slice(from, start), link);
      from = match.index + match[0].length;
    }
    if (from) fill(node, ...found, text.slice(from));
  };

  const draw = line => {
    const item = make("li", "line " + (line.mine ? "mine" : "told"));
    if (line.id) item.id = line.id;
    const bubble = make("div", "bubble");
    bubble.append(make("span", "unseen", line.mine ? words.you : words.bot));
    if (line.picture) bubble.append(shown(line.picture));
    if (line.text) bubble.append(make("p", "text", line.text));
    for (const file of line.files || []) bubble.append(make("p", "file", file));
    item.append(bubble);
    if (line.choices && line.choices.length) item.append(drawChoices(line.choices));
    const time = make("time", "", line.when);
    item.append(time);
    if (!line.mine) bubble.querySelectorAll(".text").forEach(enliven);
    return item;
  };
  const shown = address => {
    const image = make("img", "sent");
    image.src = address;
    image.alt = words.photo;
    return image;
  };
  /* what was told earlier has other words now, or is taken back */
  const revise = line => {
    const before = at(line.revises);
    if (before && line.text) before.replaceWith(draw({ ...line, id: line.revises, when: before.querySelector("time").textContent }));
    else if (before) before.remove();
  };
  const drawChoices = rows => {
    const choices = make("form", "choices");
    for (const row of rows) {
      const group = make("div", "row");
      for (const choice of row) {
        const button = make("button", "", choice.label);
        button.name = "pressed";
        button.value = choice.value;
        group.append(button);
      }
      choices.append(group);
    }
    return choices;
  };
  const add = item => {
    const stay = atEnd() || item.classList.contains("mine");
    lines.append(item);
    if (stay) toEnd(); else newer.hidden = false;
  };

  /* what is told, from the stream; after a break it goes on after the last line seen */
  let stream;
  const listen = () => {
    stream = new EventSource("/chat/events?after=" + last);
    stream.onopen = () => { connection.hidden = true; pump(); };
    stream.onmessage = event => {
      const line = JSON.parse(event.data);
      last = Math.max(last, Number(event.lastEventId) || 0);
      if (line.revises) revise(line);
      else if (!at(line.id)) add(draw(line));
    };
    stream.onerror = () => {
      connection.textContent = words.reconnecting;
      connection.hidden = false;
      if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 4000);
    };
  };
  addEventListener("pagehide", () => { if (stream) stream.close(); });
  addEventListener("pageshow", event => { if (event.persisted) listen(); });

  /* what is said: one after the other, so that it arrives in order */
  const say = message => {
    const now = new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" });
    message.key = message.key || newKey();
    if (!message.silent) {
      message.node = draw({ mine: true, text: message.text, when: now, files: "latitude" in message ? [words.location] : [] });
      message.node.querySelector(".bubble").append(...(message.files || []).map(preview));
      message.state = message.node.appendChild(make("p", "state", words.sending));
      add(message.node);
    }
    waiting.push(message);
    remember();
    pump();
  };
  const preview = file => {
    if (!file.type.startsWith("image/")) return make("p", "file", file.name);
    const image = make("img", "sent");
    image.src = URL.createObjectURL(file);
    image.alt = file.name;
    image.onerror = () => image.replaceWith(make("p", "file", file.name));
    return image;
  };
  const state = (message, text) => {
    if (message.state) { message.state.textContent = text; message.state.hidden = !text; }
  };
  const body = message => {
    const data = new FormData();
    data.append("key", message.key);
    for (const name of ["text", "pressed", "latitude", "longitude"])
      if (message[name] !== undefined && message[name] !== "") data.append(name, message[name]);
    for (const file of message.files || []) data.append("files", file, file.name);
    return data;
  };
  const pump = async () => {
    if (sending || !waiting.length) return;
    sending = true;
    clearTimeout(pause);
    const message = waiting[0];
    try {
      const answer = await fetch("/chat/messages",
        { method: "POST", body: body(message), headers: { Accept: "application/json" } });
      const told = await answer.json().catch(() => ({}));
      sending = false;
      if (answer.status === 429 || answer.status >= 500) return later(message, told.error);
      if (answer.status === 401 && comeBack(message)) return;
      settle(message, answer.ok, told.error);
      pump();
    } catch {
      sending = false;
      later(message, "");
    }
  };
  /* the session is gone: the page gets a new one and sends the words again, once; without cookies it never would */
  const comeBack = message => {
    const last = Number(sessionStorage.getItem("renewed") || 0);
    if (message.again || !navigator.cookieEnabled || Date.now() - last < 60000) return false;
    sessionStorage.setItem("renewed", String(Date.now()));
    message.again = true;
    remember();
    location.reload();
    return true;
  };
  const later = (message, error) => {
    message.tries = (message.tries || 0) + 1;
    state(message, error || words.waiting);
    pause = setTimeout(pump, Math.min(30000, 1000 * 2 ** message.tries));
  };
  const settle = (message, ok, error) => {
    waiting.shift();
    remember();
    state(message, ok ? "" : words.failed);
    if (error) complain(error);
    if (!ok && message.choices) freeze(message.choices, null);
  };
  addEventListener("online", pump);

  /* words not yet sent, and those being written, outlive a reload */
  const remember = () => {
    const kept = waiting.filter(message => !message.files || !message.files.length)
      .map(({ node, state, choices, ...message }) => message);
    try { sessionStorage.setItem("waiting", JSON.stringify(kept)); sessionStorage.setItem("box", box.value); } catch { /* a full or closed store */ }
  };
  const recall = () => {
    try {
      box.value = sessionStorage.getItem("box") || "";
      return JSON.parse(sessionStorage.getItem("waiting")) || [];
    } catch { return []; }
  };

  const complain = text => { problem.textContent = text; problem.hidden = !text; };

  /* buttons under a line: pressed once */
  const freeze = (choices, pressed) => {
    for (const button of choices.querySelectorAll("button")) {
      button.disabled = pressed !== null;
      button.classList.toggle("chosen", button === pressed);
      if (button === pressed) button.setAttribute("aria-pressed", "true"); else button.removeAttribute("aria-pressed");
    }
  };
  log.addEventListener("submit", event => {
    const button = event.submitter;
    if (!button || button.name !== "pressed") return;
    event.preventDefault();
    freeze(event.target, button);
    complain("");
    say({ text: button.textContent.trim(), pressed: button.value, choices: event.target });
  });

  /* the text box */
  const grow = () => { box.style.height = "auto"; box.style.height = Math.min(box.scrollHeight + 2, 160) + "px"; };
  box.addEventListener("input", () => { grow(); remember(); });
  box.addEventListener("keydown", event => {
    const writing = event.isComposing || event.keyCode === 229;
    if (event.key !== "Enter" || event.shiftKey || writing || !matchMedia("(pointer: fine)").matches) return;
    event.preventDefault();
    at("send").click();
  });
  form.addEventListener("submit", event => {
    event.preventDefault();
    const text = box.value.trim();
    if (!text && !chosenFiles.length) { box.focus(); return; }
    complain("");
    const sent = chosenFiles;
    chosenFiles = [];
    box.value = "";
    grow();
    listPicked();
    say({ text, files: sent });
    box.focus();
  });

  /* files: chosen, pasted or dropped */
  const pick = found => {
    for (const file of found) {
      if (chosenFiles.length >= MOST) { complain(words.many); break; }
      if (file.size > LIMIT) complain(words.large); else chosenFiles.push(file);
    }
    listPicked();
  };
  const listPicked = () => {
    fill(picked, ...chosenFiles.map((file, n) => {
      const item = make("li");
      const remove = make("button", "quiet", "×");
      remove.type = "button";
      remove.setAttribute("aria-label", words.remove + " " + file.name);
      remove.addEventListener("click", () => { chosenFiles.splice(n, 1); listPicked(); });
      item.append(preview(file), remove);
      return item;
    }));
    picked.hidden = !chosenFiles.length;
  };
  files.addEventListener("change", () => { complain(""); pick(files.files); files.value = ""; });
  box.addEventListener("paste", event => {
    const pasted = [...event.clipboardData.files];
    if (pasted.length) { event.preventDefault(); pick(pasted); }
  });
  addEventListener("dragover", event => { event.preventDefault(); document.body.classList.add("dropping"); });
  addEventListener("dragleave", event => { if (!event.relatedTarget) document.body.classList.remove("dropping"); });
  addEventListener("drop", event => {
    event.preventDefault();
    document.body.classList.remove("dropping");
    pick(event.dataTransfer.files);
  });

  /* where the person stands, only on a page that browsers trust with it */
  const place = at("place");
  if (isSecureContext && navigator.geolocation) {
    place.hidden = false;
    place.addEventListener("click", () => navigator.geolocation.getCurrentPosition(
      ({ coords }) => say({ text: "", latitude: coords.latitude, longitude: coords.longitude }),
      () => complain(words.noplace), { timeout: 10000 }));
  }

  document.documentElement.classList.add("scripted");
  document.body.dataset.drop = words.drop;
  document.querySelectorAll(".told .text").forEach(enliven);
  recall().forEach(say);
  grow();
  toEnd();
  listen();
  if (words.first && !waiting.length) say({ text: words.start, silent: true });
})();
