import type { MemberWords, Plan } from "../api";

export const ROW_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const WIDTH = 100;
const STEP_Y = 11;
const FIRST_Y = 24;

/** Rows A, B, C ... facing the podium, seats 1 to `columns`, with an aisle in the middle of wide rooms. */
export function rowsOfSeats(rows: number, columns: number): Plan {
  const aisle = columns >= 4 ? 1 : 0;
  const step = WIDTH / (columns + aisle + 0.5);
  const seats = [];
  for (let row = 0; row < rows; row += 1) {
    const letter = ROW_LETTERS.charAt(row);
    for (let column = 0; column < columns; column += 1) {
      const place = column + (aisle === 1 && column >= columns / 2 ? 1 : 0);
      seats.push({ id: `${letter.toLowerCase()}${column + 1}`, label: `${letter}${column + 1}`, x: Math.round((place + 0.75) * step * 10) / 10, y: FIRST_Y + row * STEP_Y });
    }
  }
  return { width: WIDTH, height: FIRST_Y + rows * STEP_Y, seats };
}

/** Rows and columns that hold so many seats in a room that is wider than deep. */
export function fittingRows(count: number): { rows: number; columns: number } {
  const columns = Math.min(12, Math.max(2, Math.ceil(Math.sqrt(count * 1.3))));
  return { rows: Math.min(26, Math.max(1, Math.ceil(count / columns))), columns };
}

/** Rows and columns of a plan as its labels say: A1, A2, B1 ... */
export function drawnRows({ seats }: Plan): { rows: number; columns: number } {
  const rows = new Map<string, number>();
  for (const { label } of seats) rows.set(label.charAt(0), (rows.get(label.charAt(0)) ?? 0) + 1);
  return { rows: rows.size, columns: Math.max(1, ...rows.values()) };
}

/**
 * A pasted list, one member a line: name, then office, parted by tab, semicolon or comma. Empty lines are left out.
 */
export function readList(text: string): Pick<MemberWords, "name" | "office">[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.split(/[\t;,]/).map((part) => part.trim()))
    .filter(([name]) => name !== undefined && name !== "")
    .map(([name = "", office = ""]) => ({ name, office }));
}

/** Give every member without a seat the next free one, in the order of the list. */
export function fillSeats(members: MemberWords[], plan: Plan): MemberWords[] {
  const known = new Set(plan.seats.map(({ id }) => id));
  const sits = ({ seat }: MemberWords) => seat != null && known.has(seat);
  const taken = new Set(members.filter(sits).map(({ seat }) => seat));
  const free = plan.seats.map(({ id }) => id).filter((id) => !taken.has(id));
  return members.map((member) => (sits(member) ? member : { ...member, seat: free.shift() ?? null }));
}
