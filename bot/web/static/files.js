// Pictures and files are not taken: said where somebody tries to give one, before the browser opens it in place of the talk.
for (const kind of ["dragover", "drop", "paste"]) {
  addEventListener(kind, (event) => {
    const { types } = event.dataTransfer ?? event.clipboardData ?? { types: [] };
    if (!types.includes("Files") || types.includes("text/plain")) return;
    event.preventDefault();
    if (kind !== "dragover") notice(word("write.no-files"));
  });
}
