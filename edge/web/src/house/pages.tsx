/** The administrator's pages, and those that a stranger sees first. */
export { AccountsPage } from "./AccountsPage";
export { CamerasPage } from "./CamerasPage";
export { DevicesPage } from "./DevicesPage";
export { EnrolPage } from "./EnrolPage";
export { HealthPage } from "./HealthPage";
export { LoginPage } from "./LoginPage";
export { ReportsPage } from "./ReportsPage";
export { TrustPage } from "./TrustPage";
