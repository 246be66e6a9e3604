// Words and the claims that rest on them light up together, by hovering, by the keyboard and by a tap.
const all = [...document.querySelectorAll("[data-claims]")];
const numbers = (element) => element.dataset.claims.split(" ");
const light = (element) => {
  const lit = element ? new Set(numbers(element)) : new Set();
  for (const one of all) one.classList.toggle("lit", numbers(one).some((number) => lit.has(number)));
};
for (const kind of ["pointerover", "focusin", "click"]) {
  document.addEventListener(kind, (event) => light(event.target.closest("[data-claims]")));
}
document.addEventListener("focusout", () => light(null));
