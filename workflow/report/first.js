// Opens what an address points to, copies sentences and links, and opens all claims for paper. Without it the page is whole.
document.documentElement.classList.add("scripts");
// The tables' own style is dark by a class.
const dark = matchMedia("(prefers-color-scheme: dark)");
const shade = () => document.documentElement.classList.toggle("dark", dark.matches);
dark.addEventListener("change", shade);
shade();

function reveal() {
  const target = location.hash.length > 1 && document.getElementById(decoded(location.hash.slice(1)));
  if (!target) return;
  if (target.matches("details")) target.open = true;
  for (let box = target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  target.scrollIntoView();
}

async function copy(button) {
  const { copy: sentence, link } = button.dataset;
  const text = sentence ?? `${location.href.split("#")[0]}#${link}`;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    prompt("Copy:", text);
  }
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("button.copy");
  if (button) copy(button);
});
document.getElementById("written").textContent = new Date(document.lastModified).toLocaleDateString("en-CA");
if (matchMedia("(max-width: 68rem)").matches) document.querySelector("nav details").open = false;
let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details.claim:not([open])")];
  for (const box of closed) box.open = true;
});
addEventListener("afterprint", () => {
  for (const box of closed) box.open = false;
});
addEventListener("hashchange", reveal);
reveal();
