/** A page of many `<PermissionGate>` of React. */

import { createRoot } from "react-dom/client";
import { flushSync } from "react-dom";

import { AuthProvider, PermissionGate } from "../../src/react/index.js";
import { client, question, watch } from "./watch.js";

const count = Number(document.body.dataset["count"]);
const root = document.createElement("div");
document.body.append(root);
const auth = client();
flushSync(() =>
  createRoot(root).render(
    <AuthProvider auth={auth}>
      {Array.from({ length: count }, (_, index) => (
        <span key={index}>
          <PermissionGate {...question(index)} fallback={<i>no </i>}>
            <b>yes </b>
          </PermissionGate>
        </span>
      ))}
    </AuthProvider>,
  ),
);
watch([...root.children], (gate) => !!gate.querySelector("b"), { childList: true });
