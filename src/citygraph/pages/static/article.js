// Words and the claims that rest on them light up together, by hovering, by the keyboard and by a tap.
const all = [...document.querySelectorAll("[data-claims]")];
const numbers = (element) => element?.dataset.claims.split(" ") ?? [];
const lit = { over: [], focused: [], arrived: [] };
const light = (why, some) => {
  lit[why] = some;
  const now = new Set(Object.values(lit).flat());
  for (const one of all) one.classList.toggle("lit", numbers(one).some((number) => now.has(number)));
};
const of = (event) => numbers(event.target.closest?.("[data-claims]"));
document.addEventListener("pointerover", (event) => light("over", of(event)));
document.addEventListener("click", (event) => light("over", of(event)));
document.addEventListener("focusin", (event) => light("focused", of(event)));
document.addEventListener("focusout", () => light("focused", []));

// An address that leads to words leads to all of them, not only to where they begin.
const arrived = () => light("arrived", /^#words-(\d+)$/.exec(location.hash)?.slice(1) ?? []);
addEventListener("hashchange", arrived);
arrived();
