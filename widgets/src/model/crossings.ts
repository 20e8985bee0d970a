// What crossed between server and clients, as `crossings.py` describes it, and which of it is in sight.

/** All that crossed for one reason: for an AST node that calls an intrinsic, or because the caller passes it (-1). */
export interface CrossingBar {
  name: string;
  detail: string;
  node: number;
  line: number;
  direction: string;
  visibility: string;
  letters: number;
  /** In bytes. */
  size: number;
  /** The same by call; of many calls, of a few together. */
  sizes: number[];
}

/** A value that crossed: of each of its parts a text, and the bytes with which it begins. */
export interface Letter {
  /** The number of its bar. */
  kind: number;
  form: number;
  span: number;
  size: number;
  texts: string[];
  bytes: string[];
}

export interface ClientRow {
  client: number;
  /** What it got from the caller, and how many bytes. */
  holds: string;
  held: number;
  letters: Letter[];
}

/** What crossed in a call. */
export interface Scene {
  call: number;
  invocation: number;
  num_clients: number;
  kinds: number[];
  rows: ClientRow[];
  /** What all clients got alike. */
  shared: Letter[];
  totals: { kind: number; count: number; letter: Letter }[];
  held: number;
  up: number;
  down: number;
  /** What clients put into their envelopes. */
  puts_in: string;
  /** What is to be said of each client. */
  each: string;
}

export interface Crossings {
  bars: CrossingBar[];
  num_calls: number;
  /** How many bytes a plain upload would take. */
  plain: number;
  ratio: number | null;
  scenes: Scene[];
  /** What the parts of letters are, and their types. */
  forms: { paths: string[]; types: string[] }[];
  /** What protects nobody. */
  warnings: string[];
  said: string[];
}

/** So many clients have a row each; of more, some are chosen. */
export const MAX_ROWS = 12;
const FIRST_ROWS = 3;
const UP = "clients to server";

export function isSealed({ visibility }: CrossingBar): boolean {
  return visibility === "aggregate" || visibility === "hidden";
}

export function goesUp({ direction }: CrossingBar): boolean {
  return direction === UP;
}

/** The scene of a call, given its root span; of a call of which nothing came yet, that of the one before. */
export function sceneOf({ scenes }: Crossings, invocation: number): Scene | undefined {
  const latest = scenes.at(-1);
  if (invocation < 0 || (latest !== undefined && latest.invocation < invocation)) return latest;
  return scenes.find((scene) => scene.invocation === invocation);
}

/** The rows in sight: all, or the first, those with least and most data, those with least and most sent, and one more. */
export function rowsInSight({ rows }: Scene, client: number): ClientRow[] {
  if (rows.length <= MAX_ROWS) return rows;
  const sent = ({ letters }: ClientRow) => Number.parseFloat(letters.at(-1)?.texts[0] ?? "");
  const extremes = [({ held }: ClientRow) => held, sent].flatMap((measure) => {
    const ordered = rows.filter((row) => !Number.isNaN(measure(row))).sort((a, b) => measure(a) - measure(b));
    return [ordered[0], ordered.at(-1)];
  });
  const wrong = rows.filter((row) => Number.isNaN(sent(row)) && row.letters.some(isWrong)).slice(0, 2);
  const chosen = new Set([...rows.slice(0, FIRST_ROWS), ...extremes, ...wrong]);
  return rows.filter((row) => chosen.has(row) || row.client === client);
}

/** Whether a number in a letter is none, or infinite. */
export function isWrong({ texts }: Letter): boolean {
  return texts.some((text) => /\bnan\b|\binf\b/i.test(text));
}

/** A letter in its place: from or to one client, or all (-1); or the total that the server got instead. */
export interface Opened {
  letter: Letter;
  client: number;
  /** Of how many letters it is the total; 0 if it is a letter. */
  totalOf: number;
}

/** What is opened for a step, which is an AST node, and a client; what is sealed opens as its total. */
export function openedBy(crossings: Crossings, scene: Scene, node: number, client: number): Opened | "sealed" | null {
  const isOf = ({ kind }: { kind: number }) => crossings.bars[kind]?.node === node;
  const total = scene.totals.find(isOf);
  const letter = client < 0 ? undefined : scene.rows.find((row) => row.client === client)?.letters.find(isOf);
  const bar = crossings.bars[letter?.kind ?? -1];
  if (letter !== undefined && bar !== undefined && !isSealed(bar)) return { letter, client, totalOf: 0 };
  const shared = scene.shared.find(isOf);
  if (shared !== undefined) return { letter: shared, client: -1, totalOf: 0 };
  if (total !== undefined) return { letter: total.letter, client: -1, totalOf: total.count };
  return letter === undefined ? null : "sealed";
}

/** All letters of a scene in the order in which one turns them over, each as its node and its client. */
export function lettersOf(crossings: Crossings, scene: Scene): { node: number; client: number }[] {
  const nodeOf = ({ kind }: Letter) => crossings.bars[kind]?.node ?? -1;
  return [
    ...scene.shared.map((letter) => ({ node: nodeOf(letter), client: -1 })),
    ...scene.rows.flatMap(({ client, letters }) => letters.map((letter) => ({ node: nodeOf(letter), client }))),
  ].filter(({ node }) => node >= 0);
}

/** What is said of a value where there is little room: of all its numbers, if they are many. */
export function brief(text: string): string {
  const [head = "", ...sums] = text.split("  ");
  return sums.join(" ") || head;
}
