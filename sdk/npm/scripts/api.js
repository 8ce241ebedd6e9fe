/**
 * The public API as text: what each entry point of the package's `exports` declares, for people to
 * review when it changes. `npm run api` writes it into `api/`; a test holds the package to it.
 *
 * @microsoft/api-extractor does the like, with a TypeScript of its own. It knows one entry point at a
 * time, so that every type of the main door is a forgotten one in all others, and leaves out what
 * is not exported though the exported is made of it: base classes, and `declare global`.
 */

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { parseAst } from "vite";

/** A node of a syntax tree (ESTree, with TypeScript's own). @typedef {Record<string, any>} Node */

/** Where a name comes from: a file of the package, or another package. @typedef {object} Origin
 * @property {string} from
 * @property {string} name `default`, or what it is called there
 * @property {boolean} type only its type */

const NAME = "@portcullis/sdk";

/** Texts, and comments. */
const LEXEMES = /"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`|\/\*[^]*?\*\/|\/\/.*/g;

/** @param {string} from @param {string} path */
const beside = (from, path) => join(from, "..", path).replace(/\.js$/, ".d.ts");

/** @param {string} path */
const isOurs = (path) => /^\.{1,2}\/.*\.js$/.test(path);

/** @param {string[]} texts */
const sorted = (texts) => texts.sort((a, b) => (a < b ? -1 : 1));

/** One declaration file. */
class File {
  /** Its declarations; an overloaded function has several. @type {Map<string, Node[]>} */
  declared = new Map();
  /** What it imports, by the name it has here. @type {Map<string, Origin>} */
  imported = new Map();
  /** What it exports, by the name it has for others. @type {Map<string, Origin>} */
  exported = new Map();
  /** All that others export. @type {Omit<Origin, "name">[]} */
  stars = [];
  /** @type {Node[]} */
  globals = [];

