// Filters of the trainer's page. Rows and moments are read in the order that trainer.py writes them in; text of
// people goes into the page as text alone.
"use strict";
(() => {
  const source = document.getElementById("data");
  if (!source) return;
  const data = JSON.parse(source.textContent);
  const { texts, limits } = data;
  const byId = (id) => document.getElementById(id);
  const PAGE = 50;
  const FIELDS = ["agent", "from", "to", "scenario", "language", "has", "marker", "text"];

  const moments = (rows, call) => rows.map(
    ([start, hear, order, kind, good, why, quote, advice, label, poor, also]) => ({
      start, hear, order, kind, good: !!good, why: texts[why], quote, advice: texts[advice],
      label: texts[label], poor: !!poor, also: also.map((number) => texts[number]), call,
    }));
  const calls = data.calls.map(([name, file, agent, date, scenario, language, seconds, markers, letters, found,
    well, again, lot]) => {
    const call = { name, file, agent: texts[agent], date, scenario: texts[scenario], language: texts[language],
      seconds, markers: new Set(markers), letters, well: texts[well] || "", again: texts[again] || "", lot };
    call.moments = moments(found, call);
    call.words = [file, call.agent, call.scenario, ...call.moments.map((one) => one.quote)].join("\n").toLowerCase();
    return call;
  });
  const languages = new Set(calls.map((call) => call.language)).size;

  const pad = (number) => String(number).padStart(2, "0");
  const clock = (seconds) => {
    const minutes = Math.floor(seconds / 60);
    const rest = pad(Math.floor(seconds % 60));
    return minutes >= 60 ? `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${rest}` : `${minutes}:${rest}`;
  };
  const { texts: said, fill, number: count, day } = language;
  const percent = (share) => Math.round(100 * share);
  const address = (call, hear) =>
    `calls/${encodeURIComponent(call.name)}${data.suffix}${hear === undefined ? "" : `#t=${hear.toFixed(1)}`}`;
  const byText = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

  // --- which calls -------------------------------------------------------------------------------------------

  const same = (wanted, found) => !wanted || wanted === (found || "-");
  const fits = (state) => {
    const marker = state.marker ? data.markers.indexOf(state.marker) : -1;
    const words = state.text ? state.text.toLowerCase() : "";
    return (call) =>
      same(state.agent, call.agent) && same(state.scenario, call.scenario) && same(state.language, call.language)
      && (!state.from || (call.date && call.date.slice(0, 10) >= state.from))
      && (!state.to || (call.date && call.date.slice(0, 10) <= state.to))
      && (!state.marker || call.markers.has(marker) === (state.has !== "no"))
      && (!words || call.words.includes(words));
  };
  const SORTS = {
    "": (a, b) => byText(b.date, a.date) || byText(a.file, b.file),
    name: (a, b) => byText(a.agent.toLowerCase(), b.agent.toLowerCase()) || byText(a.file, b.file),
    length: (a, b) => b.seconds - a.seconds || byText(a.file, b.file),
  };

  // --- the same steps as triage takes ------------------------------------------------------------------------

  const choose = (rows) => {
    let left = rows.flatMap((call) => call.moments).sort((a, b) => a.order - b.order);
    const kept = [];
    const alike = (one) =>
      4 * kept.some((other) => other.call === one.call)
      + 2 * kept.some((other) => one.call.agent && other.call.agent === one.call.agent)
      + kept.some((other) => other.kind === one.kind);
    const some = (pool, wanted) => { const found = pool.filter(wanted); return found.length ? found : pool; };
    while (left.length && kept.length < limits.moments) {
      let pool = some(left, (one) => !one.poor);
      pool = some(pool, (one) => one.good === (kept.length >= limits.to_work_on));
      const best = pool.reduce((a, b) => (alike(b) < alike(a) ? b : a));
      left = left.filter((one) => one !== best);
      kept.push(best);
    }
    return [...kept.filter((one) => one.good), ...kept.filter((one) => !one.good)];
  };

  const wilson = (hits, of) => {
    const { z } = limits;
    const share = hits / of;
    const middle = (share + z * z / (2 * of)) / (1 + z * z / of);
    const half = z / (1 + z * z / of) * Math.sqrt(share * (1 - share) / of + z * z / (4 * of * of));
    return [Math.max(0, middle - half), Math.min(1, middle + half)];
  };

  const most = (rows, letters) => {
    let best = null;
    data.criteria.forEach(([, name, tip], number) => {
      const judged = rows.filter((call) => (call.letters[number] || ".") !== ".");
      const hit = judged.filter((call) => letters.includes(call.letters[number]));
      const group = new Set(judged.map((call) => call.agent));
      const reached = new Set(hit.map((call) => call.agent));
      if (judged.length < limits.common_calls || group.size < limits.people
        || reached.size < limits.common_people * group.size) return;
      const [low, high] = wilson(hit.length, judged.length);
      if (low >= limits.common_share && (!best || low > best.low)) {
        best = { name, tip, calls: hit.length, of: judged.length, low, high, people: reached.size,
          ofPeople: group.size };
      }
    });
    return best;
  };

  const common = (rows) => {
    const named = rows.filter((call) => call.agent);
    const group = new Set(named.map((call) => call.agent)).size;
    if (!group) return { reason: said.nobody };
    if (group < limits.people) return { reason: fill("few_people", { people: count(limits.people) }) };
    if (named.length < limits.common_calls) {
      return { reason: fill("few_calls", { calls: count(named.length), least: count(limits.common_calls) }) };
    }
    return { reason: "", well: most(named, "+"), train: most(named, "-~") };
  };

  // --- what is shown -----------------------------------------------------------------------------------------

  const copy = (id) => byId(id).content.firstElementChild.cloneNode(true);
  const put = (node, selector, text) => { node.querySelector(selector).textContent = text; };

  const tell = (node, parts) => {
    node.replaceChildren(...parts.filter(Boolean).flatMap((text, index) => {
      const part = document.createElement("bdi");
      part.textContent = text;
      return index ? [" · ", part] : [part];
    }));
  };

  const card = (one) => {
    const node = copy("a-moment");
    const { call } = one;
    const tag = node.querySelector(".tag");
    tag.className = `tag ${one.good ? "good" : "again"}`;
    tag.textContent = one.good ? said.imitate : said.again;
    put(node, ".kind", data.kinds[texts[one.kind]] || "");
    put(node, ".quote", one.quote);
    const spoken = data.spoken[call.language]; // in another language than the page's
    if (spoken) node.querySelector(".quote").lang = spoken;
    node.querySelector("blockquote").hidden = !one.quote;
    put(node, ".why", one.why);
    put(node, ".advice .text", one.advice);
    node.querySelector(".advice").hidden = !one.advice;
    put(node, ".also .text", one.also.join(said.listed));
    node.querySelector(".also").hidden = !one.also.length;
    node.querySelector(".poor").hidden = !one.poor;
    put(node, ".time", clock(one.hear));
    const go = node.querySelector(".go"); // not there where calls have no pages
    if (go) go.href = address(call, one.hear);
    tell(node.querySelector(".about"), [call.agent, day(call.date), call.scenario]);
    put(node, ".file", call.file);
    return node;
  };
  const showMoments = (rows) => {
    const found = choose(rows);
    byId("moments").replaceChildren(...found.map(card));
    byId("no-moments").hidden = found.length > 0;
  };

  const showCommon = (rows) => {
    const found = common(rows);
    byId("common").hidden = !!found.reason;
    byId("no-common").hidden = !found.reason;
    put(byId("no-common"), ".reason", found.reason);
    if (found.reason) return;
    const parts = byId("common").querySelectorAll(".shared");
    [found.well, found.train].forEach((one, index) => {
      const node = parts[index];
      node.querySelector(".some").hidden = !one;
      node.querySelector(".none").hidden = !!one;
      if (!one) return;
      put(node, ".name", one.name);
      put(node, ".numbers", fill(index ? "open_in" : "heard_in", {
        calls: count(one.calls), of_calls: count(one.of), share: percent(one.calls / one.of), low: percent(one.low),
        high: percent(one.high), people: count(one.people), of_people: count(one.ofPeople) }));
      put(node, ".tip", index ? one.tip : "");
    });
  };

  const showSample = (rows) => {
    const lots = new Map();
    for (const call of rows) {
      if (!lots.has(call.agent)) lots.set(call.agent, []);
      lots.get(call.agent).push(call);
    }
    const order = (a, b) => (!a - !b) || byText(a.toLowerCase(), b.toLowerCase()) || byText(a, b);
    const found = [...lots.keys()].sort(order).map((agent) => {
      const node = copy("a-lot");
      put(node, ".agent", agent || said.unnamed);
      node.querySelector(".who").hidden = !agent && lots.size === 1;
      const drawn = lots.get(agent).sort((a, b) => a.lot - b.lot).slice(0, limits.a_person);
      node.querySelector(".lot").append(...drawn.map((call) => {
        const item = document.createElement("li");
        const file = document.createElement("bdi");
        const about = document.createElement("span");
        file.className = "file";
        file.textContent = call.file;
        about.className = "muted small number";
        about.textContent = ` ${clock(call.seconds)}${call.date ? ` · ${day(call.date)}` : ""}`;
        item.append(file, about);
        return item;
      }));
      return node;
    });
    byId("sample").replaceChildren(...found);
    if (byId("lots")) byId("lots").textContent = count(lots.size);
  };

  const row = (call) => {
    const node = copy("a-call");
    const link = node.querySelector(".name");
    link.href = address(call);
    put(link, "bdi", call.file);
    tell(node.querySelector(".meta"),
      [call.agent, day(call.date), call.scenario, clock(call.seconds), languages > 1 ? call.language : ""]);
    for (const [selector, key, what] of [[".good", "went_well", call.well], [".again", "next_step", call.again]]) {
      const tag = node.querySelector(selector);
      tag.hidden = !what;
      tag.textContent = fill(key, { what });
    }
    return node;
  };
  const showList = (rows, page) => {
    const pages = Math.max(1, Math.ceil(rows.length / PAGE));
    const at = Math.min(Math.max(1, page), pages);
    byId("calls").replaceChildren(...rows.slice((at - 1) * PAGE, at * PAGE).map(row));
    byId("no-calls").hidden = rows.length > 0;
    byId("pages").hidden = pages === 1;
    byId("page").textContent = fill("page", { number: count(at), pages: count(pages) });
    byId("earlier").disabled = at === 1;
    byId("later").disabled = at === pages;
    return at;
  };

  // --- state, kept in the address ----------------------------------------------------------------------------

  const form = byId("form");
  const sort = byId("sort");
  let state = {};
  let shown = ""; // filters for which moments, sample and what is common stand in the page

  const read = () => {
    const found = new URLSearchParams(location.hash.slice(1));
    state = { page: Number(found.get("page")) || 1, sort: found.get("sort") || "" };
    for (const name of FIELDS) state[name] = found.get(name) || "";
    for (const name of FIELDS) {
      const field = form.elements[name];
      if (!field) state[name] = "";
      else {
        field.value = state[name];
        if (field.selectedIndex < 0) field.value = "";
        state[name] = field.value; // what is not offered is not kept
      }
    }
    sort.value = state.sort;
    if (sort.selectedIndex < 0) sort.value = "";
    state.sort = sort.value;
  };
  const write = () => {
    const found = new URLSearchParams();
    for (const name of [...FIELDS, "sort"]) if (state[name]) found.set(name, state[name]);
    if (state.page > 1) found.set("page", state.page);
    const hash = found.toString();
    if (hash !== location.hash.slice(1)) {
      history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
    }
  };
  const show = () => {
    const rows = calls.filter(fits(state)).sort(SORTS[state.sort] || SORTS[""]);
    const filters = JSON.stringify(FIELDS.map((name) => state[name]));
    byId("count").textContent = rows.length === calls.length
      ? (calls.length === 1 ? said.one_call : fill("all_calls", { count: count(calls.length) }))
      : fill("some_calls", { count: count(rows.length), all: count(calls.length) });
    if (filters !== shown) {
      showMoments(rows);
      showCommon(rows);
      showSample(rows);
      shown = filters;
    }
    state.page = showList(rows, state.page);
  };
  const change = () => {
    for (const name of FIELDS) if (form.elements[name]) state[name] = form.elements[name].value.trim();
    state.page = 1;
    show();
    write();
  };
  const turn = (by) => {
    state.page += by;
    show();
    write();
    byId("list").scrollIntoView();
  };

  let waiting = 0;
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(change, 120); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(change));
  byId("clear").addEventListener("click", () => form.reset());
  byId("earlier").addEventListener("click", () => turn(-1));
  byId("later").addEventListener("click", () => turn(1));
  sort.addEventListener("change", () => { state.sort = sort.value; state.page = 1; show(); write(); });
  window.addEventListener("hashchange", () => {
    if (location.hash && !location.hash.includes("=")) return; // a link within the page
    read();
    show();
  });
  if (matchMedia("(max-width: 40rem)").matches) byId("filters").open = false;
  read();
  shown = JSON.stringify(FIELDS.map(() => "")); // the page was written so
  show();
  document.documentElement.dataset.ready = "yes";
})();
