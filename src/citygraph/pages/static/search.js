// Search on a site without a server: folds and ranks as pages/search.py does, in small files of this site.
const LETTERS = {
  "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i", "ŋ": "ng",
  "ς": "σ", "ŧ": "t", "ĸ": "k", "ə": "e", "ƒ": "f",
};
const FOUND = 50, LONGEST = 300, WORDS = 8, WIDE = "\u2e80";

export function fold(text) {
  const plain = text.normalize("NFKD").toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
  const bare = Array.from(plain, (sign) => LETTERS[sign] ?? sign).join("").normalize("NFC");
  return (bare.match(/[\p{L}\p{N}]+/gu) ?? []).join(" ");
}

const length = (word) => Array.from(word).length;
const letter = (word) => length(word) === 1 && word < WIDE;
const anywhere = (word) => length(word) > (word >= WIDE ? 1 : 2);
const pairs = (word) => Array.from(word).slice(1).map((sign, at) => Array.from(word)[at] + sign);

function fileOf(gram) {
  if (/^[a-z0-9]+$/.test(gram)) return `${gram}-`;
  return Array.from(gram, (sign) => sign.codePointAt(0).toString(16)).join("-");
}

function rank(folded, whole, wanted) {
  if (folded.startsWith(whole)) return folded === `${whole} ` ? 0 : 1;
  return wanted.every((word) => folded.includes(` ${word}`)) ? 2 : 3;
}

// The things of `rows` that have all words in one of their names, the best first.
export function find(rows, words, order, most = FOUND) {
  const wanted = fold(words.slice(0, LONGEST)).split(" ").filter(Boolean).slice(0, WORDS);
  if (!wanted.length) return [];
  const whole = ` ${wanted.join(" ")}`, alone = wanted.every(letter);
  const pieces = wanted.map((word) => (alone ? ` ${word} ` : anywhere(word) ? word : ` ${word}`));
  const hits = [];
  for (const row of rows) {
    let best = null;
    for (const name of row[3]) {
      const folded = ` ${fold(name)} `;
      if (!pieces.every((piece) => folded.includes(piece))) continue;
      const one = [rank(folded, whole, wanted), order[row[1]], folded.length, folded, name];
      if (!best || compare(one, best) < 0) best = one;
    }
    if (best) hits.push({ row, key: best });
  }
  return hits.sort((a, b) => compare(a.key.slice(0, 4), b.key.slice(0, 4)) || (a.row[0] < b.row[0] ? -1 : 1)).slice(0, most);
}

function compare(a, b) {
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return a[at] < b[at] ? -1 : 1;
  return 0;
}

// The one file that holds all that a search can find; empty where there is none.
export function shard(words, told) {
  const wanted = fold(words.slice(0, LONGEST)).split(" ").filter(Boolean).slice(0, WORDS);
  const long = wanted.filter(anywhere);
  const folder = long.length ? "in" : "begin";
  const whole = wanted.filter((word) => length(word) === 2 || word >= WIDE);
  const grams = long.length ? long.flatMap(pairs) : whole.length ? whole : wanted;
  if (!grams.length || grams.some((gram) => !(gram in told[folder]))) return "";
  const smallest = grams.reduce((a, b) => (told[folder][b] < told[folder][a] ? b : a));
  return `${folder}/${fileOf(smallest)}.json`;
}

const place = document.querySelector("#hits");
const field = document.querySelector("#q");
if (place && field) {
  const root = place.dataset.root, home = place.dataset.home, said = document.querySelector("#found");
  const languages = ["en", "fi", "sv"], lang = document.documentElement.lang;
  const kinds = JSON.parse(place.dataset.kinds);
  const texts = place.dataset;
  let regions = null;
  try { regions = new Intl.DisplayNames([lang], { type: "region" }); } catch { /* codes then */ }
  const kept = new Map();
  const read = (path) => {
    if (!kept.has(path)) {
      const asked = fetch(`${root}search/${path}`).then((answer) => {
        if (!answer.ok) throw new Error(answer.statusText);
        return answer.json();
      });
      asked.catch(() => kept.delete(path));
      kept.set(path, asked);
    }
    return kept.get(path);
  };
  const element = (tag, text, kind) => {
    const made = document.createElement(tag);
    if (text) made.textContent = text;
    if (kind) made.className = kind;
    return made;
  };
  const region = (code) => {
    try { return /^[A-Z]{2}$/.test(code) && regions ? regions.of(code) : code; } catch { return code; }
  };
  const item = ({ row, key }, told) => {
    const [file, kind, country, names, shown] = row;
    const name = names[shown ? shown[languages.indexOf(lang)] ?? 0 : 0];
    const line = element("li"), link = element("a");
    link.href = `${home}page/${encodeURIComponent(file)}.html`;
    link.append(element("bdi", name));
    line.append(link);
    if (key[4] !== name) line.append(" ", element("bdi", key[4], "soft"));
    line.append(" ", element("span", kinds[told.kinds[kind]] ?? told.kinds[kind], "tag"));
    if (country) line.append(" ", element("span", region(country), "soft"));
    return line;
  };
  let turn = 0;
  const look = async () => {
    const mine = ++turn, words = field.value;
    try {
      const told = await read("index.json");
      const file = shard(words, told);
      const hits = file ? find(await read(file), words, told.order) : [];
      if (mine !== turn) return; // something else was typed meanwhile
      place.replaceChildren(...hits.map((hit) => item(hit, told)));
      const count = hits.length >= FOUND ? texts.many : hits.length === 1 ? texts.one : texts.some;
      const none = !fold(words) ? "" : letter(fold(words)) ? texts.letters : texts.none;
      said.textContent = hits.length ? count.replace("{}", hits.length) : none;
    } catch {
      if (mine === turn) said.textContent = texts.wrong;
    }
  };
  let waiting;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const address = new URL(location.href);
      address.searchParams.set("q", field.value);
      if (address.protocol !== "file:") history.replaceState(null, "", address);
      look();
    }, 120);
  });
  field.form.addEventListener("submit", (event) => { event.preventDefault(); look(); });
  field.value = (new URLSearchParams(location.search).get("q") ?? "").slice(0, LONGEST);
  for (const other of document.querySelectorAll("header .find input")) other.value = field.value;
  look();
}
