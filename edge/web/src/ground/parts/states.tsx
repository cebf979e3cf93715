import { Button, Skeleton, Stack } from "@mantine/core";
import { IconAlertTriangle, IconInbox, IconRefresh } from "@tabler/icons-react";
import { useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { sentence } from "../http/sentence";
import classes from "./states.module.css";

/** Nothing for 300 ms, then quiet bars: a fast answer never flickers. */
export function Loading({ lines = 4 }: { lines?: number }) {
  const { t } = useTranslation();
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setLate(true), 300);
    return () => window.clearTimeout(timer);
  }, []);
  return (
    <Stack gap="md" p="lg" aria-busy="true" aria-label={t("ground.loading")} className={classes.loading}>
      {late && Array.from({ length: lines }, (_, line) => <Skeleton key={line} height={line === 0 ? 34 : 22} width={`${[62, 90, 78, 84][line % 4] ?? 80}%`} />)}
    </Stack>
  );
}

interface EmptyProps {
  title: string;
  children?: ReactNode;
  icon?: ReactNode;
  action?: ReactNode;
}

/** Nothing is here, and why that is all right or what to do. */
export function Empty({ title, children, icon, action }: EmptyProps) {
  return (
    <div className={classes.state}>
      <span className={classes.icon} aria-hidden="true">
        {icon ?? <IconInbox size={44} stroke={1.4} />}
      </span>
      <h2>{title}</h2>
      {children !== undefined && <p className="quiet">{children}</p>}
      {action}
    </div>
  );
}

/** What happened, what is safe, what to do. */
export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation();
  return (
    <div className={classes.state} role="alert">
      <span className={classes.alarm} aria-hidden="true">
        <IconAlertTriangle size={44} stroke={1.4} />
      </span>
      <h2>{sentence(t, error)}</h2>
      {onRetry !== undefined && (
        <Button variant="default" leftSection={<IconRefresh size={20} />} onClick={onRetry}>
          {t("ground.retry")}
        </Button>
      )}
    </div>
  );
}

interface QueryLike<T> {
  data: T | undefined;
  error: Error | null;
  refetch: () => unknown;
}

/** One of loading, failure or the content of a query. Old content stays while a refresh fails. */
export function Loaded<T>({ query, children }: { query: QueryLike<T>; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error !== null) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  return <Loading />;
}
