import start from "/app.js";

start().catch((error) => {
  console.error(error);
  document.getElementById("trouble").hidden = false;
});
