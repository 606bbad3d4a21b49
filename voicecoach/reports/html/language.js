"use strict";
// The language of the page for its other scripts: texts with {names} filled in, numbers, days, times.
const language = (() => {
  const tag = document.documentElement.lang;
  const texts = JSON.parse(document.getElementById("texts").textContent);
  const fill = (key, values) => texts[key].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  const number = (value, digits = 0, sign = "auto") =>
    value.toLocaleString(tag, { minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: sign });
  const point = number(0.5, 1).replace(/\d/g, "");
  const clock = (seconds) => {
    const tenths = Math.round(seconds * 10), minutes = Math.floor(tenths / 600);
    const rest = ((tenths % 600) / 10).toFixed(1).padStart(4, "0").replace(".", point);
    return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
  };
  const day = (text) => { // 2026-03-01, with a time of day or without; in English as it is
    const [date, ...rest] = text.split(" "), found = new Date(`${date}T00:00Z`);
    if (tag === "en" || !/^\d{4}-\d\d-\d\d$/.test(date) || Number.isNaN(found.getTime())) return text;
    return [found.toLocaleDateString(tag, { dateStyle: "medium", timeZone: "UTC" }), ...rest].join(" ");
  };
  return { texts, fill, number, clock, day };
})();
