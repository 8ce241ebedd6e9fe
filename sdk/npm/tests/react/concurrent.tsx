/** A page that renders concurrently: long lists in transitions, waiting parts, deferred questions. */

import {
  memo,
  Profiler,
  StrictMode,
  Suspense,
  startTransition,
  useDeferredValue,
  useEffect,
  useState,
  useTransition,
} from "react";
import { createRoot } from "react-dom/client";

import type { SignedInSession } from "../../src/index.js";
import {
  type Authorization,
  AuthProvider,
  PermissionGate,
  useAuth,
  useAuthorization,
  usePermission,
  useVerdict,
} from "../../src/react/index.js";
import { createTestAuth, type TestAuth } from "../../src/testing/index.js";

/** What the page shows. */
interface Wishes {
  /** What the list asks, deferred; and the row above it, at once. */
  asked: string;
  /** How many rows the list has, each slow to render. */
  rows: number;
  /** What is written in each row. */
  text: string;
  /** What is loaded behind a gate, and what beside it; empty: nothing. */
  gated: string;
  beside: string;
}

/** How a row asks. `naive` is a store of the kind that tears, for the test of the test. */
type Way = "gate" | "permission" | "verdict" | "authorization" | "naive";

interface Stage {
  auth: TestAuth;
  /** Changes wishes, at once or in a transition. */
  now(wishes: Partial<Wishes>): void;
  later(wishes: Partial<Wishes>): void;
  /** React's own. */
  startTransition: typeof startTransition;
  /** What happens while this row of the list is rendered, as soon as React yields. */
  midway: { row: number; act: () => void } | undefined;
  /** What the rows said that were in the document when that happened. */
  text: string | undefined;
  /** What people could see after each commit: by question, all answers; and the texts of the rest. */
  commits: { answers: Record<string, string[]>; others: string[] }[];
  /** Lets what waits for this go on. */
  loaded(name: string): void;
}

declare global {
  interface Window {
    stage: Stage;
    start(session: SignedInSession, ways?: Way[]): void;
  }
}

const root = document.getElementById("root") as HTMLElement;
const renders: Record<string, number> = (window.renders = {});
const rendered = (name: string) => (renders[name] = (renders[name] ?? 0) + 1);

/** Keeps React busy, so that it yields between any two rows. */
function slowly() {
  const until = performance.now() + 3;
  while (performance.now() < until);
}

const Says = ({ asked, yes, text = "" }: { asked: string; yes: boolean; text?: string }) => (
  <p data-asked={asked} data-text={text}>
    {String(yes)}
  </p>
);

const ROWS: Record<Way, (props: { asked: string; text: string }) => React.ReactNode> = {
  gate: ({ asked, text }) => (
    <PermissionGate require={asked} fallback={<Says {...{ asked, text }} yes={false} />}>
      <Says {...{ asked, text }} yes />
    </PermissionGate>
  ),
  permission: (props) => <Says {...props} yes={usePermission(props.asked)} />,
  verdict: (props) => <Says {...props} yes={useVerdict({ require: props.asked }) === "allowed"} />,
  authorization: (props) => <Says {...props} yes={useAuthorization().hasPermission(props.asked)} />,
  naive: (props) => {
    const auth = useAuth();
    const [, again] = useState(0);
    useEffect(
      () => auth.onChange(() => startTransition(() => again((count) => count + 1))),
      [auth],
    );
    return <Says {...props} yes={auth.can(props.asked)} />;
  },
};

const Row = memo(({ number, way, asked, text }: { number: number; way: Way; asked: string; text: string }) => {
  slowly();
  const { stage } = window;
  if (stage.midway?.row === number) {
    const { act } = stage.midway;
    stage.midway = undefined;
    const { port1, port2 } = new MessageChannel();
    port2.onmessage = () => {
      port1.close();
      stage.text = root.querySelector<HTMLElement>("#list p")?.dataset["text"];
      act();
    };
    port1.postMessage(undefined);
  }
  const Asking = ROWS[way];
  return <Asking asked={asked} text={text} />;
});