  /** @param {string} path @param {string} source */
  constructor(path, source) {
    this.path = path;
    // Comments stand for nothing, and lines that are empty without them neither.
    this.text = source
      .replace(LEXEMES, (lexeme) => (/^["`]/.test(lexeme) ? lexeme : ""))
      .replace(/^\s*\n/gm, "");
    // The type of a text is its words, so that placeholders can be read from it. Words may change.
    if (path.endsWith("/en.d.ts")) this.text = this.text.replace(/"[^"]*"/g, placeholders);
    for (const statement of parseAst(this.text, { lang: "dts" }).body) this.#read(statement);
  }

  /** What else is to be looked at. */
  get others() {
    const origins = [...this.imported.values(), ...this.exported.values(), ...this.stars];
    return origins.map(({ from }) => from).filter((from) => from.endsWith(".d.ts"));
  }

  /** @param {Node} statement */
  #read(statement) {
    const path = statement.source && String(statement.source.value);
    const from = path && isOurs(path) ? beside(this.path, path) : (path ?? this.path);
    switch (statement.type) {
      case "ImportDeclaration":
        for (const { imported, local, importKind } of statement.specifiers) {
          const type = statement.importKind === "type" || importKind === "type";
          this.imported.set(local.name, { from, name: imported?.name ?? "default", type });
        }
        break;
      case "ExportAllDeclaration":
        this.stars.push({ from, type: statement.exportKind === "type" });
        break;
      case "ExportDefaultDeclaration":
        this.exported.set("default", { from, name: statement.declaration.name, type: false });
        break;
      case "ExportNamedDeclaration":
        if (statement.declaration) {
          for (const name of this.#declare(statement.declaration)) {
            this.exported.set(name, { from, name, type: false });
          }
        }
        for (const { local, exported, exportKind } of statement.specifiers) {
          const type = statement.exportKind === "type" || exportKind === "type";
          this.exported.set(exported.name, { from, name: local.name, type });
        }
        break;
      case "TSModuleDeclaration":
        this.globals.push(statement);
        break;
      default:
        this.#declare(statement);
    }
  }

  /** @param {Node} node */
  #declare(node) {
    const named = node.type === "VariableDeclaration" ? node.declarations : [node];
    const names = named.map((/** @type {Node} */ { id }) => String(id?.name));
    for (const name of names) this.declared.set(name, [...(this.declared.get(name) ?? []), node]);
    return names;
  }

  /** @param {Node} node */
  print({ start, end }) {
    return (
      this.text
        .slice(start, end)
        .replace(/^(?!declare |interface |type )/, "declare ")
        // Nobody else can reach these.
        .replace(/^ +(#private|private .*);\n/gm, "")
        // A union that had comments between.
        .replace(/= \n(?=")/, "=\n | ")
    );
  }
}

/** @param {string} text */
const placeholders = (text) => (text === '"en"' ? text : `"${text.match(/\{\w+\}/g)?.join(" ") ?? ""}"`);

/** Names of types and values that a declaration is made of. @param {Node} node @returns {string[]} */
function mentions(node) {
  if (node.type === "TSImportType") throw new Error("a type is imported where it is used");
  const { typeName, exprName, superClass, expression } = node;
  const heritage = /^TS(InterfaceHeritage|ClassImplements)$/.test(node.type) && expression;
  let name = typeName ?? exprName ?? superClass ?? (heritage || undefined);
  while (name?.left) name = name.left;
  const below = Object.values(node).flat().filter((part) => typeof part?.type === "string");
  return [...(name?.name ? [String(name.name)] : []), ...below.flatMap(mentions)];
}

/** The declaration files of a package. */
class Types {
  /** @type {Map<string, File>} */
  #files = new Map();

  /** Reads a file and all that it leads to. @param {string} root @param {string} path */
  async read(root, path) {
    if (this.#files.has(path)) return;
    const file = new File(path, await readFile(join(root, path), "utf8"));
    this.#files.set(path, file);
    for (const other of file.others) await this.read(root, other);
  }

  /** @param {string} path */
  file(path) {
    return /** @type {File} */ (this.#files.get(path));
  }

  /** Where a name is declared. @param {Origin} origin @returns {Origin} */
  find(origin) {
    const file = this.#files.get(origin.from);
    if (!file || file.declared.has(origin.name)) return origin;
    const next = file.imported.get(origin.name) ?? this.exports(file.path).get(origin.name);
    if (!next) throw new Error(`${file.path} has no ${origin.name}`);
    return this.find({ ...next, type: next.type || origin.type });
  }

  /** All that a file exports, and where that is declared. @param {string} path */
  exports(path) {
    const file = this.file(path);
    /** @type {Map<string, Origin>} */
    const all = new Map();
    for (const { from, type } of file.stars) {
      for (const [name, origin] of this.exports(from)) {
        all.set(name, { ...origin, type: type || origin.type });
      }
    }
    for (const [name, origin] of file.exported) all.set(name, this.find(origin));
    return all;
  }

  /** The file and all that it leads to. @param {string} path @param {Set<string>} [seen] */
  below(path, seen = new Set()) {
    if (!seen.has(path)) {
      seen.add(path);
      for (const other of this.file(path).others) this.below(other, seen);
    }
    return seen;
  }
}

/** @param {Origin} origin */
const key = ({ from, name }) => `${name} ${from}`;

/**
 * What each door declares, by the name of its file in `api/`.
 * @param {string} root the package's folder
 */
export async function snapshots(root) {
  const { exports } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const types = new Types();
  /** Files of the doors. @type {Map<string, string>} */
  const doors = new Map();
  for (const [door, target] of Object.entries(exports)) {
    if (!target.types) continue;
    doors.set(door, join(target.types));
    await types.read(root, join(target.types));
  }
  /** Which doors a declaration can be had from. @type {Map<string, string>} */
  const sources = new Map();
  for (const [door, path] of doors) {
    for (const [name, origin] of types.exports(path)) {
      // Under the same name.
      if (name === origin.name && !sources.has(key(origin))) sources.set(key(origin), door);
    }
  }
  /** @type {Map<string, string>} */
  const made = new Map();
  for (const [door, path] of doors) {
    const name = door === "." ? "index" : door.slice(2).replaceAll("/", "-");
    made.set(`${name}.d.ts`, snapshot(types, door, path, sources));
  }
  return made;
}

/**
 * @param {Types} types
 * @param {string} door
 * @param {string} path
 * @param {Map<string, string>} sources
 */
function snapshot(types, door, path, sources) {
  /** @type {string[]} */
  const given = [];
  /** @type {string[]} */
  const within = [];
  /** @type {Map<string, Set<string>>} */
  const imports = new Map();
  /** @type {string[]} */
  const globals = [];

  const exported = types.exports(path);
  const own = new Set([...exported.values()].map(key));
  /** What is to be followed. @type {[File, Node][]} */
  const open = [];

  /** @param {string} from @param {string} name */
  const use = (from, name) => {
    if (!imports.has(from)) imports.set(from, new Set());
    imports.get(from)?.add(name);
  };
  /** The text of a declaration. @param {Origin} origin */
  const declaration = ({ from, name }) => {
    const file = types.file(from);
    const nodes = file.declared.get(name) ?? [];
    for (const node of nodes) open.push([file, node]);
    const isValue = nodes.some(({ type }) => !/^TS(Interface|TypeAlias)/.test(type));
    return { lines: nodes.map((node) => file.print(node)), isValue };
  };
  for (const [name, origin] of exported) {
    const ours = origin.from.endsWith(".d.ts");
    const elsewhere = ours ? door !== "." && sources.get(key(origin)) === "." : true;
    const as = name === origin.name ? name : `${origin.name} as ${name}`;
    if (elsewhere) {
      given.push(`export { ${as} } from "${ours ? NAME : origin.from}";`);
      continue;
    }
    const { lines, isValue } = declaration(origin);
    const note = origin.type && isValue ? "// Only its type.\n" : "";
    if (as === name) given.push(note + lines.map((line) => `export ${line}`).join("\n"));
    else given.push(`${note}${lines.join("\n")}\nexport { ${as} };`);
  }
  for (const below of types.below(path)) {
    const file = types.file(below);
    for (const node of file.globals) {
      globals.push(file.text.slice(node.start, node.end));
      open.push([file, node]);
    }
  }
  for (const [file, node] of open) {
    for (const name of mentions(node)) {
      // What is neither imported nor declared is a type parameter, or the language's.
      if (!file.imported.has(name) && !file.declared.has(name)) continue;
      const there = file.imported.get(name) ?? { from: file.path, name, type: true };
      const origin = types.find(there);
      const source = sources.get(key(origin));
      if (own.has(key(origin))) continue;
      if (!origin.from.endsWith(".d.ts")) use(origin.from, origin.name);
      else if (source) use(NAME + source.slice(1), origin.name);
      else {
        own.add(key(origin));
        const { lines } = declaration(origin);
        // What is exported without a name has the one that it is imported by.
        within.push(lines.join("\n").replace("_default", name));
      }
    }
  }
  const uses = [...imports].map(
    ([from, names]) => `import type { ${sorted([...names]).join(", ")} } from "${from}";`,
  );
  const parts = [
    `// ${NAME}${door.slice(1)}\n// Made by \`npm run api\` from the published types.`,
    sorted(uses).join("\n"),
    ...sorted(given),
    within.length ? "// Not exported, though what is exported is made of it." : "",
    ...sorted(within),
    ...sorted(globals),
  ];
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}

const ROOT = fileURLToPath(new URL("..", import.meta.url));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await rm(`${ROOT}api`, { recursive: true, force: true });
  await mkdir(`${ROOT}api`);
  for (const [name, text] of await snapshots(ROOT)) await writeFile(`${ROOT}api/${name}`, text);
}
