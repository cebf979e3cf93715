import { IconBuildingCommunity, IconCamera, IconDeviceTablet, IconHeartbeat, IconLayoutGrid, IconMailForward, IconUsers, IconUsersGroup, IconVideo } from "@tabler/icons-react";
import { useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { createBrowserRouter, Navigate, Outlet, useRouteError, type RouteObject } from "react-router";
import { may, useSession, type Person, type Role } from "./ground/http/session";
import { LiveProvider } from "./ground/live/source";
import { Guard } from "./ground/parts/Guard";
import { Empty, Failure, Loading } from "./ground/parts/states";
import { DeskShell, type Destination } from "./ground/shells/DeskShell";

const STAFF: Role[] = ["secretary", "chair"];

function useDestinations(person: Person | null | undefined): Destination[] {
  const { t } = useTranslation();
  const icon = (Icon: typeof IconCamera) => <Icon size={20} stroke={1.6} aria-hidden="true" />;
  const all: (Destination & { roles: Role[] })[] = [
    { to: "/control", label: t("ground.go.meetings"), icon: icon(IconUsersGroup), roles: [...STAFF, "administrator"] },
    { to: "/desk", label: t("ground.go.desk"), icon: icon(IconVideo), roles: ["officer"] },
    { to: "/cameras", label: t("ground.go.wall"), icon: icon(IconLayoutGrid), roles: ["officer", "administrator"] },
    { to: "/admin/devices", label: t("ground.go.devices"), icon: icon(IconDeviceTablet), roles: ["administrator"] },
    { to: "/admin/cameras", label: t("ground.go.cameras"), icon: icon(IconCamera), roles: ["administrator"] },
    { to: "/admin/accounts", label: t("ground.go.accounts"), icon: icon(IconUsers), roles: ["administrator"] },
    { to: "/admin/reports", label: t("ground.go.reports"), icon: icon(IconMailForward), roles: ["administrator", "officer"] },
    { to: "/admin/health", label: t("ground.go.health"), icon: icon(IconHeartbeat), roles: ["administrator"] },
  ];
  return all.filter(({ roles }) => may(person, ...roles));
}

function Desk() {
  const session = useSession();
  return (
    <LiveProvider>
      <DeskShell destinations={useDestinations(session.data)}>
        <Outlet />
      </DeskShell>
    </LiveProvider>
  );
}

/** "/" goes where the person who is signed in works. */
function Start() {
  const session = useSession();
  if (session.data === undefined) return session.error === null ? <Loading /> : <Failure error={session.error} onRetry={() => void session.refetch()} />;
  if (session.data === null) return <Navigate to="/login" replace />;
  if (may(session.data, "device", "tablet")) return <Navigate to="/tablet" replace />;
  if (may(session.data, "chair", "secretary")) return <Navigate to="/control" replace />;
  if (may(session.data, "officer")) return <Navigate to="/desk" replace />;
  return <Navigate to={may(session.data, "administrator") ? "/admin/devices" : "/control"} replace />;
}

function Nowhere() {
  const { t } = useTranslation();
  return (
    <Empty title={t("ground.nowhere.title")} icon={<IconBuildingCommunity size={44} stroke={1.4} />} action={<a href="/">{t("ground.nowhere.home")}</a>}>
      {t("ground.nowhere.text")}
    </Empty>
  );
}

/** A page that failed. Where nobody may press a button, a tablet or the hall screen, it tries again by itself. */
function Broken() {
  const error = useRouteError();
  useEffect(() => {
    if (!/^\/(tablet|hall)/.test(location.pathname)) return undefined;
    const timer = window.setTimeout(() => location.reload(), 8000);
    return () => window.clearTimeout(timer);
  }, []);
  return <Failure error={error} onRetry={() => location.reload()} />;
}

type Pages = Record<string, () => ReactNode>;

/** A page that is fetched when it is first visited; `roles` says who may see it. */
function page<M extends Pages>(path: string, load: () => Promise<M>, name: keyof M & string, roles?: Role[]): RouteObject {
  return {
    path,
    errorElement: <Broken />,
    lazy: async () => {
      const Shown = (await load())[name] as () => ReactNode;
      const shown = <Shown />;
      return { element: roles === undefined ? shown : <Guard roles={roles}>{shown}</Guard> };
    },
  };
}

const house = () => import("./house/pages");
const control = () => import("./meeting/control");
const room = () => import("./cameras/pages");
const ADMIN: Role[] = ["administrator"];
const WATCHING: Role[] = [...ADMIN, "officer"];

export const router = createBrowserRouter([
  {
    errorElement: <Broken />,
    HydrateFallback: Loading,
    children: [
      { index: true, element: <Start /> },
      page("/login", house, "LoginPage"),
      page("/trust", house, "TrustPage"),
      page("/enrol", house, "EnrolPage"),
      page("/tablet", () => import("./meeting/tablet"), "TabletPage"),
      {
        element: (
          <LiveProvider>
            <Outlet />
          </LiveProvider>
        ),
        children: [page("/hall/:meeting", () => import("./meeting/hall"), "HallPage")],
      },
      page("/result/:meeting/:motion", () => import("./meeting/result"), "ResultPage"),
      {
        element: <Desk />,
        children: [
          page("/control", control, "MeetingsPage", [...STAFF, "administrator", "auditor"]),
          page("/control/:meeting", control, "ControlPage", STAFF),
          page("/desk", room, "DeskPage", ["officer", "auditor"]),
          page("/cameras", room, "WallPage", WATCHING),
          page("/cameras/month", room, "MonthPage", [...WATCHING, "auditor"]),
          page("/cameras/:camera", room, "CameraPage", WATCHING),
          page("/admin/devices", house, "DevicesPage", ADMIN),
          page("/admin/cameras", house, "CamerasPage", ADMIN),
          page("/admin/accounts", house, "AccountsPage", ADMIN),
          page("/admin/reports", house, "ReportsPage", [...ADMIN, "officer"]),
          page("/admin/health", house, "HealthPage", ADMIN),
        ],
      },
      { path: "*", element: <Nowhere /> },
    ],
  },
]);
