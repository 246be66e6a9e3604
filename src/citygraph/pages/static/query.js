// The editor in the place of the text area where it was bundled, and the address that asks the same again.
const area = document.querySelector("#sparql");
if (area && window.Yasqe) {
  const place = document.createElement("div");
  place.className = "yasqe-place";
  area.before(place);
  const start = () => {
    const editor = new window.Yasqe(place, {
      value: area.value,
      autocompleters: ["variables"], // the others ask another host
      showQueryButton: false,
      resizeable: false,
      persistenceId: null,
      createShareableLink: null,
      consumeShareLink: null,
      editorHeight: "22rem",
    });
    editor.on("change", () => { area.value = editor.getValue(); });
    area.form.addEventListener("submit", () => { area.value = editor.getValue(); });
    area.hidden = true;
  };
  const around = area.closest("details");
  if (around.open) start();
  else around.addEventListener("toggle", start, { once: true }); // it measures itself, so it must be seen
}

const permanent = document.querySelector("#permanent");
if (permanent) {
  const remember = (view) => {
    const address = new URL(permanent.href);
    if (view === "table") address.searchParams.delete("view");
    else address.searchParams.set("view", view);
    permanent.href = address.href;
    if (address.href.length < 8000) history.replaceState(null, "", address.href);
  };
  const views = document.querySelectorAll("input.view");
  remember([...views].find((one) => one.checked)?.value ?? "table");
  for (const one of views) one.addEventListener("change", () => remember(one.value));
}

// A parameter left empty is left out of the address.
const params = document.querySelector("form.params");
params?.addEventListener("submit", () => {
  for (const field of params.querySelectorAll("input, select")) if (!field.value) field.disabled = true;
});
addEventListener("pageshow", () => {
  for (const field of params?.querySelectorAll("[disabled]") ?? []) field.disabled = false;
});