const waiting = new Map<string, { promise: Promise<void>; go: () => void; done: boolean }>();
function waitFor(name: string) {
  let entry = waiting.get(name);
  if (!entry) {
    let go = () => {};
    const promise = new Promise<void>((resolve) => (go = resolve));
    waiting.set(name, (entry = { promise, go, done: false }));
  }
  return entry;
}

/** Suspends until it is said to be loaded. */
function Loaded({ name }: { name: string }) {
  const entry = waitFor(name);
  if (!entry.done) throw entry.promise;
  return <p className="other">{name}</p>;
}

const Write = memo(() => {
  rendered("write");
  return <Says asked="notes:write" yes={usePermission("notes:write")} />;
});
const Purge = memo(() => {
  rendered("purge");
  return <Says asked="notes:purge" yes={usePermission("notes:purge")} />;
});
const Some = memo(() => {
  rendered("some");
  return <Says asked="notes:write" yes={useAuthorization().hasPermission("notes:write")} />;
});
const Other = memo(() => {
  rendered("other");
  return <Says asked="notes:read" yes={useAuthorization().hasPermission("notes:read")} />;
});

/** Its child hears of changes before it does, and asks at once, by the functions that it was given. */
const Parent = memo(() => {
  const functions = useAuthorization();
  return (
    <>
      <Says asked="notes:write" yes={functions.hasPermission("notes:write")} />
      <Child functions={functions} />
    </>
  );
});
function Child({ functions }: { functions: Authorization }) {
  const auth = useAuth();
  useEffect(
    () => auth.onChange(() => void functions.hasPermission("notes:write")),
    [auth, functions],
  );
  return null;
}

function App({ ways }: { ways: Way[] }) {
  const [wishes, setWishes] = useState<Wishes>({
    asked: "notes:write",
    rows: 0,
    text: "old",
    gated: "",
    beside: "",
  });
  const [isPending, begin] = useTransition();
  const late = useDeferredValue(wishes.asked);
  window.stage.now = (some) => setWishes((all) => ({ ...all, ...some }));
  window.stage.later = (some) => begin(() => setWishes((all) => ({ ...all, ...some })));
  const rows = Array.from({ length: wishes.rows }, (_, number) => {
    const way = ways[number % ways.length] as Way;
    return <Row key={number} number={number} way={way} asked={late} text={wishes.text} />;
  });
  return (
    <>
      <Write />
      <Purge />
      <Some />
      <Other />
      <Parent />
      {isPending && <p className="other">pending</p>}
      {ways.map((way) => {
        const Asking = ROWS[way];
        return <Asking key={way} asked={wishes.asked} text="" />;
      })}
      <div id="list">{rows}</div>
      <Suspense fallback={<p className="other">waiting</p>}>
        {ways.map((way) => {
          const Asking = ROWS[way];
          return <Asking key={way} asked={wishes.asked} text="" />;
        })}
        {wishes.gated && (
          <PermissionGate require={wishes.asked}>
            <Loaded name={wishes.gated} />
          </PermissionGate>
        )}
        {wishes.beside && <Loaded name={wishes.beside} />}
      </Suspense>
    </>
  );
}

/** What people can see now. */
function look() {
  const answers: Record<string, string[]> = {};
  for (const element of root.querySelectorAll<HTMLElement>("[data-asked]")) {
    if (!element.checkVisibility()) continue;
    const said = (answers[String(element.dataset["asked"])] ??= []);
    const text = String(element.textContent);
    if (!said.includes(text)) said.push(text);
  }
  const others = [...root.querySelectorAll(".other")]
    .filter((element) => element.checkVisibility())
    .map(({ textContent }) => String(textContent));
  return { answers, others };
}

window.start = (session, ways = ["gate", "permission", "verdict", "authorization"]) => {
  const auth = createTestAuth({ session });
  const stage = (window.stage = {
    auth,
    startTransition,
    commits: [],
    loaded: (name) => {
      const entry = waitFor(name);
      entry.done = true;
      entry.go();
    },
  } as Partial<Stage> as Stage);
  createRoot(root).render(
    <StrictMode>
      <AuthProvider auth={auth}>
        {/* Told in each commit, when the document is as that commit wants it. */}
        <Profiler id="all" onRender={() => void stage.commits.push(look())}>
          <App ways={ways} />
        </Profiler>
      </AuthProvider>
    </StrictMode>,
  );
};
