import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, useLocation, useNavigate } from "react-router";
import { may, useSession, useSignOut, type Role } from "../http/session";
import { Empty, Failure, Loading } from "./states";

/** Shows its children to people with one of these roles; others sign in first or are told why not. */
export function Guard({ roles, children }: { roles: Role[]; children: ReactNode }) {
  const { t } = useTranslation();
  const session = useSession();
  const signOut = useSignOut();
  const navigate = useNavigate();
  const place = useLocation();
  if (session.data === undefined) return session.error === null ? <Loading /> : <Failure error={session.error} onRetry={() => void session.refetch()} />;
  if (session.data === null) return <Navigate to={`/login?next=${encodeURIComponent(place.pathname + place.search)}`} replace />;
  if (may(session.data, ...roles)) return <>{children}</>;
  const leave = () => signOut.mutate(undefined, { onSettled: () => void navigate("/login") });
  return (
    <Empty title={t("ground.forbidden.title")} action={<Button onClick={leave}>{t("ground.signOut")}</Button>}>
      {t("ground.forbidden.text", { name: session.data.name })}
    </Empty>
  );
}
