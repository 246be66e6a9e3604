// Words and the claims that rest on them light up together, by hovering, by the keyboard and by a tap.
const all = [...document.querySelectorAll("[data-claims]")];
const numbers = (element) => element.dataset.claims.split(" ");
const light = (lit) => {
  for (const one of all) one.classList.toggle("lit", numbers(one).some((number) => lit.has(number)));
};
for (const kind of ["pointerover", "focusin", "click"]) {
  document.addEventListener(kind, (event) => {
    const element = event.target.closest("[data-claims]");
    light(new Set(element ? numbers(element) : []));
  });
}
document.addEventListener("focusout", () => light(new Set()));

// An address that leads to words leads to all of them, not only to where they begin.
const arrived = () => {
  const number = /^#words-(\d+)$/.exec(location.hash)?.[1];
  if (number) light(new Set([number]));
};
addEventListener("hashchange", arrived);
arrived();
