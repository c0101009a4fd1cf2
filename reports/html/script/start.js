/* Begin: read the data, which large reports carry as gzip in base64. */
const read = async () => {
  const block = $("data");
  if (!block.dataset.packed) return JSON.parse(block.textContent);
  const bytes = Uint8Array.from(atob(block.textContent), (one) => one.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream(block.dataset.packed))).json();
};
page();
$("loading").textContent = "Loading findings";
read().then((given) => {
  take(given);
  if ($("app")) list();
  if (assets.listed) stock();
  $("loading").hidden = true;
  root.dataset.ready = "yes";
}, () => { $("loading").textContent = "The findings in this file cannot be read; the file may be cut short."; });
