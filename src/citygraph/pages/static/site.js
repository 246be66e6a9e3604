// Ease for those whose browser runs scripts: what an address names is opened, citations are copied, print has all words.
const words = document.querySelector("script[data-copy]").dataset;

const said = document.createElement("p");
said.setAttribute("role", "status");
said.className = "unseen";
document.body.append(said);

const copy = async (text) => {
  await navigator.clipboard.writeText(text);
  said.textContent = "";
  said.textContent = words.copied;
};

const offer = (told) => {
  const button = document.createElement("button");
  button.className = "quiet";
  button.textContent = words.copy;
  button.addEventListener("click", () => copy(told.textContent).then(() => {
    button.textContent = words.copied;
    setTimeout(() => { button.textContent = words.copy; }, 2000);
  }, () => getSelection().selectAllChildren(told))); // refused: one key away from a copy
  told.after(button);
};
for (const told of document.querySelectorAll(".copy")) {
  const around = told.closest("details");
  if (around) around.addEventListener("toggle", () => offer(told), { once: true });
  else offer(told);
}

const reveal = () => {
  let name = location.hash.slice(1);
  try { name = decodeURIComponent(name); } catch { /* taken as it is */ }
  const found = name && document.getElementById(name);
  if (!found) return;
  const why = found.matches(".claim") ? found.querySelector(".why") : null;
  if (why) why.open = true;
  for (let at = found; at; at = at.parentElement) if (at.localName === "details") at.open = true;
  found.scrollIntoView();
};
addEventListener("hashchange", reveal);
reveal();

let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("main details:not([open], .cite)")];
  for (const one of opened) one.open = true;
});
addEventListener("afterprint", () => {
  for (const one of opened) one.open = false;
});
