export function HallPage() {
  return null;
}
