/** A page of many `<pc-permission-gate>`. */

import { defineElements } from "../../src/elements/index.js";
import { client, question, watch } from "./watch.js";

const list = (value: string | readonly string[] | undefined) =>
  typeof value === "string" ? value : value?.join(" ");

defineElements({ auth: client() });
const count = Number(document.body.dataset["count"]);
const gates = Array.from({ length: count }, (_, index) => {
  const gate = document.createElement("pc-permission-gate");
  for (const [name, value] of Object.entries(question(index))) {
    gate.setAttribute(name, String(list(value)));
  }
  const open = document.createElement("b");
  open.textContent = "yes ";
  const shut = document.createElement("i");
  shut.slot = "fallback";
  shut.textContent = "no ";
  gate.append(open, shut);
  return gate;
});
document.body.append(...gates);
// What no slot takes is not shown.
watch(gates, (gate) => !!gate.querySelector("b")?.assignedSlot, { attributeFilter: ["verdict"] });
