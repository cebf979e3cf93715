export function MeetingsPage() {
  return null;
}

export function ControlPage() {
  return null;
}
