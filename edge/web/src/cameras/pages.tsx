/** The officer's desk. */
export function DeskPage() {
  return null;
}
