export function LoginPage() {
  return null;
}

export function TrustPage() {
  return null;
}

export function EnrolPage() {
  return null;
}

export function DevicesPage() {
  return null;
}

export function CamerasPage() {
  return null;
}

export function AccountsPage() {
  return null;
}

export function ReportsPage() {
  return null;
}

export function HealthPage() {
  return null;
}
